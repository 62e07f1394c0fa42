"""A comparison writes what it does as it goes, however it ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.inside.pca_colours import PARTS, Colours
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
    run.save_given({0: truth})
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
        assert (done.labels(name, 3) == done.given()[0]).all()
    trace = done.trace("lite/llb", 3, 1)
    expected = StoredTrace.reduce(fake_trace("lite/llb", 1, 3, (clip.height, clip.width)), keys_frame=0)
    assert trace is not None
    assert trace.features.keys() == expected.features.keys()
    assert all((trace.features[part] == expected.features[part]).all() for part in expected.features)
    assert (trace.mask == expected.mask).all()
    arrays = {"features": None, "mask": None}
    assert vars(trace) | arrays == vars(expected) | arrays
    colours = Colours.of(done)
    assert colours.basis.axes.shape == (3, 32)
    assert set(colours.centres) == {f"{name} {part}" for name in NAMES for part in PARTS}


def test_the_memorys_keys_are_stored_where_the_memory_changes(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    done = Run.open(run.folder)
    traces = [done.trace("lite/llb", index, 1) for index in range(FRAMES)]
    assert [trace.keys_frame for trace in traces if trace] == [0, 0, 0, 0, 4, 4, 4, 4]
    keys = done.memory_keys("lite/llb", 4, 1)
    assert keys is not None
    expected = fake_trace("lite/llb", 1, 4, (clip.height, clip.width)).memory_keys
    assert expected is not None
    assert (keys == expected.astype(np.float16)).all()
    assert done.memory_keys("lite/llb", 5, 1) is None


def test_every_frame_has_its_figures(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    series = Run.open(run.folder).figures()
    assert len(series) == FRAMES
    first, fifth = (series[index]["lite/llb"]["objects"]["1"] for index in (0, 5))
    assert "j" not in first
    truth = clip.truth(5)
    assert truth is not None
    assert fifth["j"] == pytest.approx(region_similarity(run.given()[0] == 1, truth == 1))
    assert fifth["area"] == int((run.given()[0] == 1).sum())
    assert fifth["agreement"] == 1.0
    assert Run.open(run.folder).figures(6) == series[6:]


def test_gates_are_missing_where_there_are_none(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    joint, first = run.trace("lite/joint", 3, 1), run.trace("lite/llb", 0, 1)
    assert joint is not None
    assert first is not None
    assert joint.predicted
    assert "gate_induced" not in joint.features
    assert not first.predicted
    assert run.trace("lite/llb", 3, 2) is None


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
    assert len(stopped.figures()) == 3


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
    assert len(kept.figures()) == 4


def test_closing_the_page_keeps_what_is_done(run: Run, clip: Clip) -> None:
    steps = compare(run, clip, segmenters, lambda: False)
    for _ in range(6):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    closed = Run.open(run.folder)
    assert (closed.state, closed.frames, len(closed.figures())) == ("stopped", 3, 3)


def test_all_variants_share_one_basis(run: Run, clip: Clip, tmp_path: Path) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    alone = replace(run, folder=tmp_path / "alone", variants=run.variants[:1]).save()
    alone.save_given(run.given())
    list(compare(alone, clip, lambda: {NAMES[0]: FakeSegmenter(NAMES[0])}, lambda: False))
    both, one = Colours.of(Run.open(run.folder)), Colours.of(Run.open(alone.folder))
    assert not np.allclose(both.basis.axes, one.basis.axes)
    feature = fake_trace(NAMES[0], 1, 2, (clip.height, clip.width)).value
    assert (both.paint(NAMES[0], "value", feature) != one.paint(NAMES[0], "value", feature)).any()
