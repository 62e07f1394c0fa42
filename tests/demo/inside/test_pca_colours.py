"""The colours of a run's features."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest

from demo.clips.clip import Clip
from demo.inside import pca_colours
from demo.inside.pca_colours import SPACES, colours_of
from demo.runs.compare import compare
from demo.runs.passes import Repair
from demo.runs.run import COLOURS, Run
from tests.support.finished_runs import NAMES, fakes, finished_run
from tests.support.page_fakes import FRAMES, fake_trace


def test_they_cover_every_feature_and_are_fitted_once(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run-1", clip)
    assert not (run.folder / COLOURS).exists()
    colours = colours_of(run)
    assert colours is not None
    assert set(colours.bases) == {f"{name} {space}" for name in NAMES for space in ("E1", "E2", "E_tar")}
    assert all(colours.can_paint(name, feature) for name in NAMES for feature in SPACES)
    assert not colours.can_paint(NAMES[0], "weight")
    written = (run.folder / COLOURS).read_bytes()
    (run.traces(NAMES[0]).folder / "00003.npz").unlink()
    again = colours_of(run)
    assert again is not None
    assert again.to_json() == colours.to_json() == json.loads(written)
    assert [path.name for path in run.folder.glob(f"{COLOURS}*")] == [COLOURS]


def test_a_full_disk_keeps_nobody_from_looking(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    run = finished_run(tmp_path / "run-1", clip)
    monkeypatch.setattr(pca_colours, "write_whole", full)
    colours = colours_of(run)
    assert colours is not None
    assert colours.can_paint(NAMES[0], "value")
    assert not (run.folder / COLOURS).exists()


def test_where_inside_is_missing_they_are_fitted_again_only_when_more_of_it_came(
    tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished_run(tmp_path / "run-1", clip).save(inside_missing=True)
    last = run.traces(NAMES[0]).folder / "00003.npz"
    content = last.read_bytes()
    last.unlink()
    part = colours_of(run)
    assert colours_of(run) is part
    last.write_bytes(content)
    assert colours_of(run) is not part
    assert not (run.folder / COLOURS).exists()
    assert colours_of(run.save(inside_missing=False)) is not None
    assert (run.folder / COLOURS).exists()


def test_nothing_is_fitted_while_a_run_is_at_work(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run-1", clip)
    for state in ("waiting", "running"):
        assert colours_of(replace(run, state=state)) is None
    assert not (run.folder / COLOURS).exists()


def test_an_inside_that_is_not_all_there_has_colours_that_are_not_kept(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run", clip).save(inside_missing=True)
    colours = colours_of(run)
    assert colours is not None
    assert colours.can_paint(NAMES[0], "value")
    assert not (run.folder / COLOURS).exists(), "they are fitted to all frames once these are there"


def test_a_models_colours_do_not_depend_on_the_models_beside_it(tmp_path: Path, clip: Clip) -> None:
    both = colours_of(finished_run(tmp_path / "both", clip))
    one = colours_of(finished_run(tmp_path / "one", clip, fakes(NAMES[0])))
    assert both is not None
    assert one is not None
    feature = fake_trace(NAMES[0], 1, 2, (clip.height, clip.width)).value
    assert (both.paint(NAMES[0], "value", feature) == one.paint(NAMES[0], "value", feature)).all()
    assert (both.paint(NAMES[1], "value", feature) != both.paint(NAMES[0], "value", feature)).any()


def test_what_lies_in_one_space_shares_its_colours(tmp_path: Path, clip: Clip) -> None:
    colours = colours_of(finished_run(tmp_path / "run", clip))
    assert colours is not None
    for first, second in (("value", "transduced"), ("label", "induced")):
        assert colours.basis_of(NAMES[0], first) is colours.basis_of(NAMES[0], second)
        assert colours.basis_of(f"{NAMES[0]}~gates", first) is colours.basis_of(NAMES[0], first)
    assert colours.basis_of(NAMES[0], "value") is not colours.basis_of(NAMES[0], "label")


def test_a_repair_has_the_colours_of_the_run_that_it_repairs(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run-1", clip)
    colours = colours_of(run)
    marked = run.marked_masks()
    repaired = run.begin_repair(tmp_path / "run-2", marked | {3: marked[0][:, ::-1].copy()}, Repair(3))
    list(compare(repaired, clip, fakes, lambda: False))
    repaired = Run.open(repaired.folder)
    found = colours_of(repaired)
    assert (repaired.state, repaired.frames) == ("done", FRAMES)
    assert colours is not None
    assert found is not None
    assert found.to_json() == colours.to_json()
