"""The figures of an evaluation as one drawing, for the report (SVG) and for a paper (PDF)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llb.evaluation.result import EvaluationResult, ObjectScore

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 40  # sequences that are drawn, the lowest
STEPS = 20  # of a clip's course
J_COLOUR, F_COLOUR = "#0072b2", "#d55e00"  # told apart by the colour-blind too


def draw(result: EvaluationResult) -> Figure:
    """Draw J and F of the sequences, the lowest first, and their course from the first to the last frame."""
    from matplotlib.figure import Figure

    shown = sorted(result.sequences, key=lambda sequence: sequence.score.mean)[:MOST_BARS]
    figure = Figure(figsize=(8, 3.2 + 0.28 * len(shown)), layout="constrained")
    bars, course = figure.subplots(2, 1, height_ratios=[max(0.28 * len(shown), 1), 2.2])
    places = np.arange(len(shown))[::-1]
    for shift, colour, name in ((0.2, J_COLOUR, "J"), (-0.2, F_COLOUR, "F")):
        values = [sequence.score.j if name == "J" else sequence.score.f for sequence in shown]
        bars.barh(places + shift, values, height=0.38, color=colour, label=name)
        course.plot(np.linspace(0, 1, STEPS), course_of(result, name), color=colour, label=name)
    bars.set_yticks(places, [sequence.name for sequence in shown], fontsize=8)
    bars.set_xlim(0, 1)
    course.set_ylim(0, 1)
    course.set_xlabel("from an object's first frame that counts (0) to its last (1)", fontsize=8)
    for axis in (bars, course):
        axis.grid(alpha=0.3)
        axis.legend(loc="lower left", fontsize=8)
    return figure


def course_of(result: EvaluationResult, name: str) -> list[float]:
    """Return the mean J or F over all objects at `STEPS` moments of their course."""
    objects = [item for sequence in result.sequences for item in sequence.objects]
    return [float(value) for value in np.mean([_resampled(item, name) for item in objects], axis=0)]


def svg(figure: Figure) -> str:
    """Return a figure as an SVG element."""
    page = io.StringIO()
    figure.savefig(page, format="svg", metadata={"Date": None})
    drawn = page.getvalue()
    return drawn[drawn.index("<svg") :]


def save_figure(result: EvaluationResult, folder: Path) -> None:
    """Write ``figure.svg`` and ``figure.pdf``."""
    figure = draw(result)
    (folder / "figure.svg").write_text(svg(figure), encoding="utf-8")
    figure.savefig(folder / "figure.pdf", metadata={"CreationDate": None})


def _resampled(item: ObjectScore, name: str) -> np.ndarray:
    values = [frame.score.j if name == "J" else frame.score.f for frame in item.frames]
    return np.interp(np.linspace(0, 1, STEPS), np.linspace(0, 1, len(values)), values)
