"""Several processes, and runs that go on where they broke off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llb.cli import main
from llb.evaluation.datasets import find_dataset
from llb.evaluation.jobs import RunFolder, run_dataset
from llb.evaluation.result import EvaluationResult
from tests.support import benchmark_data as data
from tests.support.benchmark_data import FRAMES, StubWork

ROOT = Path(__file__).parents[3]


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def test_a_run_whose_process_died_goes_on_and_gives_the_tables_of_an_unbroken_one(tmp_path: Path) -> None:
    dataset = find_dataset(data.davis(tmp_path / "data"), "val")
    whole = run_dataset(dataset, StubWork())
    EvaluationResult("stub", None, "val", None, whole).write_tables(tmp_path / "whole")
    trouble = tmp_path / "trouble"
    trouble.touch()
    work = StubWork("bear", trouble)
    with pytest.raises(ValueError, match="ended early"):
        run_dataset(dataset, work, 2, RunFolder(tmp_path / "out", {"model": "stub"}))
    trouble.unlink()
    calls: list[int] = []
    folder = RunFolder(tmp_path / "out", {"model": "stub"})
    left = sum(FRAMES for each in dataset.sequences if folder.done(each.name) is None)
    again = run_dataset(dataset, work, 2, folder, lambda name, done, total: calls.append(total - done))
    EvaluationResult("stub", None, "val", None, again).write_tables(tmp_path / "out")
    assert [score.objects for score in again] == [score.objects for score in whole]
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")
    assert max(calls, default=-1) < left
    assert not calls or calls[-1] == 0


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    dataset = find_dataset(data.davis(tmp_path / "data"), "val")
    folder = RunFolder(tmp_path / "out", {})
    first = run_dataset(dataset, StubWork(), folder=folder)
    folder.record("bear").unlink()
    names: list[str] = []
    assert (
        run_dataset(dataset, StubWork(), folder=folder, on_progress=lambda name, *_: names.append(name))[0] == first[0]
    )
    assert set(names) == {"bear"}


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    RunFolder(tmp_path, {"model": "lite/llb", "interval": 5})
    RunFolder(tmp_path, {"model": "lite/llb", "interval": 5})
    with pytest.raises(ValueError, match="holds a run with interval 5, not 3"):
        RunFolder(tmp_path, {"model": "lite/llb", "interval": 3})
    with pytest.raises(ValueError, match="--jobs is 0"):
        run_dataset(find_dataset(data.plain(tmp_path / "data"), "val"), StubWork(), 0)


@pytest.mark.slow
def test_evaluate_with_two_jobs_is_killed_and_gives_the_csv_of_an_unbroken_one(tmp_path: Path) -> None:
    """The real model by the command line; the first process is killed without a chance to clean up.

    One process goes on and does the unbroken run: that two can go on as well is shown with the stand-in above.
    """
    data.davis(tmp_path / "data")
    words = ["evaluate", "--data", str(tmp_path / "data"), "--out"]
    command = [sys.executable, "-m", "llb", *words, str(tmp_path / "out"), "--jobs", "2"]
    broken = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out").glob("sequences/*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(broken.pid, signal.SIGKILL)
    broken.wait()
    for folder in ("out", "whole"):
        with pytest.raises(SystemExit, match="0"):
            main([*words, str(tmp_path / folder)])
    found = tables(tmp_path / "out")
    assert len(found) == 5
    assert found == tables(tmp_path / "whole")
