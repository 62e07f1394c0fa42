"""A comparison writes what it does as it goes, however it ends."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.runs.compare import compare, fair_seconds
from demo.runs.passes import Repair
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
    for part, feature in expected.features.items():
        assert trace.features[part] == pytest.approx(feature, abs=float(np.ptp(feature)) / 500)
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
    assert keys == pytest.approx(expected, abs=float(np.ptp(expected)) / 500)
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


@dataclass
class TimedSegmenter(FakeSegmenter):
    """State the times of frames; who leads has read the features that all others reuse."""

    leads: bool = True
    cpu: float = 1.0

    def _result(self, frame: np.ndarray, request: TraceRequest | None) -> FrameResult:
        seconds, shared = (0.09, 0.06) if self.leads else (0.03, 0.0)
        times = {"seconds": seconds, "shared_seconds": shared, "cpu_seconds": self.cpu * seconds}
        return replace(super()._result(frame, request), **times)


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]])
def test_no_model_is_blamed_for_what_all_use(run: Run, clip: Clip, names: tuple[str, ...]) -> None:
    models = {name: TimedSegmenter(name, leads=name == names[0]) for name in names}
    list(compare(run, clip, lambda: models, lambda: False))
    assert [record.seconds_per_frame for record in Run.open(run.folder).variants] == pytest.approx([0.06, 0.06])


def test_shared_seconds_are_divided_among_those_that_share() -> None:
    def result(seconds: float, shared: float | None) -> FrameResult:
        return FrameResult(1, (1,), np.zeros((2, 2), np.uint8), np.zeros((2, 2, 2), np.float32), seconds, (), shared)

    results = {"lead": result(0.10, 0.06), "follower": result(0.05, 0.0), "other kind": result(0.3, None)}
    fair = fair_seconds(results)
    assert fair == pytest.approx({"lead": 0.07, "follower": 0.08, "other kind": 0.3})
    assert fair_seconds({"alone": result(0.1, 0.06)}) == pytest.approx({"alone": 0.1})


@pytest.mark.parametrize(("cpu", "in_company"), [(0.95, False), (0.6, True)])
def test_a_run_says_whether_other_work_ran_meanwhile(run: Run, clip: Clip, cpu: float, in_company: bool) -> None:
    assert not Run.open(run.folder).in_company
    list(compare(run, clip, lambda: {name: TimedSegmenter(name, cpu=cpu) for name in NAMES}, lambda: False))
    done = Run.open(run.folder)
    assert done.cpu_share == pytest.approx(cpu)
    assert done.in_company is in_company


def test_a_frame_on_which_a_mask_is_given_has_no_time(run: Run, clip: Clip) -> None:
    class SlowToLearn(FakeSegmenter):
        def _result(self, frame: np.ndarray, request: TraceRequest | None) -> FrameResult:
            return replace(super()._result(frame, request), seconds=9.0 if self.index == 3 else 0.01)

    marked = clip.truth(0)
    assert marked is not None
    second = np.zeros_like(marked)
    second[:30, :30] = 2
    run.save_marked_masks({0: marked, 3: second})
    run = replace(run, objects=(1, 2)).save()
    list(compare(run, clip, lambda: {name: SlowToLearn(name) for name in NAMES}, lambda: False))
    assert Run.open(run.folder).variants[0].seconds_per_frame == pytest.approx(0.01)


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
                raise OSError("lost")
            return super().step(frame, trace)

    with pytest.raises(OSError, match="lost"):
        list(compare(run, clip, lambda: {**segmenters(), NAMES[1]: Failing(NAMES[1])}, lambda: False))
    kept = Run.open(run.folder)
    assert (kept.state, kept.frames) == ("stopped", 4)
    assert len(kept.frame_stats()) == 4


@pytest.mark.parametrize(
    "error", [RuntimeError("/srv/secret"), KeyError("x"), MemoryError(), ValueError("shapes"), cv2.error("remap")]
)
def test_a_model_that_fails_is_named_in_a_sentence(run: Run, clip: Clip, error: Exception) -> None:
    class Failing(FakeSegmenter):
        def step(self, frame: np.ndarray, trace: TraceRequest | None = None) -> FrameResult:
            if self.index == 3:
                raise error
            return super().step(frame, trace)

    with pytest.raises(
        ValueError, match=r"^LITE/JOINT failed at frame 4, so the run ended there: finished frames are kept\."
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


def on_disk(run: Run) -> tuple[str, int]:
    facts = json.loads((run.folder / "run.json").read_text())
    return facts["state"], min(record["frames"] for record in facts["variants"])


def test_how_far_a_run_is_stands_on_disk_while_it_works(run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.runs.compare.SAVE_EVERY", 0.0)
    monkeypatch.setattr("demo.runs.compare.SAVING", math.inf)
    for step in compare(run, clip, segmenters, lambda: False):
        if step.variant == NAMES[-1]:
            assert on_disk(run) == ("running", step.frame + 1)


def test_a_run_whose_caller_goes_no_further_is_stopped(run: Run, clip: Clip) -> None:
    steps = compare(run, clip, segmenters, lambda: False)
    for _ in range(4):
        next(steps)
    steps.close()
    assert (Run.open(run.folder).state, Run.open(run.folder).frames) == ("stopped", 2)


def test_a_repair_that_an_error_ends_is_not_done(run: Run, clip: Clip) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    done = Run.open(run.folder)
    mask = done.labels(NAMES[0], 4)
    repair = done.begin_repair(run.folder.with_name("run-2"), {**done.marked_masks(), 4: mask}, Repair(4))

    class Failing(FakeSegmenter):
        def step(self, frame: np.ndarray, trace: TraceRequest | None = None) -> FrameResult:
            raise RuntimeError("no memory")

    with pytest.raises(ValueError, match="failed at frame 4"):
        list(compare(repair, clip, lambda: {name: Failing(name) for name in NAMES}, lambda: False))
    assert (Run.open(repair.folder).state, Run.open(repair.folder).frames) == ("stopped", FRAMES)


def test_a_run_that_died_with_its_server_opens_as_stopped_with_what_it_has(run: Run, clip: Clip) -> None:
    steps = compare(replace(run, server="another"), clip, segmenters, lambda: False)
    for _ in range(2 * len(NAMES) + 1):  # a third frame is done by one model alone
        next(steps)
    with (run.folder / "series.jsonl").open("a") as series:
        series.write('{"half of a li')
    left = Run.open(run.folder)
    assert on_disk(run) == ("running", 0)
    assert (left.state, left.frames, len(left.frame_stats())) == ("stopped", 2, 2)
    repair = left.begin_repair(run.folder.with_name("run-2"), left.marked_masks(), Repair(0))
    list(compare(repair, clip, segmenters, lambda: False))
    assert (Run.open(repair.folder).state, len(Run.open(repair.folder).frame_stats())) == ("done", FRAMES)


def test_a_run_at_work_here_opens_as_it_is(run: Run, clip: Clip) -> None:
    next(compare(run, clip, segmenters, lambda: False))
    assert Run.open(run.save(state="running").folder).state == "running"
    assert run.save(state="running").as_left().state == "stopped"
    assert run.save(state="done").as_left().state == "done"


def test_every_file_of_a_run_is_written_whole(run: Run, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    list(compare(run, clip, segmenters, lambda: False))
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    written: list[Path] = []

    def fail(draft: Path, path: Path) -> None:
        written.append(path)
        raise OSError("killed before the last step")

    monkeypatch.setattr("os.replace", fail)
    trace = fake_trace(NAMES[0], 1, 3, (clip.height, clip.width))
    for write in (
        run.save,
        lambda: run.save_labels(NAMES[0], 3, np.zeros((clip.height, clip.width), np.uint8)),
        lambda: run.traces(NAMES[0]).write(3, [trace], None),
        lambda: run.save_frame_stats([]),
        lambda: run.save_marked_masks({0: np.ones((4, 4), np.uint8)}),
    ):
        with pytest.raises(OSError, match="killed"):
            write()
    assert len(written) == 5
    assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before
