"""A comparison writes what it does as it goes, however it ends."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.runs.compare import compare
from demo.runs.run import Run, VariantRecord
from demo.runs.trace_file import StoredTrace
from llb.evaluation.metrics import region_similarity
from llb.types import FrameResult, TraceRequest
from tests.support.page_fakes import FRAMES, FakeSegmenter, fake_shelf, fake_trace

NAMES = ("lite/llb", "lite/joint")


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return fake_shelf(tmp_path).clip("disc")


@pytest.fixture
def run(tmp_path: Path, clip: Clip) -> Run:
    records = tuple(VariantRecord(name, name.upper()) for name in NAMES)
    run = Run(tmp_path / "run", clip.folder, (1,), records).save()
    truth = clip.truth(0)
    assert truth is not None
    run.save_marked_masks({0: truth})
    return run


def segmenters() -> dict[str, FakeSegmenter]:
    return {name: FakeSegmenter(name) for name in NAMES}


def test_variants_advance_in_step(run: Run, clip: Clip) -> None:
    steps = [(step.variant, step.frame) for step in compare(run, clip, segmenters, lambda: False)]
    assert steps == [(name, index) for index in range(FRAMES) for name in NAMES]


def test_a_finished_run_is_read_back(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    done = Run.open(run.folder)
    assert (done.state, done.frames, done.objects) == ("done", FRAMES, (1,))
    for name in NAMES:
        assert (done.labels(name, 3) == done.marked_masks()[0]).all()
    trace = done.traces("lite/llb").read(3, 1)
    expected = StoredTrace.reduce(fake_trace("lite/llb", 1, 3, (clip.height, clip.width)), keys_frame=0)
    assert trace is not None
    assert trace.features.keys() == expected.features.keys()
    assert all((trace.features[part] == expected.features[part]).all() for part in expected.features)
    assert (trace.mask == expected.mask).all()
    arrays = {"features": None, "mask": None}
    assert vars(trace) | arrays == vars(expected) | arrays


def test_the_memorys_keys_are_stored_where_the_memory_changes(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    done = Run.open(run.folder)
    traces = [done.traces("lite/llb").read(index, 1) for index in range(FRAMES)]
    assert [trace.keys_frame for trace in traces if trace] == [0, 0, 0, 0, 4, 4, 4, 4]
    keys = done.traces("lite/llb").memory_keys(4, 1)
    assert keys is not None
    expected = fake_trace("lite/llb", 1, 4, (clip.height, clip.width)).memory_keys
    assert expected is not None
    assert (keys == expected.astype(np.float16)).all()
    assert done.traces("lite/llb").memory_keys(5, 1) is None


def test_every_frame_has_its_figures(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    series = Run.open(run.folder).frame_stats()
    assert len(series) == FRAMES
    first, fifth = (series[index].of("lite/llb", 1) for index in (0, 5))
    assert first.j is None
    truth = clip.truth(5)
    assert truth is not None
    assert fifth.j == pytest.approx(region_similarity(run.marked_masks()[0] == 1, truth == 1))
    assert fifth.area == int((run.marked_masks()[0] == 1).sum())
    assert fifth.agreement == 1.0
    assert Run.open(run.folder).frame_stats(6) == series[6:]


def test_gates_are_missing_where_there_are_none(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    joint, first = run.traces("lite/joint").read(3, 1), run.traces("lite/llb").read(0, 1)
    assert joint is not None
    assert first is not None
    assert joint.predicted
    assert "gate_induced" not in joint.features
    assert not first.predicted
    assert run.traces("lite/llb").read(3, 2) is None


def test_overlap_and_time_leave_out_the_given_frame(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    truths = [clip.truth(index) for index in range(FRAMES)]
    assert truths[0] is not None
    given = truths[0] == 1
    expected = np.mean([region_similarity(given, truth == 1) for truth in truths[1:] if truth is not None])
    record = Run.open(run.folder).variants[0]
    assert record.overlap == pytest.approx(expected)
    assert record.overlap < 0.9
    assert record.seconds_per_frame == pytest.approx(0.012)


def test_stopping_keeps_whole_frames_of_every_variant(run: Run, clip: Clip) -> None:
    seen: list[int] = []
    for step in compare(run, clip, segmenters, lambda: len(seen) >= 5):
        seen.append(step.frame)
    stopped = Run.open(run.folder)
    assert (stopped.state, stopped.frames) == ("stopped", 3)
    assert len(stopped.frame_stats()) == 3


def test_an_error_keeps_what_is_done(run: Run, clip: Clip) -> None:
    class Failing(FakeSegmenter):
        def step(self, frame: np.ndarray, trace: TraceRequest | None = None) -> FrameResult:
            if self.index == 3:
                raise ValueError("lost")
            return super().step(frame, trace)

    with pytest.raises(ValueError, match="lost"):
        list(compare(run, clip, lambda: {**segmenters(), NAMES[1]: Failing(NAMES[1])}, lambda: False))
    kept = Run.open(run.folder)
    assert (kept.state, kept.frames) == ("stopped", 4)
    assert len(kept.frame_stats()) == 4


@pytest.mark.parametrize("error", [RuntimeError("/srv/secret"), KeyError("x"), MemoryError(), cv2.error("remap")])
def test_a_model_that_fails_is_named_in_a_sentence(run: Run, clip: Clip, error: Exception) -> None:
    class Failing(FakeSegmenter):
        def step(self, frame: np.ndarray, trace: TraceRequest | None = None) -> FrameResult:
            if self.index == 3:
                raise error
            return super().step(frame, trace)

    with pytest.raises(
        ValueError, match=r"^LITE/JOINT failed at frame 4, so the run ended there: what is done is kept.$"
    ):
        list(compare(run, clip, lambda: {**segmenters(), NAMES[1]: Failing(NAMES[1])}, lambda: False))
    kept = Run.open(run.folder)
    assert (kept.state, kept.frames) == ("stopped", 4)


def test_closing_the_page_keeps_what_is_done(run: Run, clip: Clip) -> None:
    steps = compare(run, clip, segmenters, lambda: False)
    for _ in range(6):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    closed = Run.open(run.folder)
    assert (closed.state, closed.frames, len(closed.frame_stats())) == ("stopped", 3, 3)
