"""Runs from Run pressed to their end, without a page."""

from __future__ import annotations

import errno
import os
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from demo import text
from demo.clips.clip import Clip
from demo.models.provider import ModelProvider, Segmenter
from demo.models.settings import Settings
from demo.page.job_place import JobPlace
from demo.page.live_run import LiveRuns
from demo.runs import gpu_run, run_work
from demo.runs.compare import Progress
from demo.runs.frame_stats import FrameStats, ModelStats
from demo.runs.passes import Repair
from demo.runs.price import Prices, Workload
from demo.runs.queue import RunQueue
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest
from demo.runs.session import SessionStore
from llb.types import FrameResult, TraceRequest
from tests.support.page_fakes import FRAMES, FakeModels, FakeSegmenter, fake_shelf

NAMES = ("lite/llb", "lite/joint")
PATIENCE = 20.0  # seconds


class BrokenSegmenter(FakeSegmenter):
    """Fail at the fourth frame."""

    def step(self, frame: np.ndarray, trace: TraceRequest | None = None) -> FrameResult:
        if self.index == 3:
            raise RuntimeError("broken")
        return super().step(frame, trace)


class BrokenModels(FakeModels):
    """Models that fail in the middle of a clip."""

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        return {name: BrokenSegmenter(name) for name in names}


@pytest.fixture
def sessions(tmp_path: Path) -> SessionStore:
    return SessionStore(tmp_path / "sessions")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


@pytest.fixture
def slow(sessions: SessionStore) -> Iterator[LiveRuns]:
    """Models that take a moment per frame; what they still do at the end of a test is stopped."""
    live = LiveRuns(FakeModels(seconds=0.3))
    yield live
    for token in live.queue.visitors():
        live.stop(sessions.open(token))


def request(clip: Clip, entries: Sequence[str] = NAMES) -> RunRequest:
    labels = clip.truth(0)
    assert labels is not None
    return RunRequest(clip, {0: labels}, entries)


def until_first_frame(live: LiveRuns, run: Run) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        place = live.place(run.folder)
        assert place is not None
        if place.latest:
            return
        time.sleep(0.02)
    raise AssertionError("no frame was finished")


def test_a_run_is_worked_though_nobody_watches(sessions: SessionStore, clip: Clip) -> None:
    live, session = LiveRuns(FakeModels()), sessions.create()
    run = live.start(session, request(clip))
    done = live.wait(run)
    assert (done.state, done.frames) == ("done", FRAMES)
    place = live.place(run.folder)
    assert place is not None
    assert place.latest is not None
    assert place.latest.run.frames == FRAMES
    assert live.of(session) is None


def test_a_visitor_has_one_run_at_a_time_and_others_wait_their_turn(
    slow: LiveRuns, sessions: SessionStore, clip: Clip
) -> None:
    first, second = sessions.create(), sessions.create()
    run = slow.start(first, request(clip))
    with pytest.raises(ValueError, match="still waiting or running"):
        slow.start(first, request(clip))
    assert [folder.name for folder in first.folders("run")] == ["run-1"]
    waiting = slow.start(second, request(clip))
    until_first_frame(slow, run)
    place = slow.place(waiting.folder)
    assert place is not None
    assert (place.state, place.position) == ("waiting", 1)
    assert slow.queue.visitors() == {first.token, second.token}


def test_run_pressed_twice_at_the_same_moment_gives_one_run(slow: LiveRuns, sessions: SessionStore, clip: Clip) -> None:
    session, barrier, refused = sessions.create(), threading.Barrier(4), list[str]()

    def press() -> None:
        barrier.wait()
        try:
            slow.start(session, request(clip))
        except ValueError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(session.folders("run")) == 1


def test_a_repair_is_refused_while_a_run_waits_and_leaves_nothing(
    sessions: SessionStore, slow: LiveRuns, clip: Clip
) -> None:
    session = sessions.create()
    quick = LiveRuns(FakeModels())
    base = quick.wait(quick.start(session, request(clip)))
    slow.start(sessions.create(), request(clip))
    waiting = slow.start(session, request(clip))
    labels = clip.truth(3)
    assert labels is not None
    with pytest.raises(ValueError, match="still waiting or running"):
        slow.repair(session, RepairRequest(base, {3: labels}, Repair(3)))
    assert session.folders("run") == [base.folder, waiting.folder]
    done = quick.wait(quick.repair(session, RepairRequest(base, {3: labels}, Repair(3))))
    assert (done.base, done.state) == ("run-1", "done")


def test_a_run_that_waits_is_stopped_at_once_and_leaves_nothing(
    slow: LiveRuns, sessions: SessionStore, clip: Clip
) -> None:
    session = sessions.create()
    slow.start(sessions.create(), request(clip))
    waiting = slow.start(session, request(clip))
    slow.stop(session)
    assert not waiting.folder.exists()
    assert slow.of(session) is None
    slow.start(session, request(clip))  # the visitor may begin anew


def test_a_run_at_work_is_stopped_within_two_seconds_and_keeps_its_frames(
    slow: LiveRuns, sessions: SessionStore, clip: Clip
) -> None:
    session = sessions.create()
    run = slow.start(session, request(clip))
    until_first_frame(slow, run)
    slow.stop(session)
    assert slow.queue.wait(str(run.folder), 2.0)
    stopped = Run.open(run.folder)
    assert stopped.state == "stopped"
    assert 0 < stopped.frames < FRAMES


