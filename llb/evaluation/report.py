"""A report of an evaluation as one HTML page that opens anywhere: tables, plots, worst frames."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from llb.evaluation.datasets import Dataset
from llb.evaluation.official import GLOBAL, Figures
from llb.evaluation.plots import draw, save_figure, svg
from llb.evaluation.result import CategoryMeans, EvaluationResult
from llb.evaluation.sequence import DataSequence
from llb.io.label_png import VOID, overlay
from llb.io.picture_file import decode_picture
from llb.types import Labels, Rgb

if TYPE_CHECKING:
    from jinja2 import Template

WORST = 8  # frames shown, at most one of a sequence
PICTURE_WIDTH = 480
TRUTH_COLOUR = (255, 255, 0)

LabelsOf = Callable[[DataSequence, str], Labels]  # the predicted labels of a frame


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is of, how many that are, and its figures in per cent."""

    name: str
    count: int
    figures: tuple[str, ...]

    @classmethod
    def of(cls, name: str, objects: list[Figures]) -> Row:
        """Average the figures of some objects."""
        return cls(name, len(objects), tuple(f"{100 * value:.1f}" for value in Figures.mean_of(objects).row()))


@dataclass(frozen=True)
class WorstFrame:
    """A frame on which an object fares badly."""

    sequence: str
    object: int
    frame: str
    j: float
    f: float


@dataclass(frozen=True)
class Picture:
    """A worst frame as a data address, the predicted objects tinted and the true ones outlined."""

    source: str
    caption: str


@dataclass(frozen=True)
class Report:
    """All that ``templates/report.html`` shows."""

    title: str
    header: tuple[str, ...]
    overall: Row
    categories: CategoryMeans | None
    sequences: tuple[Row, ...]
    attributes: tuple[Row, ...]
    plots: str
    worst: tuple[Picture, ...]


def write_tables_and_report(result: EvaluationResult, dataset: Dataset, out: Path, labels_of: LabelsOf) -> None:
    """Write the tables, ``results.json``, ``figure.svg``, ``figure.pdf`` and ``report.html`` of scored masks."""
    result.write_tables(out)
    (out / "results.json").write_text(json.dumps(result.to_dict(), indent=2) + "\n", encoding="utf-8")
    save_figure(result, out)
    page = _template().render(report=make_report(result, dataset, labels_of))
    (out / "report.html").write_text(page, encoding="utf-8")


def make_report(result: EvaluationResult, dataset: Dataset, labels_of: LabelsOf) -> Report:
    """Gather what the report shows."""
    known = {sequence.name: sequence for sequence in dataset.sequences}
    figures = {sequence.name: [item.figures for item in sequence.objects] for sequence in result.sequences}
    kinds = sorted({kind for name in figures for kind in dataset.attributes.get(name, ())})
    by_kind = ((kind, [name for name in figures if kind in dataset.attributes.get(name, ())]) for kind in kinds)
    return Report(
        title=f"{result.model} on {dataset.layout} {result.split}",
        header=GLOBAL,
        overall=Row.of("all objects", [each for found in figures.values() for each in found]),
        categories=result.by_category(dataset.seen),
        sequences=tuple(Row.of(name, found) for name, found in figures.items()),
        attributes=tuple(Row.of(kind, [each for name in names for each in figures[name]]) for kind, names in by_kind),
        plots=svg(draw(result)),
        worst=tuple(_picture(known[frame.sequence], frame, labels_of) for frame in worst_frames(result)),
    )


def worst_frames(result: EvaluationResult, most: int = WORST) -> tuple[WorstFrame, ...]:
    """Return the frames with the lowest J&F of an object, the worst of each sequence, the lowest first."""
    worst = [min(_frames(result, index), key=lambda each: each.j + each.f) for index in range(len(result.sequences))]
    return tuple(sorted(worst, key=lambda each: each.j + each.f)[:most])


def _frames(result: EvaluationResult, index: int) -> Iterator[WorstFrame]:
    sequence = result.sequences[index]
    for item in sequence.objects:
        for frame in item.frames:
            yield WorstFrame(sequence.name, item.id, frame.name, frame.score.j, frame.score.f)


def _picture(sequence: DataSequence, frame: WorstFrame, labels_of: LabelsOf) -> Picture:
    file = next(path for path in sequence.images.iterdir() if path.stem == frame.frame)
    rgb = np.asarray(decode_picture(file.read_bytes(), file.name), np.uint8)
    truth = sequence.read_mask(frame.frame)
    shown = outlined(overlay(rgb, labels_of(sequence, frame.frame)), np.where(truth == VOID, 0, truth).astype(np.uint8))
    caption = f"{frame.sequence}, frame {frame.frame}, object {frame.object}: J {frame.j:.2f}, F {frame.f:.2f}"
    return Picture(_jpeg_address(shown), caption)


def outlined(rgb: Rgb, truth: Labels) -> Rgb:
    """Draw the contours of the true objects over a picture."""
    result = rgb.copy()
    for target in np.unique(truth[truth > 0]):
        contours, _ = cv2.findContours((truth == target).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(result, contours, -1, TRUTH_COLOUR, 2)
    return result


def _jpeg_address(rgb: Rgb) -> str:
    height = max(1, round(rgb.shape[0] * PICTURE_WIDTH / rgb.shape[1]))
    small = cv2.resize(rgb, (PICTURE_WIDTH, height), interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined).get_template("report.html")
