"""Several visitors who ask the same: one run is computed, and each has it as an own one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.page.live_run import LiveRuns
from demo.runs.answers import Answers
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_cache import RunCache
from demo.runs.run_setup import RepairRequest, RunRequest
from demo.runs.session import Session, SessionStore
from tests.demo.page.test_live_run import NAMES, BrokenModels, request, until_first_frame
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf


@pytest.fixture
def sessions(tmp_path: Path) -> SessionStore:
    return SessionStore(tmp_path / "sessions")


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return fake_shelf(tmp_path).clip("disc")


def with_cache(folder: Path, models: FakeModels) -> LiveRuns:
    answers = Answers(RunCache(folder / "runs", 10**9), models, fake_shelf(folder))
    live = LiveRuns(models, answers=answers)
    answers.compute = live.compute
    return live


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveRuns]:
    live = with_cache(tmp_path, FakeModels())
    yield live
    live.close()


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[LiveRuns]:
    live = with_cache(tmp_path, FakeModels(seconds=0.15))
    yield live
    live.close()


def files(run: Run) -> dict[str, bytes]:
    """Return a run's files but for its record."""
    found = (path for path in run.folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(run.folder)): path.read_bytes() for path in found}


def test_the_same_question_is_answered_from_disk_outside_the_queue(
    live: LiveRuns, sessions: SessionStore, clip: Clip
) -> None:
    first, second = sessions.create(), sessions.create()
    done = live.wait(live.start(first, request(clip)))
    answer = live.start(second, request(clip))
    assert (done.answered, answer.answered) == (False, True)
    assert live.place(answer.folder) is None
    assert answer.folder.parent == second.folder
    assert files(answer) == files(done)
    assert answer.key == done.key
    other = live.start(first, request(clip, NAMES[:1]))
    assert not other.answered
    live.wait(other)


def test_a_server_that_starts_anew_finds_the_answers(live: LiveRuns, sessions: SessionStore, tmp_path: Path) -> None:
    clip = fake_shelf(tmp_path).clip("disc")
    live.wait(live.start(sessions.create(), request(clip)))
    assert with_cache(tmp_path, FakeModels()).start(sessions.create(), request(clip)).answered


def test_two_who_ask_at_once_share_one_run_and_its_progress(slow: LiveRuns, sessions: SessionStore, clip: Clip) -> None:
    first, second = sessions.create(), sessions.create()
    mine = slow.start(first, request(clip))
    until_first_frame(slow, mine)
    theirs = slow.start(second, request(clip))
    assert slow.visitors() == {first.token, second.token}
    until_first_frame(slow, theirs)
    place = slow.place(theirs.folder)
    assert place is not None
    assert place.latest is not None
    seen = place.latest.run
    assert seen.folder == theirs.folder
    assert all(theirs.labels_file(name, index).exists() for name in NAMES for index in range(seen.frames))
    ended = [slow.wait(run) for run in (mine, theirs)]
    assert [(run.state, run.frames, run.answered) for run in ended] == [("done", FRAMES, False)] * 2
    assert files(ended[0]) == files(ended[1])
    assert ended[0].labels_file("lite/llb", 2).stat().st_ino == ended[1].labels_file("lite/llb", 2).stat().st_ino
    assert slow.visitors() == frozenset()


def test_a_cancel_by_one_does_not_end_the_others_run(slow: LiveRuns, sessions: SessionStore, clip: Clip) -> None:
    first, second = sessions.create(), sessions.create()
    mine = slow.start(first, request(clip))
    theirs = slow.start(second, request(clip))
    until_first_frame(slow, mine)
    slow.stop(first)
    left = Run.open(mine.folder)
    assert left.state == "stopped"
    assert 0 < left.frames < FRAMES
    assert slow.of(first) is None
    place = slow.place(mine.folder)
    assert place is not None
    assert place.state == "stopped"
    assert slow.wait(theirs).state == "done"
    assert Run.open(mine.folder).state == "stopped"


def test_a_cancel_while_waiting_is_one_visitor_s_own(slow: LiveRuns, sessions: SessionStore, clip: Clip) -> None:
    at_work, first, second = (sessions.create() for _ in range(3))
    slow.start(at_work, request(clip, NAMES[:1]))
    mine, theirs = slow.start(first, request(clip)), slow.start(second, request(clip))
    slow.stop(first)
    assert not mine.folder.exists()
    place = slow.place(mine.folder)
    assert place is not None
    assert place.state == "cancelled"
    slow.stop(second)
    assert not theirs.folder.exists()
    assert slow.visitors() == {at_work.token}


def test_a_session_that_ends_takes_nothing_from_the_others(slow: LiveRuns, sessions: SessionStore, clip: Clip) -> None:
    first, second = sessions.create(), sessions.create()
    mine = slow.start(first, request(clip))
    theirs = slow.start(second, request(clip))
    until_first_frame(slow, mine)
    sessions.remove(first.token)
    assert slow.wait(theirs).state == "done"


def test_a_run_that_fails_or_is_stopped_is_no_answer(tmp_path: Path, sessions: SessionStore, clip: Clip) -> None:
    live = with_cache(tmp_path, BrokenModels())
    with pytest.raises(ValueError, match="failed at frame 4"):
        live.wait(live.start(sessions.create(), request(clip)))
    live.models = FakeModels()
    again = live.start(sessions.create(), request(clip))
    assert not again.answered
    assert live.wait(again).state == "done"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [again.key]


def test_repairs_and_their_undo_leave_the_answer_as_it_was(live: LiveRuns, sessions: SessionStore, clip: Clip) -> None:
    live.wait(live.start(sessions.create(), request(clip)))
    answer = live.start(sessions.create(), request(clip))
    session = sessions.open(answer.folder.parent.name)
    labels = clip.truth(3)
    assert labels is not None
    masks = {**answer.marked_masks(), 3: labels[:, ::-1].copy()}
    repaired = live.wait(live.repair(session, RepairRequest(answer, masks, Repair(3))))
    assert (repaired.state, repaired.key, repaired.answered) == ("done", "", False)
    assert not np.array_equal(repaired.labels("lite/llb", 5), answer.labels("lite/llb", 5))
    third = live.start(sessions.create(), request(clip))
    assert files(third) == files(answer)


def test_background_work_gives_way_and_becomes_the_run_of_who_asks(
    slow: LiveRuns, sessions: SessionStore, clip: Clip
) -> None:
    assert slow.compute(request(clip)) == 0.0
    assert slow.visitors() == frozenset()
    other = slow.start(sessions.create(), request(clip, NAMES[:1]))
    begun = time.monotonic()
    until_first_frame(slow, other)
    assert time.monotonic() - begun < 0.15 * FRAMES
    mine = slow.start(sessions.create(), request(clip))
    assert slow.wait(mine).state == "done"
    assert slow.start(sessions.create(), request(clip)).answered


def test_a_server_that_closes_ends_its_work_and_leaves_no_draft(tmp_path: Path, sessions: SessionStore) -> None:
    clip = fake_shelf(tmp_path).clip("disc")
    live = with_cache(tmp_path, FakeModels(seconds=0.15))
    session: Session = sessions.create()
    run = live.start(session, request(clip))
    live.compute(RunRequest(clip, request(clip).marked, NAMES[:1]))
    until_first_frame(live, run)
    live.close()
    assert Run.open(run.folder).state == "stopped"
    assert list((tmp_path / "runs").iterdir()) == []
    assert live.compute(RunRequest(clip, request(clip).marked, NAMES[1:])) is None
    with pytest.raises(ValueError, match="being closed"):
        live.start(session, request(clip))
