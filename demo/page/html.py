"""The page's own pieces of HTML: `templates/` filled with what is known of models and runs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from demo import model_text, text
from demo.glossary import TERMS, TITLE, explained, term
from demo.models.provider import ModelChoice
from demo.page.finding import finding
from demo.page.model_grid import grid
from demo.page.plan import Plan
from demo.runs.run import Run
from demo.templates import template_environment
from llb.evaluation.results_table import BASELINE, Row, signed

TEMPLATES = template_environment(Path(__file__).with_name("templates"))
TEMPLATES.globals.update(term=term, explained=explained)


@dataclass(frozen=True)
class AblationRow:
    """A line of the ablation table, in words."""

    title: str
    difference: str
    cells: tuple[str, ...]

    @classmethod
    def of(cls, row: Row, seeds: bool) -> AblationRow:
        """Write out a variant's figures, with or without a second seed; the baseline has no difference to itself."""
        own, base = row.measured, row.variant == BASELINE
        cells = (
            *(f"{value:.1f}" for value in (own.jf, own.j, own.f)),
            f"{own.milliseconds:.0f}",
            "" if base else signed(row.difference),
            "" if base else f"{signed(row.interval[0])} to {signed(row.interval[1])}",
            *((f"{row.second.jf:.1f}" if row.second else "",) if seeds else ()),
            f"{row.paper[0]:.1f}",
        )
        return cls(row.variant.upper(), model_text.difference(row.variant), cells)


def intro() -> str:
    """Say what the page is for, with links; on a Space, which is a repository, to this page's code too."""
    return TEMPLATES.get_template("intro.html").render(space=os.environ.get("SPACE_ID", ""))


def missing(choices: Iterable[ModelChoice]) -> str:
    """Name the models that cannot run, each with the reason."""
    unable = [choice for choice in choices if choice.reason]
    return TEMPLATES.get_template("missing.html").render(title=text.missing(len(unable)), choices=unable)


def model_grid(choices: Sequence[ModelChoice]) -> str:
    """Draw the heads and the empty cells of the grid of variants, and say where each variant's box is."""
    return TEMPLATES.get_template("model_grid.html").render(cells=grid(choices))


def model_details(choices: Iterable[ModelChoice]) -> str:
    """Describe each model in a line."""
    able = [choice for choice in choices if not choice.reason]
    return TEMPLATES.get_template("model_details.html").render(title=text.MODELS_DETAILS, choices=able)


def plan(found: Plan) -> str:
    """Say what Run would do."""
    return TEMPLATES.get_template("plan.html").render(plan=found, change=text.CHANGE, show=text.SHOW_PLACE)


def limits(sentence: str) -> str:
    """Say on demand what can be uploaded."""
    return TEMPLATES.get_template("limits.html").render(title=text.UPLOAD_LIMITS, sentence=sentence)


def cite() -> str:
    """Say how to cite the paper."""
    return TEMPLATES.get_template("cite.html").render()


def paragraph(sentences: str) -> str:
    """Show sentences whose terms explain themselves."""
    return f"<p>{explained(sentences)}</p>"


def glossary() -> str:
    """Explain the terms that the models and the results use."""
    return TEMPLATES.get_template("glossary.html").render(title=TITLE, terms=TERMS)


def ablation(rows: Sequence[Row]) -> str:
    """Show what the ablation says, and its table with the spread."""
    seeds = any(row.second for row in rows)
    heads = [(head, said) for head, said in text.TABLE_HEADS.items() if seeds or head != text.SECOND_SEED]
    lines = [AblationRow.of(row, seeds) for row in rows]
    return TEMPLATES.get_template("ablation.html").render(finding=finding(rows), heads=heads, rows=lines)


def notice(sentence: str, done: float | None = None) -> str:
    """Show one sentence where pictures will come, with a bar if it is about work in progress (0..1)."""
    return TEMPLATES.get_template("notice.html").render(sentence=sentence, done=done)


def badge(sentence: str) -> str:
    """Say in a line below a title where the results come from."""
    return f'<span class="badge">{escape(sentence)}</span>'


def notes(sentences: Iterable[str]) -> str:
    """Say in a line below a title what is to be known of the results."""
    return f'<small class="notes">{escape(" ".join(sentences))}</small>'


def repair_progress(done: float, left: str) -> str:
    """Show how far a repair is, all models together: the frames that it begins with are none of its work."""
    line = f"{done:.0%} · {left}" if done else left
    return TEMPLATES.get_template("progress.html").render(done=done, left=line, each="")


def progress(run: Run, total: int, left: str) -> str:
    """Show how far a run is, as a whole and for each of its models; `left` says how long it will still take."""
    done = sum(record.frames for record in run.variants) / max(1, total * len(run.variants))
    line = f"{done:.0%} · {left}" if done else left
    each = " · ".join(f"{record.title} {record.frames}/{total}" for record in run.variants)
    return TEMPLATES.get_template("progress.html").render(done=done, left=line, each=each)


def waiting(sentence: str) -> str:
    """Show where a run waits."""
    return TEMPLATES.get_template("progress.html").render(done=0.0, left=sentence, each="")
