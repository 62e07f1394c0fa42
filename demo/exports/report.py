"""A report of a run as one HTML file that opens anywhere, offline: pictures and plots are inside it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.components import words
from demo.inside import diagram as parts
from demo.inside import views as looking
from demo.models.settings import split_entry
from demo.runs.frame_stats import FrameStats
from demo.runs.run import Run
from llb.io.label_png import overlay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1e293b}
table{border-collapse:collapse}th,td{padding:4px 12px;border-bottom:1px solid #cbd5e1;text-align:right}
th:first-child{text-align:left}img,svg{max-width:100%;height:auto}figure{margin:0}
.row{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:12px;margin:10px 0}
figcaption,small{color:#475569;font-size:13px}.cells{width:100%;image-rendering:pixelated}
.badge{border:1px dashed #475569;border-radius:9px;padding:0 7px;font-size:12px}"""
DASHES: Sequence[Any] = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 1)))
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00")  # told apart by the colour-blind too
PLOTS = ("j", "f", "agreement", "area", "share")
TERMS = ("value", "label", "gate_transduced", "gate_induced")


def write_report(run: Run, clip: Clip, path: Path, facts: Mapping[str, Any]) -> None:
    """Write the report; `facts` are `demo.exports.files.measurements`."""
    frames = sorted({0, run.frames // 2, run.frames - 1})
    body = [
        f"<h1>{escape(text.report_title(clip.title))}</h1>",
        f"<p>{escape(text.clip_card(clip.title, clip.width, clip.height, len(clip), clip.times[-1], clip.note))}</p>",
        f"<h2>{text.REPORT_MODELS}</h2>",
        _table(run),
        f"<p><small>{text.REPORT_NOTE}</small></p>",
        f"<h2>{text.REPORT_FRAMES}</h2>",
        *(_pictures(run, clip, index) for index in frames),
        f"<h2>{text.REPORT_PLOTS}</h2>",
        _plots(run),
        f"<h2>{text.REPORT_INSIDE}</h2>",
        *(_inside(run, clip, record.name, record.title, run.frames // 2) for record in run.variants),
        f"<h2>{text.REPORT_SETTINGS}</h2>",
        _settings(facts),
    ]
    head = f'<meta charset="utf-8"><title>{escape(text.report_title(clip.title))}</title><style>{STYLE}</style>'
    path.write_text(
        f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>', encoding="utf-8"
    )


def _table(run: Run) -> str:
    series, rows = run.frame_stats(), []
    for record in run.variants:
        badge = f' <span class="badge">{text.KNOCK_OUT_BADGE}</span>' if split_entry(record.name)[1] else ""
        means = [_mean(value for value in _series(series, record.name, key) if value is not None) for key in PLOTS[:3]]
        pace = None if record.seconds_per_frame is None else 1000 * record.seconds_per_frame
        cells = [*(_number(mean, 3) for mean in means), _number(pace, 0)]
        rows.append(f"<tr><th>{escape(record.title)}{badge}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    heads = "".join(f"<th>{head}</th>" for head in ("", "J", "F", words.PLAYER_WORDS["agreement"], "ms per frame"))
    return f"<table><tr>{heads}</tr>{''.join(rows)}</table>"


def _pictures(run: Run, clip: Clip, index: int) -> str:
    frame = clip.frame(index)
    shown = [
        (looking.jpeg(overlay(frame, run.labels(record.name, index))), f"{record.title}, frame {index}")
        for record in run.variants
    ]
    return _row(shown, "")


def _inside(run: Run, clip: Clip, name: str, title: str, index: int) -> str:
    boxes = looking.diagram(run, clip, name, run.objects[0], index, "pca")["boxes"]
    shown = [
        (boxes[key]["src"], f"{parts.PARTS[key].symbol}: {parts.PARTS[key].sentence}")
        for key in TERMS
        if "src" in boxes[key]
    ]
    return f"<h3>{escape(title)}, frame {index}, object {run.objects[0]}</h3>{_row(shown, 'cells')}"


def _row(shown: Iterable[tuple[str, str]], kind: str) -> str:
    figures = "".join(
        f'<figure><img class="{kind}" src="{source}" alt="{escape(caption)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for source, caption in shown
    )
    return f'<div class="row">{figures}</div>'


def _plots(run: Run) -> str:
    """Draw every figure over time, a line per model, and the few-shot learner's losses."""
    from matplotlib.figure import Figure

    series = run.frame_stats()
    kinds = [key for key in PLOTS if any(_known(_series(series, record.name, key)) for record in run.variants)]
    figure = Figure(figsize=(10, 2.2 * (len(kinds) + 1)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(len(kinds) + 1, 1))
    for axis, key in zip(axes, kinds, strict=False):
        for number, record in enumerate(run.variants):
            values = [np.nan if value is None else value for value in _series(series, record.name, key)]
            axis.plot(values, label=record.title, linestyle=DASHES[number % 6], color=COLOURS[number % 6])
        _label(axis, text.REPORT_LABELS[key], "frame")
    for number, record in enumerate(run.variants):
        losses = looking.losses(run, record.name, run.objects[0], run.frames - 1)
        if losses:
            axes[-1].plot(losses[0]["losses"], label=record.title, linestyle=DASHES[number % 6], color=COLOURS[number])
    axes[-1].set_yscale("log")
    _label(axes[-1], text.REPORT_LABELS["losses"], "step")
    axes[0].legend(loc="lower left", fontsize=8)
    page = io.StringIO()
    figure.savefig(page, format="svg", metadata={"Date": None})
    drawn = page.getvalue()
    return drawn[drawn.index("<svg") :]


def _label(axis: Axes, title: str, x: str) -> None:
    axis.set_title(title, fontsize=9, loc="left")
    axis.set_xlabel(x, fontsize=8)
    axis.grid(alpha=0.3)


def _settings(facts: Mapping[str, Any]) -> str:
    rows = "".join(f"<tr><th>{escape(key)}</th><td>{escape(str(value))}</td></tr>" for key, value in _flat(facts))
    return f"<table>{rows}</table>"


def _flat(facts: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for key, value in facts.items():
        if key == "models":
            for model in value:
                yield f"{model['name']}, sha256 of its weights", model.get("weights_sha256", "not shipped")
                yield f"{model['name']}, computed in", model.get("precision", "unknown")
        elif isinstance(value, dict):
            yield from _flat(value)
        else:
            yield key, value


def _series(series: Iterable[FrameStats], name: str, key: str) -> list[float | None]:
    """Return a figure of every frame, the mean over the objects that have it."""
    values = ([getattr(stats, key) for stats in frame.models[name].objects.values()] for frame in series)
    return [_mean(value for value in found if value is not None) for found in values]


def _known(values: Iterable[float | None]) -> bool:
    return any(value is not None for value in values)


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return float(np.mean(known)) if known else None


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
