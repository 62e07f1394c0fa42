"""How full the disk is, what may be deleted from the cache, and lanes for slow work."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.runs.cache_folders import UNUSED, CacheFolders
from demo.runs.disk import FolderSizes, count_bytes, default_budget
from demo.runs.lane import Lane


def test_shared_files_count_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(bytes(10))
    os.link(tmp_path / "a" / "one", tmp_path / "two")
    assert count_bytes(tmp_path) == 10
    assert count_bytes(tmp_path / "gone") == 0


def test_a_folder_is_counted_again_only_where_its_visitor_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Path] = []
    monkeypatch.setattr("demo.runs.disk.count_bytes", lambda folder: counted.append(folder) or 5)
    monkeypatch.setattr("demo.runs.disk.RECENT", 0.0)
    quiet, busy = tmp_path / "quiet", tmp_path / "busy"
    for folder in (quiet, busy):
        folder.mkdir()
    os.utime(quiet, (time.time() - 900,) * 2)
    sizes = FolderSizes()
    for _ in range(3):
        assert sizes.recent(quiet) + sizes.recent(busy) == 10
    assert counted.count(quiet) == 1
    assert counted.count(busy) == 3
    os.utime(quiet)
    sizes.recent(quiet)
    assert counted.count(quiet) == 2


def test_the_budget_is_asked_for_or_part_of_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLB_DISK_GB", raising=False)
    assert 0 < default_budget(tmp_path) <= 20_000_000_000
    monkeypatch.setenv("LLB_DISK_GB", "0.5")
    assert default_budget(tmp_path) == 500_000_000
    for wrong in ("much", "-1", "inf", ""):
        monkeypatch.setenv("LLB_DISK_GB", wrong)
        with pytest.raises(ValueError, match="LLB_DISK_GB"):
            default_budget(tmp_path)


def test_old_folders_of_our_own_naming_go_and_nothing_else(tmp_path: Path) -> None:
    names = ("examples-0123456789ab", "examples-aaaaaaaaaaaa", "showcase-0123456789ab", "examples-mine", "photos")
    own, other_server, *_ = folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
        (folder / "file").touch()
        os.utime(folder, (time.time() - UNUSED - 60,) * 2)
    os.utime(other_server)
    (tmp_path / "showcase-bbbbbbbbbbbb").write_text("a file")
    CacheFolders(tmp_path, (own, tmp_path / "showcase-cccccccccccc")).remove_old()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*names, "showcase-bbbbbbbbbbbb"} - {"showcase-0123456789ab"}
    assert own.stat().st_mtime > time.time() - 60, "another server sees that it is in use"


def test_a_lane_bounds_who_works_and_who_waits() -> None:
    lane, go, begun = Lane(at_once=1, waiting=1, busy="Come later."), threading.Event(), threading.Semaphore(0)
    most: list[int] = []
    inside: list[int] = []

    def work() -> int:
        inside.append(1)
        most.append(len(inside))
        begun.release()
        assert go.wait(10)
        inside.pop()
        return 7

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lane.do, work)
        assert begun.acquire(timeout=10)
        second = pool.submit(lane.do, work)
        while lane._inside._value:  # until the second waits
            time.sleep(0.01)
        with pytest.raises(ValueError, match="Come later"):
            lane.do(work)
        go.set()
        assert (first.result(10), second.result(10)) == (7, 7)
    assert most == [1, 1]
    assert lane.do(lambda: 3) == 3


def test_work_that_fails_leaves_the_lane() -> None:
    lane = Lane(at_once=1, waiting=0, busy="")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            lane.do(lambda: 1 / 0, result="same")
    assert lane.do(lambda: 1, result="same") == 1
