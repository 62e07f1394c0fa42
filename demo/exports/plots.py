"""A run's figures over time as one SVG drawing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demo.exports import words
from demo.runs.frame_stats import FrameStats
from demo.runs.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES: Sequence[Any] = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 1)))
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00")  # told apart by the colour-blind too
PLOTS = ("j", "f", "agreement", "area", "share")  # fields of `ObjectStats`


def draw_plots(run: Run) -> str:
    """Draw every figure over time, a line per model, and the few-shot learner's losses; return the SVG element."""
    from matplotlib.figure import Figure

    series = run.frame_stats()
    means = {(key, r.name): mean_over_objects(series, r.name, key) for key in PLOTS for r in run.variants}
    keys = [key for key in PLOTS if any(value is not None for r in run.variants for value in means[key, r.name])]
    figure = Figure(figsize=(10, 2.2 * (len(keys) + 1)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(len(keys) + 1, 1))
    for axis, key in zip(axes, keys, strict=False):
        for number, record in enumerate(run.variants):
            values = [np.nan if value is None else value for value in means[key, record.name]]
            _draw_line(axis, number, record.title, values)
        _label(axis, words.LABELS[key], "frame")
    _draw_losses(axes[-1], run, series)
    axes[0].legend(loc="lower left", fontsize=8)
    page = io.StringIO()
    figure.savefig(page, format="svg", metadata={"Date": None})
    drawn = page.getvalue()
    return drawn[drawn.index("<svg") :]


def mean_over_objects(series: Iterable[FrameStats], name: str, key: str) -> list[float | None]:
    """Return a figure of a model at every frame, the mean over the objects that have it; None where none has."""
    values = ([getattr(stats, key) for stats in frame.models[name].objects.values()] for frame in series)
    return [mean_of_known(found) for found in values]


def mean_of_known(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are not None; None if all are."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _draw_losses(axis: Axes, run: Run, series: Sequence[FrameStats]) -> None:
    """Draw the loss of the first fit, step by step, of the first object that has one."""
    fitted = {
        target
        for frame in series
        for model in frame.models.values()
        for target in model.objects
        if model.objects[target].losses
    }
    for number, record in enumerate(run.variants):
        fits = (frame.of(record.name, min(fitted, default=0)).losses for frame in series)
        losses = next(filter(None, fits), ())
        if losses:
            _draw_line(axis, number, record.title, losses)
    axis.set_yscale("log")
    _label(axis, words.LABELS["losses"], "step")


def _draw_line(axis: Axes, number: int, title: str, values: Sequence[float]) -> None:
    """Draw the line of the model with this number in the run."""
    axis.plot(values, label=title, linestyle=DASHES[number % len(DASHES)], color=COLOURS[number % len(COLOURS)])


def _label(axis: Axes, title: str, x: str) -> None:
    axis.set_title(title, fontsize=9, loc="left")
    axis.set_xlabel(x, fontsize=8)
    axis.grid(alpha=0.3)