def test_a_full_storage_ends_the_run_and_keeps_what_is_done(
    tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_work, "CHECK_EVERY", 0.0)
    live, session = LiveRuns(FakeModels()), SessionStore(tmp_path / "small", quota=1).create()
    run = live.start(session, request(clip))
    assert live.queue.wait(str(run.folder), PATIENCE)
    stopped = Run.open(run.folder)
    assert stopped.state == "stopped"
    assert 0 < stopped.frames < FRAMES


def test_a_run_that_fails_keeps_its_frames_and_the_next_one_is_worked(sessions: SessionStore, clip: Clip) -> None:
    live, session = LiveRuns(BrokenModels()), sessions.create()
    run = live.start(session, request(clip))
    with pytest.raises(ValueError, match="LLB failed at frame 4, so the run ended there"):
        live.wait(run)
    assert (Run.open(run.folder).state, Run.open(run.folder).frames) == ("stopped", 4)
    live.models = FakeModels()
    assert live.wait(live.start(session, request(clip))).state == "done"


def test_a_run_over_the_limit_is_refused_and_leaves_nothing(sessions: SessionStore, clip: Clip) -> None:
    one = Prices().seconds(Workload(["lite/llb"], FRAMES, 1))
    live, session = LiveRuns(FakeModels(), RunQueue(), Prices(limit=1.1 * one)), sessions.create()
    with pytest.raises(ValueError, match="take at most"):
        live.start(session, request(clip))
    assert session.folders("run") == []
    live.wait(live.start(sessions.create(), request(clip, ["lite/llb"])))


def dying(error: Exception, after: int) -> Callable[[Run, ModelProvider, Path], Generator[Progress, None, None]]:
    """Work a run for some steps in a process that then dies: nobody writes its end."""

    def execute(run: Run, models: ModelProvider, stop_file: Path) -> Generator[Progress, None, None]:
        at_work = run.save(state="running")
        for frame in range(after):
            for record in run.variants:
                yield Progress(record.name, frame, 1.0, at_work)
            run.add_frame_stats(FrameStats({record.name: ModelStats() for record in run.variants}))
        raise error

    return execute


def test_a_run_whose_process_is_killed_lies_stopped_for_everyone_who_opens_it(
    sessions: SessionStore, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_run, "execute_run", dying(RuntimeError("killed"), after=3))
    live, session = LiveRuns(FakeModels()), sessions.create()
    run = live.start(session, request(clip))
    with pytest.raises(ValueError, match="failed on the server, which is not your fault"):
        live.wait(run)
    left = Run.open(run.folder)
    assert (left.state, left.frames) == ("stopped", 3)


def test_a_full_disk_ends_a_run_with_its_own_sentence(
    sessions: SessionStore, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/secret/path")
    monkeypatch.setattr(gpu_run, "execute_run", dying(full, after=1))
    live, session = LiveRuns(FakeModels()), sessions.create()
    run = live.start(session, request(clip))
    with pytest.raises(ValueError, match=f"^{re.escape(text.RUN_DISK_FULL)}$"):
        live.wait(run)
    assert Run.open(run.folder).state == "stopped"


def test_a_repair_that_ends_before_its_first_frame_leaves_what_was_there(
    sessions: SessionStore, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, session = LiveRuns(FakeModels()), sessions.create()
    base = live.wait(live.start(session, request(clip)))
    labels = clip.truth(3)
    assert labels is not None
    monkeypatch.setattr(gpu_run, "execute_run", dying(MemoryError(), after=0))
    repair = live.repair(session, RepairRequest(base, {3: labels}, Repair(3)))
    assert live.queue.wait(str(repair.folder), PATIENCE)
    assert session.runs() == [base]


def test_a_repair_that_waited_when_its_server_died_is_no_result(sessions: SessionStore, clip: Clip) -> None:
    live, session = LiveRuns(FakeModels()), sessions.create()
    base = live.wait(live.start(session, request(clip)))
    labels = clip.truth(3)
    assert labels is not None
    repair = base.begin_repair(session.new_folder("run"), {3: labels}, Repair(3)).save(server="another")
    assert Run.open(repair.folder).state == "waiting"
    assert JobPlace.of(live, session, repair.folder.name).state == "cancelled"
    assert JobPlace.of(live, session, base.folder.name).state == "done"


def test_a_repair_costs_what_it_computes(sessions: SessionStore, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    live, session, priced = LiveRuns(FakeModels()), sessions.create(), list[Workload]()
    base = live.wait(live.start(session, request(clip)))
    marked = {index: np.equal(clip.truth(index), 1).astype(np.uint8) for index in (0, 3, 6)}
    marked[6][:30, :30] = 1  # not as any model has it: the repair goes on beyond it
    monkeypatch.setattr(live.prices, "check", priced.append)
    monkeypatch.setattr(live.prices, "seconds", lambda load: priced.append(load) or 1.0)
    live.wait(live.repair(session, RepairRequest(base, marked, Repair(3))))
    checked, queued = priced
    assert checked == queued


def test_no_run_starts_on_the_clip_before_while_another_one_is_read(sessions: SessionStore, clip: Clip) -> None:
    live, session = LiveRuns(FakeModels()), sessions.create()
    with sessions.at_work.reading(session.token), pytest.raises(ValueError, match="clip is still being read"):
        live.start(session, request(clip))
    assert session.folders("run") == []
    live.wait(live.start(session, request(clip)))
