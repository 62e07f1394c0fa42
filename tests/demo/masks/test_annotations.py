"""A visitor's masks on disk, and how an undone correction leaves them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.masks.annotations import Annotations
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.session import Session, SessionStore
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import fake_shelf


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return fake_shelf(tmp_path).clip("disc")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return SessionStore(tmp_path / "sessions").create()


def square(clip: Clip, at: int, target: int = 1) -> np.ndarray:
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[at : at + 20, at : at + 20] = target
    return labels


def repaired(session: Session, run: Run, masks: Annotations, at: int) -> Run:
    return run.begin_repair(session.new_folder("run"), masks.all(), Repair(at))


def same(found: dict[int, np.ndarray], expected: dict[int, np.ndarray]) -> bool:
    return found.keys() == expected.keys() and all((found[index] == expected[index]).all() for index in found)


def test_undo_brings_the_masks_before_a_correction_back(session: Session, clip: Clip) -> None:
    masks = Annotations.of(session, clip)
    run = finished_run(session.new_folder("run"), clip)
    before = masks.all()
    masks.save(0, square(clip, 10))  # an earlier mask, painted over
    masks.save(4, square(clip, 30))  # a new one
    masks.undo(repaired(session, run, masks, 4))
    assert same(masks.all(), before)


def test_undo_brings_a_mask_back_that_the_correction_took_away(session: Session, clip: Clip) -> None:
    masks = Annotations.of(session, clip)
    masks.save(6, square(clip, 30))
    first = finished_run(session.new_folder("run"), clip)
    first.save_marked_masks(masks.all())
    masks.save(6, np.zeros_like(square(clip, 0)))
    masks.save(4, square(clip, 50))
    masks.undo(repaired(session, first, masks, 4))
    assert same(masks.all(), first.marked_masks())


def test_undo_goes_one_correction_back_and_keeps_what_was_drawn_since(session: Session, clip: Clip) -> None:
    masks = Annotations.of(session, clip)
    run = finished_run(session.new_folder("run"), clip)
    masks.save(3, square(clip, 30))
    first = repaired(session, run, masks, 3)
    masks.save(5, square(clip, 40))
    second = repaired(session, first, masks, 5)
    masks.save(7, square(clip, 50))
    masks.undo(second)
    assert masks.frames() == [0, 3, 7]
    masks.undo(first)
    assert masks.frames() == [0, 7]


def test_masks_and_names_are_written_whole(session: Session, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    masks = Annotations.of(session, clip)
    masks.rename(1, "disc")
    before = {path: path.read_bytes() for path in masks.folder.rglob("*") if path.is_file()}

    def fail(draft: Path, path: Path) -> None:
        raise OSError("killed before the last step")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="killed"):
        masks.save(0, square(clip, 10))
    with pytest.raises(OSError, match="killed"):
        masks.rename(1, "ball")
    assert {path: path.read_bytes() for path in masks.folder.rglob("*") if path.is_file()} == before


def test_names_given_at_once_are_all_kept(session: Session, clip: Clip) -> None:
    masks = Annotations.of(session, clip)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda target: masks.rename(target, f"object {target}"), range(1, 9)))
    assert len(json.loads((masks.folder / "names.json").read_text())) == 8


def test_a_first_look_from_two_sides_begins_with_the_exact_mask_for_both(session: Session, clip: Clip) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: Annotations.of(session, clip).frames(), range(4)))
    assert found == [[0]] * 4
