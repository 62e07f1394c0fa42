"""A report of a run as one HTML file that opens anywhere, offline: pictures and plots are inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from markupsafe import Markup

from demo import text
from demo.browser_pictures import jpeg_address
from demo.clips.clip import Clip
from demo.exports import words
from demo.exports.measurements import Measurements
from demo.exports.plots import draw_plots, mean_of_known, mean_over_objects
from demo.inside import views
from demo.inside.answers import Picture as BoxPicture
from demo.inside.diagram import BOXES, Absence
from demo.inside.questions import DiagramQuestion, Place
from demo.inside.recorded import place_to_show
from demo.runs.run import Run, VariantRecord
from demo.templates import template_environment
from llb.io.label_png import overlay
from llb.types import Labels, Rgb

TEMPLATES = template_environment(Path(__file__).with_name("templates"))
ONLY_THIS, ONLY_OTHER, BOTH = (40, 120, 255), (255, 140, 0), (150, 150, 150)  # as in the player's differences
TERMS = ("value", "label", "gate_transduced", "gate_induced")  # boxes of the diagram that are shown


@dataclass(frozen=True)
class ModelRow:
    """A model's line in the table; `figures` are written out, a dash where there is none."""

    title: str
    badge: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A picture with the words below it; `source` is a data address."""

    source: str
    caption: str


@dataclass(frozen=True)
class Inside:
    """What one model holds of the object."""

    title: str
    pictures: tuple[Picture, ...]
    note: str  # why there are none


@dataclass(frozen=True)
class Fact:
    """One thing about how the run was made."""

    name: str
    value: str


@dataclass(frozen=True)
class Report:
    """All that `templates/report.html` shows; `frames` and `differences` hold a row of pictures per frame.

    `compared_with` names what the models differ from; `plots` is an SVG element.
    """

    title: str
    card: str
    models: tuple[ModelRow, ...]
    frames: tuple[tuple[Picture, ...], ...]
    compared_with: str
    differences: tuple[tuple[Picture, ...], ...]
    plots: Markup
    insides: tuple[Inside, ...]
    facts: tuple[Fact, ...]


def write_report(run: Run, clip: Clip, path: Path) -> None:
    """Write the report of a run with at least one finished frame."""
    page = TEMPLATES.get_template("report.html").render(report=make_report(run, clip), words=words)
    path.write_text(page, encoding="utf-8")


def make_report(run: Run, clip: Clip) -> Report:
    """Gather what the report shows: first, middle and last frame with an object, and the inside about the middle."""
    series = run.frame_stats()[: run.frames]  # of a run at work it may be ahead
    followed = [index for index, stats in enumerate(series) if any(m.objects for m in stats.models.values())]
    frames = followed or [0]
    middle = frames[len(frames) // 2]
    place = place_to_show(run, middle) or Place(run.variants[0].name, run.objects[0], middle)
    shown = sorted({frames[0], middle, frames[-1]})
    return Report(
        title=words.report_title(clip.title),
        card=text.clip_line(clip),
        models=_model_rows(run),
        frames=tuple(_overlays(run, clip, index) for index in shown),
        compared_with=words.TRUTH if clip.has_truth else run.variants[0].title,
        differences=tuple(row for row in (_differences(run, clip, index) for index in shown) if row),
        plots=Markup(draw_plots(run)),
        insides=tuple(_inside(run, clip, record, place) for record in run.variants),
        facts=tuple(_facts(Measurements.of(run, clip))),
    )


def _model_rows(run: Run) -> tuple[ModelRow, ...]:
    series, rows = run.frame_stats(), []
    for record in run.variants:
        means = [mean_of_known(mean_over_objects(series, record.name, key)) for key in ("j", "f", "agreement")]
        pace = text.milliseconds(record.seconds_per_frame, run.in_company)
        badge = text.KNOCK_OUT_BADGE if record.is_knock_out else ""
        rows.append(ModelRow(record.title, badge, (*(_written(mean) for mean in means), pace or words.UNKNOWN)))
    return tuple(rows)


def _written(mean: float | None) -> str:
    return words.UNKNOWN if mean is None else f"{mean:.3f}"


def _overlays(run: Run, clip: Clip, index: int) -> tuple[Picture, ...]:
    frame = clip.frame(index)
    return tuple(
        Picture(jpeg_address(overlay(frame, run.labels(record.name, index))), f"{record.title}, frame {index}")
        for record in run.variants
    )


def _differences(run: Run, clip: Clip, index: int) -> tuple[Picture, ...]:
    """Compare each model's labels of a frame with the truth, or with the first model where there is none."""
    frame, truth = clip.frame(index), clip.truth(index) if clip.has_truth else None
    others = truth if truth is not None else run.labels(run.variants[0].name, index)
    compared = run.variants if truth is not None else run.variants[1:]
    return tuple(
        Picture(
            jpeg_address(difference(frame, run.labels(record.name, index), others)), f"{record.title}, frame {index}"
        )
        for record in compared
    )


def difference(frame: Rgb, labels: Labels, others: Labels) -> Rgb:
    """Paint what only `labels` mark, what only `others` do, and what both do over a darkened frame."""
    grey = np.repeat(frame.mean(axis=2, keepdims=True), 3, axis=2) * 0.6
    same = (labels == others) & (labels > 0)
    for where, colour, weight in (
        (same, BOTH, 0.5),
        ((labels > 0) & ~same, ONLY_THIS, 0.85),
        ((others > 0) & ~same, ONLY_OTHER, 0.85),
    ):
        grey[where] = (1 - weight) * grey[where] + weight * np.array(colour)
    return np.asarray(grey.round().astype(np.uint8))


def _inside(run: Run, clip: Clip, record: VariantRecord, place: Place) -> Inside:
    """Show what a model holds at the frame, and of the object, of a place."""
    title = f"{record.title}, frame {place.frame}, object {place.target}"
    diagram = views.diagram(run, clip, DiagramQuestion(replace(place, model=record.name), past=place.frame))
    if isinstance(diagram, Absence):
        return Inside(title, (), diagram.sentence)
    contents = {key: diagram.boxes[key].content for key in TERMS}
    pictures = tuple(
        Picture(content.src, f"{BOXES[key].symbol}: {BOXES[key].sentence}")
        for key, content in contents.items()
        if isinstance(content, BoxPicture)
    )
    return Inside(title, pictures, "")


def _facts(measured: Measurements) -> Iterator[Fact]:
    """Write out how the run was made."""
    clip, settings = measured.clip, measured.settings
    region = words.OWN_REGION if not settings.search_factor else f"{settings.search_factor:g}"
    written = {
        "title": clip.title,
        "size": f"{clip.width} × {clip.height}",
        "fps": f"{clip.fps:.4g}",
        "frames": f"{clip.frames:,}",
        "note": clip.note,
        "memory_size": str(settings.memory_size),
        "interval": words.every(settings.interval),
        "steps_first": str(settings.steps_first),
        "search_factor": region,
        "shared_regions": "yes" if settings.shared_regions else "no",
        "search_again": "yes" if settings.search_again else "no",
        "objects": ", ".join(measured.objects.values()),
        "marked": ", ".join(map(str, measured.marked_frames)),
        "state": words.STATES[measured.state],
    }
    for key, value in written.items():
        if value:
            yield Fact(words.FACTS[key], value)
    for model in measured.models:
        yield Fact(words.weights_fact(model.title), model.weights_sha256 or words.NO_HASH)
        yield Fact(words.precision_fact(model.title), model.precision or words.NO_PRECISION)
