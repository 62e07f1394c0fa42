"""Sessions: unguessable, separate, bounded, and gone after a while."""

from __future__ import annotations

import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from demo.runs.notes import Notes
from demo.runs.run import Run
from demo.runs.session import GRACE, Session, SessionStore


def test_two_visitors_get_different_folders(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    first, second = store.create(), store.create()
    assert first.token != second.token
    assert len(first.token) == 43
    first.note(clip=Path("mine"))
    assert store.open(second.token).notes() == Notes()
    assert store.open(first.token).notes() == Notes(Path("mine"))


@pytest.mark.parametrize("token", [None, "", "..", "../x", "a" * 43, "a" * 42 + "/", 7])
def test_a_token_that_was_never_given_opens_nothing(tmp_path: Path, token: str) -> None:
    store = SessionStore(tmp_path)
    store.create()
    with pytest.raises(ValueError, match="reload the page"):
        store.open(token)


def test_remove_deletes_one_session_alone(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    first, second = store.create(), store.create()
    store.remove(first.token)
    store.remove("..")
    assert not first.folder.exists()
    assert second.folder.exists()
    assert tmp_path.exists()


def test_a_session_goes_after_its_age_unless_its_visitor_comes_back(tmp_path: Path) -> None:
    store = SessionStore(tmp_path, max_age=3600)
    idle, active = store.create(), store.create()
    for session in (idle, active):
        os.utime(session.folder, (time.time() - 3601,) * 2)
    store.open(active.token)
    store.sweep()
    assert not idle.folder.exists()
    assert active.folder.exists()


def test_a_closed_tab_has_a_grace_period(tmp_path: Path) -> None:
    store = SessionStore(tmp_path, max_age=3600)
    session = store.create()
    store.leave(session.token)
    store.sweep()
    assert session.folder.exists()
    left = session.folder.stat().st_mtime + 3600 - time.time()
    assert left == pytest.approx(GRACE, abs=5)


def test_old_folders_make_room_but_needed_ones_stay(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).create()
    clips = [session.new_folder("clip")]
    for _ in range(3):
        clips.append(session.new_folder("clip", needed=[clips[0]]))
    assert [folder.name for folder in session.folders("clip")] == ["clip-1", "clip-3", "clip-4"]


def test_folder_numbers_sort_as_numbers(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).create()
    for _ in range(11):
        session.new_folder("run")
    assert [folder.name for folder in session.folders("run")] == [f"run-{number}" for number in range(6, 12)]


def test_a_number_is_never_used_twice(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).create()
    assert [session.new_folder("run").name for _ in range(2)] == ["run-1", "run-2"]
    shutil.rmtree(session.folder / "run-2")
    restarted = SessionStore(tmp_path).open(session.token)
    assert restarted.new_folder("run").name == "run-3"


def test_folders_made_at_once_are_different_ones(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).create()
    with ThreadPoolExecutor(6) as pool:
        names = [folder.name for folder in pool.map(lambda _: session.new_folder("run"), range(6))]
    assert sorted(names) == [f"run-{number}" for number in range(1, 7)]
    (session.folder / "run-7").mkdir()  # by another process
    (session.folder / "run.count").write_text("6")
    assert session.new_folder("run").name == "run-8"


def test_notes_made_at_once_are_all_kept(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).create()
    with ThreadPoolExecutor(4) as pool:
        for number in range(10):
            clip, source = Path(f"clip-{number}"), [Path(f"{number}.mp4")]
            list(
                pool.map(lambda note: note(), [partial(session.note, clip=clip), partial(session.note, source=source)])
            )
            assert session.notes() == Notes(clip, tuple(source))


def test_the_quota_counts_every_byte(tmp_path: Path) -> None:
    session = SessionStore(tmp_path, quota=100).create()
    assert not session.over_quota()
    (session.new_folder("run") / "data").write_bytes(bytes(101))
    assert session.over_quota()


def finished(session: Session, size: int, state: str = "done") -> Run:
    """Write down a run that takes some room."""
    run = Run(session.new_folder("run"), session.folder, (1,), ()).save(state=state)
    (run.folder / "data").write_bytes(bytes(size))
    return run


def test_a_folder_without_a_run_bars_nothing(tmp_path: Path) -> None:
    session = SessionStore(tmp_path).create()
    session.new_folder("run")
    run = finished(session, 0)
    assert session.runs() == [run]


def test_sessions_that_nobody_uses_make_room_the_oldest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.runs.disk.RECENT", 0.0)
    store = SessionStore(tmp_path, budget=40_000)
    old, older, waiting, present = (store.create() for _ in range(4))
    for session, silent in ((old, 900), (older, 1800), (waiting, 2700), (present, 0)):
        finished(session, 9_000)
        os.utime(session.folder, (time.time() - silent,) * 2)
    (present.folder / "clip").write_bytes(bytes(18_000))
    store.alive = lambda: {waiting.token}
    present.new_folder("clip")
    assert [session.folder.exists() for session in (old, older, waiting, present)] == [False, False, True, True]


def test_a_visitors_own_oldest_runs_make_room_before_he_is_refused(tmp_path: Path) -> None:
    session = SessionStore(tmp_path, quota=20_000).create()
    runs = [finished(session, 4_000) for _ in range(4)]
    at_work = finished(session, 1_000, "running")
    newest = finished(session, 4_000)
    (newest.folder / "more").write_bytes(bytes(4_000))
    session.new_folder("clip", needed=[runs[1].folder])
    there = [run.folder.exists() for run in (*runs, at_work, newest)]
    assert there == [False, True, False, True, True, True]


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.runs.disk.RECENT", 0.0)
    mine = SessionStore(tmp_path / "a", quota=5_000).create()
    finished(mine, 6_000)
    with pytest.raises(ValueError, match=r"^Your storage on this server is full: [^.]*\.$"):
        mine.new_folder("run")
    store = SessionStore(tmp_path / "b", budget=5_000)
    other = store.create()
    finished(other, 6_000)
    with pytest.raises(ValueError, match=r"^This server's disk is full [^.]*\.$"):
        store.create().new_folder("clip")
    assert other.folder.exists(), "its visitor was here a moment ago"


def test_a_session_that_waits_or_works_is_never_swept(tmp_path: Path) -> None:
    store = SessionStore(tmp_path, max_age=3600)
    session = store.create()
    store.alive = lambda: [session.token]
    os.utime(session.folder, (time.time() - 9000,) * 2)
    store.sweep()
    store.alive = list
    store.sweep()
    assert session.folder.exists(), "it has its whole time again from the end of the run on"


def test_the_sweeper_outlives_every_error_of_the_disk(tmp_path: Path) -> None:
    calls: list[int] = []
    ended = threading.Event()

    def fail() -> None:
        calls.append(1)
        if len(calls) == 3:
            ended.set()
            threading.Event().wait()  # the thread is a daemon
        raise FileNotFoundError("swept by another one")

    store = SessionStore(tmp_path)
    store.watch(fail, every=0.01)
    store.watch(fail, every=0.01)  # one thread is enough
    assert ended.wait(10)
    assert len(calls) == 3


def test_two_sweeps_at_once_do_no_harm(tmp_path: Path) -> None:
    store = SessionStore(tmp_path, max_age=0)
    for _ in range(30):
        store.create()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.sweep(), range(8)))
    assert not list(tmp_path.iterdir())


def test_a_hundred_sessions_are_cheap_and_their_number_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.runs.session.MOST_SESSIONS", 100)
    store = SessionStore(tmp_path)
    begun = time.process_time()
    sessions = [store.create() for _ in range(100)]
    assert time.process_time() - begun < 2
    assert store.used_bytes() == 0
    with pytest.raises(ValueError, match="Too many visitors"):
        store.create()
    os.utime(sessions[7].folder, (time.time() - 600,) * 2)
    store.create()
    assert not sessions[7].folder.exists()
