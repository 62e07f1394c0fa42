"""The benchmark beside busy neighbours: they are busy, they end, and every line is of them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from benchmarks.busy import NEIGHBOUR, busy_neighbours, busy_table, run_busy
from benchmarks.cli import main
from llb.inference.threads import THREADS


def test_neighbours_compute_while_the_context_lasts() -> None:
    with busy_neighbours(2) as processes:
        assert [process.poll() for process in processes] == [None, None]
        before = [cpu_ticks(process.pid) for process in processes]
        time.sleep(0.5)
        assert all(cpu_ticks(process.pid) > ticks for process, ticks in zip(processes, before, strict=True))
    assert all(process.poll() is not None for process in processes)


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_neighbours_do_not_outlive_a_benchmark_that_is_killed() -> None:
    start = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {NEIGHBOUR!r}]).pid)"
    done = subprocess.run([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True, check=True)
    pid, deadline = int(done.stdout.split()[0]), time.monotonic() + 20  # the pipe ends with the neighbour
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_one_model_and_two_are_measured_beside_none_and_one() -> None:
    was = THREADS.adaptive
    found = list(run_busy(1, memory=2, frames=2, adapt=False))
    assert THREADS.adaptive is was
    assert [(paces.neighbours, len(paces.one), len(paces.two)) for paces in found] == [(0, 2, 2), (1, 2, 2)]
    head, _, *rows = busy_table(found)
    assert head.endswith(f"{torch.get_num_threads()} threads")
    assert [row.split()[:2] for row in rows] == [[str(count), name] for count in (0, 1) for name in ("llb", "llb+joint")]
    assert [row.split()[-1] for row in rows[:2]] == ["1.00", "1.00"]
    assert all(0 < float(row.split()[2]) <= float(row.split()[4]) for row in rows)


def test_a_negative_number_of_neighbours_gets_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--busy", "-1"])
    assert ended.value.code == 2
    assert "--busy" in capsys.readouterr().err
