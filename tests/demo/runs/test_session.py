"""Sessions: unguessable, separate, bounded, and gone after a while."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from demo.runs.session import GRACE, SessionStore


def test_two_visitors_get_different_folders(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    first, second = store.create(), store.create()
    assert first.token != second.token
    assert len(first.token) == 43
    first.note(clip="mine")
    assert store.open(second.token).notes() == {}
    assert store.open(first.token).notes() == {"clip": "mine"}


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


def test_the_quota_counts_every_byte(tmp_path: Path) -> None:
    session = SessionStore(tmp_path, quota=100).create()
    assert not session.over_quota()
    (session.new_folder("run") / "data").write_bytes(bytes(101))
    assert session.over_quota()
