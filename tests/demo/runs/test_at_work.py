"""What is under way for a visitor keeps their session, and a clip is read alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from demo.runs.session import IDLE, MAX_AGE, SessionStore


def test_a_session_stays_while_something_is_done_for_it_however_long_that_takes(tmp_path: Path) -> None:
    store = SessionStore(tmp_path, budget=0)
    session, other = store.create(), store.create()
    (session.folder / "data").write_bytes(bytes(10))
    with session.at_work():
        with session.at_work():
            pass  # of two pieces of work the first to end does not count for both
        os.utime(session.folder, (time.time() - 2 * MAX_AGE,) * 2)
        store.sweep()
        os.utime(session.folder, (time.time() - 2 * IDLE,) * 2)
        with pytest.raises(ValueError, match="disk is full"):
            store.make_room(other)
        assert session.folder.exists()
    os.utime(session.folder, (time.time() - 2 * MAX_AGE,) * 2)
    store.sweep()
    assert not session.folder.exists()


def test_one_clip_of_a_visitor_is_read_at_a_time(tmp_path: Path) -> None:
    at_work = SessionStore(tmp_path).at_work
    with at_work.reading("me"):
        assert at_work.tokens() == {"me"}
        with pytest.raises(ValueError, match="still being read"):
            at_work.check_no_reading("me")
        with pytest.raises(ValueError, match="still being read"), at_work.reading("me"):
            pytest.fail("two clips are read at once")
        with at_work.reading("somebody else"):
            pass
        with pytest.raises(ValueError, match="still being read"):
            at_work.check_no_reading("me")
    at_work.check_no_reading("me")
    assert at_work.tokens() == frozenset()
