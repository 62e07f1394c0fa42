"""A run's figures over time as drawings: all in one SVG for the report, or each in a file of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from demo.clips.clip import Clip
from demo.exports import words
from demo.runs.frame_stats import FrameStats
from demo.runs.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DASHES: Sequence[Any] = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 1)))
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00")  # told apart by the colour-blind too
PLOTS = ("j", "f", "agreement", "uncertainty", "area", "share")  # fields of `ObjectStats`
HEIGHT = 2.4  # inches of a plot
DOTS = 150  # of a PNG, per inch


def draw_plots(run: Run) -> str:
    """Draw every figure over time, a line per model, and the few-shot learner's losses; return the SVG element."""
    drawings = _drawings(run)
    figure = _figure(len(drawings))
    for axis, draw in zip(np.atleast_1d(figure.subplots(len(drawings), 1)), drawings.values(), strict=True):
        draw(axis)
    page = io.StringIO()
    figure.savefig(page, format="svg", metadata={"Date": None})
    drawn = page.getvalue()
    return drawn[drawn.index("<svg") :]


def write_plots(run: Run, clip: Clip, path: Path) -> None:
    """Write every plot of `draw_plots` as ``<figure>.svg`` and ``<figure>.png`` in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, draw in _drawings(run).items():
            figure = _figure(1)
            draw(figure.subplots())
            for ending in ("svg", "png"):
                file = io.BytesIO()
                figure.savefig(file, format=ending, dpi=DOTS, metadata={"Date": None} if ending == "svg" else None)
                archive.writestr(f"{name}.{ending}", file.getvalue())


def _figure(plots: int) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(10, HEIGHT * plots), layout="constrained")


def _drawings(run: Run) -> Mapping[str, Callable[[Axes], None]]:
    """Return what draws each plot that the run has figures for, by its name."""
    series = run.frame_stats()[: run.frames]
    drawings: dict[str, Callable[[Axes], None]] = {}
    for key in PLOTS:
        means = [mean_over_objects(series, record.name, key) for record in run.variants]
        if any(value is not None for line in means for value in line):
            drawings[key] = _drawing(run, key, means)
    losses = {record.title: _first_losses(run, record.name, series) for record in run.variants}
    if any(losses.values()):
        drawings["losses"] = lambda axis: _draw_losses(axis, list(losses), list(losses.values()))
    return drawings


def _drawing(run: Run, key: str, means: Sequence[Sequence[float | None]]) -> Callable[[Axes], None]:
    def draw(axis: Axes) -> None:
        for number, (record, line) in enumerate(zip(run.variants, means, strict=True)):
            _draw_line(axis, number, record.title, [np.nan if value is None else value for value in line])
        if key in words.UNIT_SCALE:
            axis.set_ylim(-0.03, 1.03)
        _label(axis, words.LABELS[key], "frame")

    return draw


def mean_over_objects(series: Iterable[FrameStats], name: str, key: str) -> list[float | None]:
    """Return a figure of a model at every frame, the mean over the objects that have it; None where none has."""
    values = ([getattr(stats, key) for stats in frame.models[name].objects.values()] for frame in series)
    return [mean_of_known(found) for found in values]


def mean_of_known(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are not None; None if all are."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _first_losses(run: Run, name: str, series: Sequence[FrameStats]) -> Sequence[float]:
    """Return a model's loss at the first fit, step by step, of the first object that any model has one of."""
    fitted = [
        target
        for frame in series
        for model in frame.models.values()
        for target, stats in model.objects.items()
        if stats.losses
    ]
    return next(filter(None, (frame.of(name, min(fitted, default=0)).losses for frame in series)), ())


def _draw_losses(axis: Axes, titles: Sequence[str], losses: Sequence[Sequence[float]]) -> None:
    for number, (title, line) in enumerate(zip(titles, losses, strict=True)):
        if line:
            _draw_line(axis, number, title, line)
    axis.set_yscale("log")
    _label(axis, words.LABELS["losses"], "step")


def _draw_line(axis: Axes, number: int, title: str, values: Sequence[float]) -> None:
    """Draw the line of the model with this number in the run."""
    axis.plot(values, label=title, linestyle=DASHES[number % len(DASHES)], color=COLOURS[number % len(COLOURS)])


def _label(axis: Axes, title: str, x: str) -> None:
    axis.set_title(title, fontsize=9, loc="left")
    axis.set_xlabel(x, fontsize=8)
    axis.tick_params(labelsize=8)
    axis.grid(alpha=0.3)
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8, frameon=False)
