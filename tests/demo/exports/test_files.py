"""Which files can be taken away, when, and how large they are."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from demo import text
from demo.clips.clip import Clip
from demo.exports.files import KINDS, FileKind, export
from demo.exports.sizes import sizes
from demo.runs.passes import Repair
from demo.runs.run import Run
from tests.support.exported_run import frames_of, make_run
from tests.support.page_fakes import FRAMES


def test_sizes_are_told_before_a_file_is_written_and_exactly_after(clip: Clip, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", clip)
    told = sizes(run, clip)
    assert set(told) == {*KINDS, "internals"} - {"soft"}
    for kind in ("masks", "traces"):
        assert told[kind] == pytest.approx(export(kind, run, clip).stat().st_size, rel=0.2)
    report = export("report", run, clip).stat().st_size
    assert sizes(run, clip)["report"] == report
    soft = export("soft", run, clip).stat().st_size
    assert sizes(run, clip)["soft"] == soft


def test_a_stopped_run_gives_what_is_there(tmp_path: Path, clip: Clip) -> None:
    stopped = make_run(tmp_path / "run", clip, stop_after=7)
    assert 0 < stopped.frames < FRAMES
    for kind in KINDS:
        assert export(kind, stopped, clip).stat().st_size > 0
    assert len(frames_of(export("side_by_side", stopped, clip))[0]) == stopped.frames


def test_what_cannot_be_exported_is_said(run: Run, clip: Clip) -> None:
    with pytest.raises(ValueError, match="choose one of side_by_side"):
        export("../run.json", run, clip)
    waiting = replace(run, state="waiting", variants=tuple(replace(r, frames=0) for r in run.variants))
    with pytest.raises(ValueError, match="No frame"):
        export("masks", waiting, clip)
    with pytest.raises(ValueError, match=re.escape(text.REPAIR_AT_WORK)):
        export("masks", replace(run, state="running", repair=Repair(3)), clip)


def test_a_run_at_work_gives_what_is_done_each_time_anew(tmp_path: Path, clip: Clip) -> None:
    stopped = make_run(tmp_path / "run", clip, stop_after=7)
    for frames in (1, 2):
        records = tuple(replace(record, frames=frames) for record in stopped.variants)
        at_work = replace(stopped, variants=records).save(state="running")
        for kind in KINDS:
            path = export(kind, at_work, clip)
            assert path.stat().st_size > 0
            assert path.is_relative_to(stopped.folder), "what belongs to a run goes with it"
        assert len(frames_of(export("side_by_side", at_work, clip))[0]) == frames
    for state in ("done", "stopped"):
        export("coco", stopped.save(state=state), clip)
    assert len(list((stopped.folder / "downloads").iterdir())) == 2


def test_equal_exports_at_once_are_written_once(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", clip)
    writes: list[Path] = []

    def slowly(run: Run, clip: Clip, path: Path) -> None:
        writes.append(path)
        time.sleep(0.2)
        path.write_text("whole")

    monkeypatch.setitem(KINDS, "coco", FileKind("masks.coco.zip", slowly))
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(export, "coco", run, clip) for _ in range(4)]]
    assert len(set(found)) == len(writes) == 1
    assert found[0].read_text() == "whole"
    assert list(found[0].parent.iterdir()) == [found[0]]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", clip)

    def fail(run: Run, clip: Clip, path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(KINDS, "coco", FileKind("masks.coco.zip", fail))
    with pytest.raises(OSError, match="No space"):
        export("coco", run, clip)
    assert not [path for path in (run.folder / "downloads").rglob("*") if path.is_file()]
