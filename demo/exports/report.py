"""A report of a run as one HTML file that opens anywhere, offline: pictures and plots are inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

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

TEMPLATES = template_environment(Path(__file__).with_name("templates"))
TERMS = ("value", "label", "gate_transduced", "gate_induced")  # boxes of the diagram that are shown


@dataclass(frozen=True)
class ModelRow:
    """A model's line in the table; `figures` are written out, empty where there is none."""

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
    """All that `templates/report.html` shows; `frames` holds a row of pictures per frame, `plots` an SVG element."""

    title: str
    card: str
    models: tuple[ModelRow, ...]
    frames: tuple[tuple[Picture, ...], ...]
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
    return Report(
        title=words.report_title(clip.title),
        card=text.clip_line(clip),
        models=_model_rows(run),
        frames=tuple(_overlays(run, clip, index) for index in sorted({frames[0], middle, frames[-1]})),
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
        rows.append(ModelRow(record.title, badge, (*(_written(mean) for mean in means), pace)))
    return tuple(rows)


def _written(mean: float | None) -> str:
    return "" if mean is None else f"{mean:.3f}"


def _overlays(run: Run, clip: Clip, index: int) -> tuple[Picture, ...]:
    frame = clip.frame(index)
    return tuple(
        Picture(jpeg_address(overlay(frame, run.labels(record.name, index))), f"{record.title}, frame {index}")
        for record in run.variants
    )


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
    for name, value in (asdict(measured.clip) | asdict(measured.settings)).items():
        yield Fact(name, str(value))
    for target, name in measured.objects.items():
        yield Fact(text.object_name(target), name)
    yield Fact("marked_frames", ", ".join(map(str, measured.marked_frames)))
    yield Fact("state", measured.state)
    for model in measured.models:
        yield Fact(f"{model.name}, sha256 of its weights", model.weights_sha256 or "not shipped")
        yield Fact(f"{model.name}, computed in", model.precision or "unknown")
