"""Fits of the few-shot learner that are done again from what a run has stored, with the real lite models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.runs.compare import compare
from demo.runs.fit_repeat import FitRepeater, Work
from demo.runs.fit_replay import FitChanges, FitReplay
from demo.runs.passes import Direction, Repair
from demo.runs.run import Run, VariantRecord
from demo.runs.stored_target import NotRepeatable, StoredTarget, placement_of
from llb.config import InferenceConfig
from llb.inference.search_region import TargetState, place
from llb.inference.segmenter import VideoSegmenter
from tests.support.page_fakes import fake_shelf, real_model

NAMES = ("lite/llb", "lite/joint")
CONFIG = InferenceConfig(memory_size=2, interval=3)  # frames 0, 1 and, in the place of 1, 4 are in the memory


OWN = FitChanges()


@dataclass(frozen=True)
class Done:
    """A run of two objects, and the segmenters that did it as they are at its last frame."""

    run: Run
    clip: Clip
    segmenters: dict[str, VideoSegmenter]

    def repeater(self, model: str, target: int) -> FitRepeater:
        return FitRepeater(StoredTarget(self.run, self.clip, real_model(model), model, target))

    def repeat(self, model: str, frame: int, target: int = 1, changes: FitChanges = OWN) -> FitReplay:
        return ended(self.repeater(model, target).repeat(frame, changes))


def ended(work: Work) -> FitReplay:
    found: list[FitReplay] = []

    def keep() -> Iterator[None]:
        found.append((yield from work))

    list(keep())
    return found[0]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    root = tmp_path_factory.mktemp("fits")
    clip = fake_shelf(root).clip("disc")
    marks = clip.truth(0)
    assert marks is not None
    marks[60:][marks[60:] > 0] = 2  # the disc's upper and its lower half
    run = Run(root / "run-1", clip.folder, (1, 2), tuple(VariantRecord(name, name) for name in NAMES)).save()
    run.save_marked_masks({0: marks})
    lead = VideoSegmenter(real_model(NAMES[0]), CONFIG)
    segmenters = {NAMES[0]: lead, NAMES[1]: VideoSegmenter(real_model(NAMES[1]), CONFIG, lead)}
    list(compare(run, clip, lambda: segmenters, lambda: False))
    return Done(Run.open(run.folder), clip, segmenters)


@pytest.mark.parametrize("model", NAMES)
@pytest.mark.parametrize("target", [1, 2])
def test_the_last_step_is_the_runs_own(done: Done, model: str, target: int) -> None:
    replay = done.repeat(model, 7, target)
    engine, trace = done.segmenters[model].target(target), done.run.traces(model).read(7, target)
    assert trace is not None
    assert (replay.frame, replay.shown, replay.memory) == (5, 7, (0, 4))
    assert len(replay.steps) == CONFIG.steps_update + 1
    last, tau = replay.steps[-1], engine.tau[0].numpy()
    assert np.abs(last.tau - tau).max() < 0.01 * np.abs(tau).max()
    assert [step.loss for step in replay.steps] == pytest.approx(replay.losses, rel=1e-3)
    assert last.tried_out is not None
    induced = trace.features["induced"]
    assert np.abs(last.tried_out.induced - induced).max() < 0.01 * np.abs(induced).max()
    wrong = last.tried_out.mask != (done.run.labels(model, 7) == target)
    assert wrong.sum() <= 2, "a pixel may flip where two labels are all but equal"


@pytest.mark.parametrize("model", NAMES)
def test_the_first_fit_is_tried_out_on_the_next_frame(done: Done, model: str) -> None:
    replay = done.repeat(model, 0)
    assert (replay.frame, replay.shown, replay.newest) == (0, 1, 0)
    assert len(replay.steps) == CONFIG.steps_first + 1
    assert not replay.steps[0].tau.any()
    losses = [step.loss for step in replay.steps]
    assert losses == pytest.approx(done.run.frame_stats()[0].of(model, 1).losses, rel=1e-3)
    assert losses == sorted(losses, reverse=True)
    assert replay.steps[-1].tried_out is not None
    assert (replay.steps[-1].tried_out.mask != (done.run.labels(model, 1) == 1)).sum() <= 2


def test_the_two_terms_make_the_loss(done: Done) -> None:
    replay = done.repeat("lite/llb", 7)
    for step in replay.steps:
        assert (step.misfit + step.penalty) / replay.count == pytest.approx(step.loss)
    tau = replay.tau.astype(np.float32)
    assert replay.steps[-1].penalty == pytest.approx(replay.reg**2 * float(np.square(tau).sum()), rel=0.01)


def test_a_second_question_begins_at_the_tau_that_is_kept(done: Done) -> None:
    repeater = done.repeater("lite/llb", 1)
    first = ended(repeater.repeat(7, OWN))
    steps = sum(1 for _ in repeater.repeat(7, OWN))
    assert steps < sum(1 for _ in done.repeater("lite/llb", 1).repeat(7, OWN))
    assert np.array_equal(first.tau, ended(repeater.repeat(7, OWN)).tau)


def test_changes_change_this_fit_alone(done: Done) -> None:
    own = done.repeat("lite/llb", 7)
    longer = done.repeat("lite/llb", 7, changes=FitChanges(steps=6))
    assert len(longer.steps) == 7
    assert np.array_equal(longer.steps[3].tau, own.tau)
    assert longer.steps[6].loss < own.steps[3].loss
    stiff = done.repeat("lite/llb", 7, changes=FitChanges(reg=1000.0))
    assert stiff.reg == 1000.0
    assert np.abs(stiff.tau).sum(dtype=np.float64) < 0.9 * np.abs(own.tau).sum(dtype=np.float64)
    alone = done.repeat("lite/llb", 7, changes=FitChanges(left_out=frozenset({4})))
    assert alone.weights == (pytest.approx(own.weights[0]), 0.0)
    assert alone.steps[0].misfit < own.steps[0].misfit
    fresh = done.repeat("lite/llb", 7, changes=FitChanges(from_zero=True))
    assert not fresh.steps[0].tau.any()


def test_a_fit_that_went_otherwise_is_refused(done: Done, tmp_path_factory: pytest.TempPathFactory) -> None:
    repeater = done.repeater("lite/llb", 1)
    trace = repeater.stored.trace(5)
    object.__setattr__(trace, "losses", tuple(1.1 * loss for loss in trace.losses))
    with pytest.raises(NotRepeatable, match="repair"):
        ended(repeater.repeat(7, OWN))


@pytest.mark.parametrize("direction", ["forwards", "backwards"])
def test_after_a_repair_the_fits_that_it_left_are_repeated_and_others_refused(
    done: Done, tmp_path: Path, direction: Direction
) -> None:
    marks = done.run.marked_masks()
    repair = Repair(5, direction)
    moved = done.run.begin_repair(tmp_path / "run-2", {**marks, 5: np.roll(marks[0], 40, 1)}, repair)
    lead = VideoSegmenter(real_model(NAMES[0]), CONFIG)
    segmenters = {NAMES[0]: lead, NAMES[1]: VideoSegmenter(real_model(NAMES[1]), CONFIG, lead)}
    list(compare(moved, done.clip, lambda: segmenters, lambda: False))
    repaired = Done(Run.open(moved.folder), done.clip, segmenters)
    kept, changed = (0, 7) if direction == "forwards" else (0, 3)
    assert repaired.repeat(NAMES[0], kept).losses == done.repeat(NAMES[0], kept).losses
    with pytest.raises(NotRepeatable, match="A repair has changed"):
        repaired.repeat(NAMES[0], changed)


def test_what_is_not_kept_is_said(done: Done) -> None:
    run = done.run
    missing = StoredTarget(run, done.clip, real_model("lite/llb"), "lite/llb", 9)
    with pytest.raises(NotRepeatable, match="not kept"):
        ended(FitRepeater(missing).repeat(7, OWN))


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="steps is 41"):
        FitChanges(steps=41)
    with pytest.raises(ValueError, match="λ is 2: choose one of 0, 1, 10"):
        FitChanges(reg=2.0)


def test_a_region_tells_how_it_was_sampled() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        image = (int(random.integers(100, 1400)), int(random.integers(100, 1900)))
        box = (float(random.integers(5, 400)), float(random.integers(5, 400)))
        centre = (float(random.integers(0, image[0])), float(random.integers(0, image[1])))
        state = TargetState(centre, box, float(random.uniform(0.1, 4.0)), box, 1.0)
        placement = place(state, image, (240, 416), tracking=True)
        found = placement_of(placement.region, (240, 416))
        assert (found.step, found.count) == (placement.step, placement.count) or abs(found.step - placement.step) == 1
        if found.step == placement.step:
            assert found == placement
