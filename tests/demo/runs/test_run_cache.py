"""Finished runs by their keys: whole or not there, bounded, and safe from those who share their files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from demo.clips.clip import Clip
from demo.runs.run import Run
from demo.runs.run_cache import RunCache, give_inside, give_results
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import FRAMES, fake_shelf

KEYS = tuple(f"{number}" * 64 for number in range(4))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


@pytest.fixture
def cache(tmp_path: Path) -> RunCache:
    return RunCache(tmp_path / "cache", 10_000_000)


def kept(cache: RunCache, clip: Clip, key: str = KEYS[0]) -> Run:
    return cache.keep(finished_run(cache.new_folder(), clip).save(key=key, names={1: "my cat"}))


def hash_of_all(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def test_a_kept_run_is_found_and_tells_nothing_of_whose_it_was(cache: RunCache, clip: Clip) -> None:
    entry = kept(cache, clip)
    found = cache.find(KEYS[0])
    assert found == entry
    assert (found.frames, found.names, found.clip_folder) == (FRAMES, {}, Path())
    assert str(clip.folder) not in (found.folder / "run.json").read_text()
    assert [cache.find(key) for key in (KEYS[1], "../../etc", "")] == [None, None, None]


@pytest.mark.parametrize("harm", ["run.json", "series.jsonl", "lite-joint/labels/00007.png"])
def test_an_entry_that_is_not_whole_is_not_found_and_goes(cache: RunCache, clip: Clip, harm: str) -> None:
    entry = kept(cache, clip)
    (entry.folder / harm).write_bytes((entry.folder / harm).read_bytes()[:-30] if harm != "run.json" else b"{")
    if harm.endswith(".png"):
        (entry.folder / harm).write_bytes(b"")
    assert cache.find(KEYS[0]) is None
    assert not entry.folder.exists()
    assert cache.find(kept(cache, clip).key) is not None


def test_a_run_that_is_not_finished_is_no_answer(cache: RunCache, clip: Clip) -> None:
    run = finished_run(cache.new_folder(), clip).save(key=KEYS[0], state="stopped")
    os.replace(run.folder, cache.root / KEYS[0])
    assert cache.find(KEYS[0]) is None


def test_the_longest_unused_go_first_and_the_new_one_stays(tmp_path: Path, clip: Clip) -> None:
    size = sum(path.stat().st_size for path in finished_run(tmp_path / "run", clip).folder.rglob("*"))
    cache = RunCache(tmp_path / "cache", int(2.5 * size))
    for number, key in enumerate(KEYS[:2]):
        os.utime(kept(cache, clip, key).folder, (number, number))
    assert cache.find(KEYS[0]) is not None  # so the other one is the longest unused
    kept(cache, clip, KEYS[2])
    assert [cache.find(key) is not None for key in KEYS[:3]] == [True, False, True]
    assert cache.used_bytes() <= 2.5 * size
    cache.shrink_to(0)
    assert [path.name for path in cache.root.iterdir()] == []


def test_what_a_dead_server_left_is_removed_at_the_next_start(cache: RunCache) -> None:
    old, new = cache.new_folder(), cache.new_folder()
    os.utime(old, (0, 0))
    RunCache(cache.root, 1)
    assert (old.exists(), new.exists()) == (False, True)


def test_nothing_that_is_shared_is_changed_by_who_shares_it(cache: RunCache, clip: Clip, tmp_path: Path) -> None:
    entry = kept(cache, clip)
    before = hash_of_all(entry.folder)
    mine = Run(tmp_path / "run-1", clip.folder, (1,), entry.variants, names={1: "mine"}).save()
    answer = give_results(entry, mine)
    assert (answer.state, answer.frames, answer.answered, answer.names) == ("done", FRAMES, True, {1: "mine"})
    labels = answer.labels_file("lite/llb", 3)
    assert labels.stat().st_ino == entry.labels_file("lite/llb", 3).stat().st_ino  # it costs no room
    answer.save_labels("lite/llb", 3, answer.labels("lite/llb", 3) * 0)
    answer.save_frame_stats(answer.frame_stats()[:2])
    assert hash_of_all(entry.folder) == before
    cache.shrink_to(0)
    assert answer.labels("lite/joint", 3).any()  # it stays the visitor's


def test_a_run_without_its_inside_gives_way_to_one_that_has_it(cache: RunCache, clip: Clip, tmp_path: Path) -> None:
    bare = finished_run(cache.new_folder(), clip)
    for path in bare.traces("lite/llb").files()[2:]:
        path.unlink()
    entry = cache.keep(bare.save(key=KEYS[0], inside_missing=True))
    mine = give_results(entry, Run(tmp_path / "run-1", clip.folder, (1,), entry.variants).save())
    assert mine.inside_missing
    whole = kept(cache, clip)
    assert not whole.inside_missing
    assert len(give_inside(whole, mine).traces("lite/llb").frames()) == FRAMES
    again = finished_run(cache.new_folder(), clip).save(key=KEYS[0], inside_missing=True)
    assert not cache.keep(again).inside_missing or cache.find(KEYS[0]) == whole
