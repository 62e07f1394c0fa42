"""Runs from masks on several frames, and repairs of finished runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import given as given_that
from hypothesis import strategies as st

from demo.clips.clip import Clip
from demo.models.provider import Segmenter
from demo.runs.compare import compare
from demo.runs.passes import Direction, Repair
from demo.runs.run import Run, VariantRecord
from tests.support.page_fakes import FRAMES, FakeSegmenter, fake_shelf

NAMES = ("lite/llb", "lite/joint")
Labels = np.ndarray


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return fake_shelf(tmp_path).clip("disc")


def column(clip: Clip, target: int, x: int) -> Labels:
    """Mark a column 10 pixels wide."""
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[:, x : x + 10] = target
    return labels


def fakes() -> dict[str, Segmenter]:
    return {name: FakeSegmenter(name) for name in NAMES}


def first_run(tmp_path: Path, clip: Clip, given: dict[int, Labels]) -> Run:
    records = tuple(VariantRecord(name, name.upper()) for name in NAMES)
    objects = tuple(sorted({int(t) for labels in given.values() for t in np.unique(labels) if t}))
    run = Run(tmp_path / "run-1", clip.folder, objects, records).save()
    run.save_marked_masks(given)
    return done(run, clip)


def repair(run: Run, clip: Clip, given: dict[int, Labels], at: int, direction: Direction = "forwards") -> Run:
    folder = run.folder.with_name("run-2")
    return done(run.begin_repair(folder, {**run.marked_masks(), **given}, Repair(at, direction)), clip)


def done(run: Run, clip: Clip) -> Run:
    list(compare(run, clip, fakes, lambda: False))
    return Run.open(run.folder)


def places(run: Run, target: int = 1, name: str = NAMES[0]) -> list[int | None]:
    """Return where an object's column is in every frame, None where it is not."""
    found = [np.flatnonzero((run.labels(name, index) == target).any(0)) for index in range(run.frames)]
    return [int(columns[0]) if len(columns) else None for columns in found]


def test_a_mask_in_mid_clip_is_followed_both_ways(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {3: column(clip, 1, 20), 5: column(clip, 2, 60)})
    assert (run.state, run.frames) == ("done", FRAMES)
    assert places(run) == [20] * FRAMES
    assert places(run, 2) == [None] * 5 + [60] * 3
    assert len(run.frame_stats()) == FRAMES
    trace = run.traces(NAMES[0]).read(1, 1)
    assert trace is not None
    assert trace.keys_frame == 2  # stored where the way back begins
    assert run.traces(NAMES[0]).memory_keys(2, 1) is not None


def test_stopping_on_the_way_back_keeps_the_way_there(tmp_path: Path, clip: Clip) -> None:
    run = Run(tmp_path / "run-1", clip.folder, (1,), (VariantRecord(NAMES[0], "LLB"),)).save()
    run.save_marked_masks({4: column(clip, 1, 20)})
    seen: list[int] = []
    for step in compare(run, clip, lambda: {NAMES[0]: FakeSegmenter(NAMES[0])}, lambda: 3 in seen):
        seen.append(step.frame)
    run = Run.open(run.folder)
    assert (run.state, run.frames) == ("stopped", FRAMES)
    assert places(run) == [None, None, None, 20, 20, 20, 20, 20]


