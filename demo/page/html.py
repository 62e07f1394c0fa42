"""The page's own pieces of HTML, as pure functions of what a run left on disk."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from demo import text
from demo.models.provider import ModelChoice
from demo.runs.run import Run
from llb.evaluation.results_table import BASELINE, Row


def missing(choices: Iterable[ModelChoice]) -> str:
    """Name the models that cannot run, each with the reason."""
    rows = [
        f"<li><b>{escape(c.title)}</b> ({escape(c.difference)}): {escape(c.reason)}</li>" for c in choices if c.reason
    ]
    return f'<details class="missing"><summary>{text.missing(len(rows))}</summary><ul>{"".join(rows)}</ul></details>'


def glossary() -> str:
    """Explain the terms that the cards and the results use."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(sentence)}</dd>" for term, sentence in text.GLOSSARY.items())
    title = escape(text.GLOSSARY_TITLE)
    return f'<details class="missing terms"><summary>{title}</summary><dl>{rows}</dl></details>'


def ablation(rows: Iterable[Row]) -> str:
    """Show the ablation table with its spread."""
    heads = "".join(
        f'<th scope="col" title="{escape(help_)}">{escape(head)}</th>' for head, help_ in text.TABLE_HEADS.items()
    )
    lines = "".join(_ablation_line(row) for row in rows)
    return f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'


def _ablation_line(row: Row) -> str:
    own, base = row.measured, row.variant == BASELINE
    cells = [
        *(f"{value:.1f}" for value in (own.jf, own.j, own.f)),
        "" if base else f"{row.difference:+.1f}",
        "" if base else f"{row.interval[0]:+.1f} to {row.interval[1]:+.1f}",
        f"{row.second.jf:.1f}" if row.second else "",
        f"{row.paper[0]:.1f}",
    ]
    name = f"<b>{row.variant.upper()}</b> <small>{escape(text.difference(row.variant))}</small>"
    return f"<tr><th scope='row'>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def notice(sentence: str, done: float | None = None) -> str:
    """Show one sentence where pictures will come, with a bar if it is about work in progress (0..1)."""
    bar = "" if done is None else f'<progress max="1" value="{done:.3f}" aria-label="{escape(sentence)}"></progress>'
    return f'<div class="notice" role="status">{escape(sentence)}{bar}</div>'


def progress(run: Run, total: int, seconds_left: float | None) -> str:
    """Show how far a run is, as a whole and for each of its models."""
    done = sum(record.frames for record in run.variants) / max(1, total * len(run.variants))
    left = text.STARTING if seconds_left is None else f"{done:.0%} · {text.time_left(seconds_left)}"
    each = " · ".join(f"{escape(record.title)} {record.frames}/{total}" for record in run.variants)
    bar = f'<progress max="1" value="{done:.3f}" aria-label="{escape(left)}"></progress>'
    return f'<div class="live" role="status">{bar}<p>{escape(left)}<small>{each}</small></p></div>'
