"""The soak's own eyes: they see what is mixed up, cut off, missing or growing (`make soak` does the long part)."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from demo.runs.run import Run
from tests.soak.classroom import Classroom, Student
from tests.soak.clips import DrawnClip
from tests.soak.crowd import MemoryWatch
from tests.soak.findings import Findings
from tests.soak.server import Server
from tests.soak.visitors import ApiVisitor
from tests.soak.whole_files import damaged_files, missing_frames
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import FakeModels, fake_shelf, served


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_programs_at_once_get_their_own_masks(tmp_path: Path) -> None:
    with served(FakeModels(), tmp_path) as url:
        programs = [ApiVisitor(url, DrawnClip(number), tmp_path / f"program{number}") for number in range(3)]
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(ApiVisitor.segment, programs))
        programs[0].look_inside(answers[0])
    assert len({answer.token for answer in answers}) == 3
    assert min(program.least for program in programs) > 0.6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_class_is_told_where_it_stands_and_gets_its_own_masks(tmp_path: Path) -> None:
    with served(FakeModels(seconds=0.05), tmp_path) as url:
        room = Classroom(url, tmp_path / "class", number=4, within=0.4, frames=6)
        room.come()
    assert [student.refusal for student in room.students] == [""] * 4
    assert (len(room.on_examples), len(room.on_own_clips)) == (2, 2)
    for student in room.students:
        assert student.told is not None
        assert student.done is not None
        assert student.told < student.done
    assert min(student.least for student in room.on_own_clips) < 1.0, "it was compared"


def test_a_student_who_is_refused_says_why(tmp_path: Path) -> None:
    with served(FakeModels(), tmp_path) as url:
        student = Student(url, tmp_path / "student")
        student.arrive()
        student._token, student.clip = "", None
        shutil.rmtree(tmp_path / "sessions")
        student.press_run()
    assert "session has ended" in student.refusal
    assert student.done is None


@pytest.mark.parametrize("other", [0, 2, 12, 23])
def test_masks_of_another_visitor_are_seen(other: int) -> None:
    own = DrawnClip(11)
    assert own.check(list(own.labels)) == 1.0
    with pytest.raises(AssertionError, match="visitor11"):
        own.check(list(DrawnClip(other).labels))


def test_a_clip_of_the_same_size_is_told_by_the_place_of_its_object() -> None:
    own, other = DrawnClip(0, 4), DrawnClip(12, 4)
    assert own.size == other.size
    with pytest.raises(AssertionError, match="IoU"):
        own.check(list(other.labels))


def test_a_cut_file_is_seen_and_a_draft_is_none(tmp_path: Path) -> None:
    run = finished_run(tmp_path / "run-1", fake_shelf(tmp_path).clip("disc"))
    assert damaged_files(run.folder) == []
    path = run.labels_file(run.variants[0].name, 2)
    whole = path.read_bytes()
    path.with_name("draft-00002.png").write_bytes(whole[:40])
    assert damaged_files(run.folder) == []
    path.unlink()
    path.write_bytes(whole[:-20])
    assert [name.partition(":")[0] for name in damaged_files(run.folder)] == [str(path.relative_to(run.folder))]


def test_a_frame_that_a_run_only_says_to_have_is_seen(tmp_path: Path) -> None:
    run = finished_run(tmp_path / "run-1", fake_shelf(tmp_path).clip("disc"))
    assert missing_frames(run) == []
    name = run.variants[0].name
    run.labels_file(name, 1).unlink()
    assert missing_frames(Run.open(run.folder)) == [f"{name} 1"]


def test_growing_memory_is_seen_and_warming_up_is_not() -> None:
    rising, flat = MemoryWatch(Server(Path()), 100), MemoryWatch(Server(Path()), 100)
    rising.samples = [(runs, 500.0 + 0.5 * runs) for runs in range(100)]
    flat.samples = [(runs, 900.0 + np.sin(runs)) for runs in range(100)]
    flat.samples[:50] = [(runs, 400.0 + 10 * runs) for runs in range(50)]
    assert rising.slope() == pytest.approx(0.5)
    assert abs(flat.slope()) < 0.02


def test_a_failed_step_is_a_line_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    findings = Findings()
    with findings.step("good") as figures:
        figures += ["1 s", "2 MB"]
    assert findings.ok
    with findings.step("bad"):
        raise ValueError("It is | broken.\nIn detail ...")
    assert not findings.ok
    assert findings.table().split("\n")[2:] == ["| good | ok | 1 s; 2 MB |", "| bad | FAILED | It is / broken. |"]
