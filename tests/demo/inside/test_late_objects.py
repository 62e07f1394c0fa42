"""The inside of runs in which something is missing: late objects, repairs, long clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.exports.report import make_report
from demo.inside import views
from demo.inside.answers import FilmstripAnswer, PixelAnswer
from demo.inside.diagram import Absence
from demo.inside.pixel import pixel
from demo.inside.questions import DetailQuestion, DiagramQuestion, PixelQuestion, Place
from demo.inside.recorded import place_to_show
from demo.page.player_value import PlayerValue
from demo.runs.compare import compare
from demo.runs.passes import Direction, Repair
from demo.runs.run import Run, VariantRecord
from demo.runs.session import SessionStore
from tests.support.finished_runs import NAMES, fakes, finished_run
from tests.support.page_fakes import FRAMES


def square(clip: Clip, target: int, x: int) -> np.ndarray:
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[40:60, x : x + 20] = target
    return labels


def work(run: Run, clip: Clip) -> Run:
    list(compare(run, clip, fakes, lambda: False))
    return Run.open(run.folder)


def make_run(folder: Path, clip: Clip, marked: dict[int, np.ndarray], trace_stride: int = 1) -> Run:
    records = tuple(VariantRecord(name, name.upper()) for name in NAMES)
    objects = tuple(sorted({int(t) for labels in marked.values() for t in np.unique(labels) if t}))
    run = Run(folder, clip.folder, objects, records, trace_stride=trace_stride).save()
    run.save_marked_masks(marked)
    return work(run, clip)


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Run:
    """Object 1 is marked on frame 5, object 2 on frame 0."""
    return make_run(
        SessionStore(tmp_path_factory.mktemp("late")).create().folder / "run-1",
        clip,
        {0: square(clip, 2, 90), 5: square(clip, 1, 20)},
    )


def test_where_nothing_is_kept_every_view_says_where_something_is(late: Run, clip: Clip) -> None:
    place = Place(NAMES[0], 1, 2)
    answers = [
        views.diagram(late, clip, DiagramQuestion(place)),
        views.detail(late, clip, DetailQuestion(place, "value")),
        views.filmstrip(late, clip, place),
        pixel(late, clip, PixelQuestion(place, 60, 60)),
    ]
    sentence = "Nothing is kept of object 1 at frame 2: look at frame 5."
    assert [answer.to_json()["absent"] for answer in answers] == [sentence] * 4


def test_a_painted_frame_is_called_by_its_number(tmp_path: Path, clip: Clip) -> None:
    run, place = make_run(tmp_path / "run-1", clip, {5: square(clip, 1, 20)}), Place(NAMES[0], 1, 5)
    absent = views.detail(run, clip, DetailQuestion(place, "fused")).to_json()["absent"]
    assert absent.startswith("Frame 5 was painted")
    looked = pixel(run, clip, PixelQuestion(place, 60, 60))
    assert isinstance(looked, PixelAnswer)
    assert looked.note.startswith("Frame 5 was painted")


def test_the_inside_begins_with_an_object_that_is_there(late: Run, clip: Clip) -> None:
    for latest, expected in ((2, 2), (6, 1)):
        value = PlayerValue.of(late, clip, token="", name="run-1", latest=latest)
        assert (value.shown_object, value.channels) == (expected, 32)


@pytest.mark.parametrize("start", [0, 4])
@pytest.mark.parametrize("trace_stride", [1, 3])
def test_the_report_shows_what_there_is(tmp_path: Path, clip: Clip, start: int, trace_stride: int) -> None:
    marked = {start: square(clip, 2, 90), 7: square(clip, 1, 20)}
    run = make_run(tmp_path / "run-1", clip, marked, trace_stride)
    report = make_report(run, clip)
    assert [len(inside.pictures) for inside in report.insides] == [4, 2]
    assert {inside.note for inside in report.insides} == {""}
    place = place_to_show(run, 4)
    assert place is not None
    assert place.target == 2


def test_a_report_of_frames_before_the_first_mark_is_of_those_after_it(tmp_path: Path, clip: Clip) -> None:
    records = tuple(VariantRecord(name, name.upper()) for name in NAMES)
    run = Run(tmp_path / "run-1", clip.folder, (1,), records).save()
    run.save_marked_masks({5: square(clip, 1, 20)})
    seen: list[int] = []
    for step in compare(run, clip, fakes, lambda: 6 in seen):
        seen.append(step.frame)
    report = make_report(Run.open(run.folder), clip)
    assert [row[0].caption for row in report.frames] == [f"{NAMES[0].upper()}, frame {index}" for index in (5, 6)]
    assert report.insides[0].pictures


@pytest.mark.parametrize("direction", ["forwards", "backwards", "both"])
@pytest.mark.parametrize("trace_stride", [1, 3])
def test_after_a_repair_every_frame_has_its_strip_and_pixel(
    tmp_path: Path, clip: Clip, trace_stride: int, direction: Direction
) -> None:
    run = make_run(tmp_path / "run-1", clip, {0: square(clip, 1, 20)}, trace_stride)
    marked = {**run.marked_masks(), 3: square(clip, 2, 60), 6: square(clip, 2, 90)}
    fixed = work(run.begin_repair(tmp_path / "run-2", marked, Repair(6, direction)), clip)
    for name in NAMES:
        for target in (1, 2):
            for index in range(FRAMES):
                place = Place(name, target, index)
                strip = views.filmstrip(fixed, clip, place)
                looked = pixel(fixed, clip, PixelQuestion(place, 60, 60))
                assert isinstance(strip, (FilmstripAnswer, Absence))
                assert isinstance(looked, (PixelAnswer, Absence))
                assert isinstance(strip, Absence) == isinstance(looked, Absence)
                if isinstance(looked, PixelAnswer):
                    assert looked.memory or looked.note


def test_keys_that_a_repair_replaced_are_not_taken_for_a_frames_own(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run-1", clip)
    question = PixelQuestion(Place(NAMES[0], 1, 7), 60, 60)
    before = pixel(run, clip, question)
    assert isinstance(before, PixelAnswer)
    assert before.memory
    marked = {**run.marked_masks(), 5: square(clip, 1, 20)}
    after = pixel(work(run.begin_repair(tmp_path / "run-2", marked, Repair(5, "backwards")), clip), clip, question)
    assert isinstance(after, PixelAnswer)
    assert after.memory == ()
    assert "later repair" in after.note