def test_a_correction_changes_later_frames_and_no_earlier_ones(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    fixed = repair(run, clip, {5: column(clip, 1, 90)}, 5)
    assert places(fixed) == [20] * 5 + [90] * 3
    assert places(fixed, name=NAMES[1]) == [20] * 5 + [90] * 3
    assert (fixed.state, fixed.base, fixed.frames) == ("done", "run-1", FRAMES)
    assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before
    old, new = run.frame_stats(), fixed.frame_stats()
    assert new[:5] == old[:5]
    assert new[5].of(NAMES[0], 1).j is None
    assert new[6].of(NAMES[0], 1).j != old[6].of(NAMES[0], 1).j


def test_backwards_it_is_the_other_way_round(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    fixed = repair(run, clip, {5: column(clip, 1, 90)}, 5, "backwards")
    assert places(fixed) == [20] + [90] * 5 + [20] * 2
    trace = fixed.traces(NAMES[0]).read(3, 1)
    assert trace is not None
    assert set(trace.memory_frames) <= {0, 5, 4, 3, 2, 1}


def test_both_ways(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    assert places(repair(run, clip, {5: column(clip, 1, 90)}, 5, "both")) == [20] + [90] * 7


def test_an_object_added_in_mid_clip_leaves_the_others_alone(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    more = repair(run, clip, {4: column(clip, 2, 70)}, 4)
    assert more.objects == (1, 2)
    assert places(more) == [20] * FRAMES
    assert places(more, 2) == [None] * 4 + [70] * 4
    old, new = run.traces(NAMES[0]).read(6, 1), more.traces(NAMES[0]).read(6, 1)
    assert old is not None
    assert new is not None
    assert (old.features["value"] == new.features["value"]).all()
    assert more.traces(NAMES[0]).read(6, 2) is not None
    assert more.traces(NAMES[0]).read(3, 2) is None
    found = more.frame_stats()[6]
    assert found.of(NAMES[0], 1).cosine == run.frame_stats()[6].of(NAMES[0], 1).cosine
    assert found.of(NAMES[0], 2).cosine is not None


def test_a_frame_that_is_not_finished_cannot_be_repaired(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    with pytest.raises(ValueError, match="up to 7"):
        run.begin_repair(tmp_path / "run-2", {9: column(clip, 1, 20)}, Repair(9))


@dataclass
class Watching(FakeSegmenter):
    """Note what it is told."""

    def __post_init__(self) -> None:
        self.told: list[str] = []

    def correct(self, target_id: int, mask: np.ndarray) -> None:
        self.told.append(f"correct {target_id} before {self.index + 1}")
        super().correct(target_id, mask)

    def add_target(self, target_id: int, mask: np.ndarray) -> None:
        self.told.append(f"add {target_id} before {self.index + 1}")
        super().add_target(target_id, mask)


def test_every_mark_reaches_the_model(tmp_path: Path, clip: Clip) -> None:
    run = Run(tmp_path / "run-1", clip.folder, (1, 2), (VariantRecord(NAMES[0], "LLB"),)).save()
    both = column(clip, 1, 30) + column(clip, 2, 60)
    run.save_marked_masks({0: column(clip, 1, 20), 3: both, 5: column(clip, 2, 80)})
    watching = Watching(NAMES[0])
    list(compare(run, clip, lambda: {NAMES[0]: watching}, lambda: False))
    assert watching.told == ["correct 1 before 3", "add 2 before 3", "correct 2 before 5"]


def stopped_run(tmp_path: Path, clip: Clip, given: dict[int, Labels], frames: int) -> Run:
    """Do a first run and stop it after so many frames."""
    records = tuple(VariantRecord(name, name.upper()) for name in NAMES)
    objects = tuple(sorted({int(t) for labels in given.values() for t in np.unique(labels) if t}))
    run = Run(tmp_path / "run-1", clip.folder, objects, records).save()
    run.save_marked_masks(given)
    done = [0]
    for step in compare(run, clip, fakes, lambda: done[-1] >= frames):
        done.append(step.run.frames)
    run = Run.open(run.folder)
    assert run.frames == frames
    return run


@pytest.mark.parametrize(
    ("direction", "expected", "state"),
    [
        ("forwards", [20, 20, 90, 90, 90, 90, 50, 50], "done"),
        ("backwards", [20, 90, 90, 20], "stopped"),
        ("both", [20, 90, 90, 90, 90, 90, 50, 50], "done"),
    ],
)
def test_a_stopped_run_is_repaired_with_marks_beyond_its_end(
    tmp_path: Path, clip: Clip, direction: Direction, expected: list[int], state: str
) -> None:
    run = stopped_run(tmp_path, clip, {0: column(clip, 1, 20), 6: column(clip, 1, 50)}, 4)
    fixed = repair(run, clip, {2: column(clip, 1, 90)}, 2, direction)
    assert places(fixed) == expected
    assert fixed.state == state
    assert len(fixed.frame_stats()) == fixed.frames == len(expected)


def test_a_repair_that_goes_on_takes_the_other_objects_along(tmp_path: Path, clip: Clip) -> None:
    marked = {0: column(clip, 1, 20) + column(clip, 2, 60), 6: column(clip, 3, 100)}
    fixed = repair(stopped_run(tmp_path, clip, marked, 4), clip, {2: column(clip, 1, 35)}, 2)
    assert (fixed.state, fixed.frames) == ("done", FRAMES)
    assert places(fixed) == [20] * 2 + [35] * 6
    assert places(fixed, 2) == [60] * 8
    assert places(fixed, 3) == [None] * 6 + [100] * 2


@pytest.mark.parametrize("direction", ["forwards", "backwards", "both"])
@pytest.mark.parametrize("at", [3, 6])
def test_an_object_marked_twice_before_one_repair_is_skipped_nowhere(
    tmp_path: Path, clip: Clip, at: int, direction: Direction
) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    more = repair(run, clip, {3: column(clip, 2, 60), 6: column(clip, 2, 90)}, at, direction)
    before = None if direction == "forwards" else 60
    between = 90 if direction == "backwards" else 60
    after = None if direction == "backwards" else 90
    assert places(more, 2) == [before] * 3 + [60] + [between] * 2 + [90, after]
    assert places(more) == [20] * FRAMES


def test_a_mark_stays_new_until_a_repair_of_its_object(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    marks = {2: column(clip, 2, 60), 4: column(clip, 1, 35), 5: column(clip, 2, 90)}
    once = repair(run, clip, marks, 4)
    assert places(once, 2) == [None] * FRAMES
    twice = done(once.begin_repair(tmp_path / "run-3", once.marked_masks(), Repair(5)), clip)
    assert places(twice, 2) == [None] * 2 + [60] * 3 + [90] * 3
    assert places(twice) == [20] * 4 + [35] * 4


def test_a_stop_ends_all_passes(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    repaired = run.begin_repair(tmp_path / "run-2", {4: column(clip, 1, 90)}, Repair(4, "both"))
    seen: list[int] = []
    for step in compare(repaired, clip, fakes, lambda: 5 in seen):
        seen.append(step.frame)
    stopped = Run.open(repaired.folder)
    assert stopped.state == "stopped"
    assert places(stopped) == [20] * 4 + [90] * 2 + [20] * 2


def test_a_stop_before_the_first_frame_leaves_everything_as_it_was(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20)})
    repaired = run.begin_repair(tmp_path / "run-2", {4: column(clip, 1, 90)}, Repair(4))
    assert list(compare(repaired, clip, fakes, lambda: True)) == []
    assert places(Run.open(repaired.folder)) == [20] * FRAMES


def test_a_painted_mask_stays_when_another_object_is_found_over_it(tmp_path: Path, clip: Clip) -> None:
    run = first_run(tmp_path, clip, {0: column(clip, 1, 20), 5: column(clip, 2, 60)})
    fixed = repair(run, clip, {3: column(clip, 1, 55)}, 3)
    mask = fixed.labels(NAMES[0], 5)
    assert (mask[:, 55:60] == 1).all()
    assert (mask[:, 60:70] == 2).all()
    assert (fixed.labels(NAMES[0], 6)[:, 55:65] == 1).all(), "where nothing is painted the repair lies above"


WIDE = 12  # pixels between the places where an object may be


@settings(max_examples=12, phases=[Phase.generate])  # of whole runs: shrinking one takes minutes
@given_that(st.data())
def test_a_repair_keeps_what_it_does_not_repair(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("runs")
    clip = fake_shelf(folder).clip("disc")

    def marks() -> dict[int, Labels]:
        objects = st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(0, 3), min_size=1)
        drawn = data.draw(st.dictionaries(st.integers(0, FRAMES - 1), objects, min_size=1, max_size=4))
        return {
            index: sum(
                (column(clip, t, WIDE * (4 * (t - 1) + place)) for t, place in there.items()), start=column(clip, 0, 0)
            )
            for index, there in drawn.items()
        }

    given = marks()
    run = stopped_run(folder, clip, given, data.draw(st.integers(min(given) + 1, FRAMES)))
    new = {**given, **marks()}
    at = data.draw(st.sampled_from(sorted(new)).filter(lambda index: index < run.frames))
    direction = data.draw(st.sampled_from(["forwards", "backwards", "both"]))
    fixed = repair(run, clip, new, at, direction)
    repaired = [target for target in np.unique(new[at]) if target]
    for index in range(run.frames):
        old, found = run.labels(NAMES[0], index), fixed.labels(NAMES[0], index)
        for target in {1, 2, 3} - set(repaired):
            assert ((old == target) == (found == target)).all()
    assert all(((fixed.labels(name, at) == t) == (new[at] == t)).all() for name in NAMES for t in repaired)
    assert fixed.frames == len(fixed.frame_stats()) == (run.frames if direction == "backwards" else FRAMES)
