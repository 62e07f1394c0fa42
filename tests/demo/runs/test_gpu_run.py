"""Runs on ZeroGPU with the real package `spaces`: which ones borrow a GPU, and what becomes of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.models.provider import ModelProvider
from demo.page.live_run import LiveRuns
from demo.runs import gpu_run
from demo.runs.compare import Progress, execute_run
from demo.runs.gpu_run import GPU_START, GpuRuns
from demo.runs.price import Prices, Workload
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest
from demo.runs.session import SessionStore
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf
from tests.support.zerogpu_space import VISITOR, Findings, Worked

ROOT = Path(__file__).parents[3]
LONG = Workload(("lite/llb",), 100_000, 1)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """Run a Space once for all tests."""
    command = [sys.executable, "-m", "tests.support.zerogpu_space", str(tmp_path_factory.mktemp("space"))]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "2"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    return Findings(**{**found, "runs": {name: Worked(**worked) for name, worked in found["runs"].items()}})


def paths(worked: Worked) -> list[str]:
    return [path for path, _ in worked.asked]


def test_elsewhere_nothing_borrows() -> None:
    assert GpuRuns().execution(LONG, 1e6) is execute_run


def test_how_long_a_gpu_is_borrowed_is_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def borrowed(run: Run, models: ModelProvider, stop_file: Path, seconds: float) -> Iterator[Progress]:
        asked.append(seconds)
        return execute_run(run, models, stop_file)

    monkeypatch.setattr(gpu_run, "is_lent", lambda: True)
    monkeypatch.setattr(gpu_run, "PAYS_FROM", 0.0)
    monkeypatch.setattr(gpu_run, "execute_on_gpu", borrowed)
    live, sessions, clip = LiveRuns(FakeModels()), SessionStore(tmp_path), fake_shelf(tmp_path).clip("disc")
    truth = clip.truth(0)
    assert truth is not None
    for _ in range(2):
        live.wait(live.start(sessions.create(), RunRequest(clip, {0: truth}, ["lite/llb"])))
    assert asked[1] < asked[0] == Prices().seconds(Workload(("lite/llb",), FRAMES, 1))
    assert live.prices.seconds(Workload(("lite/llb",), FRAMES, 1)) == asked[0]  # the CPU is as slow as before


@pytest.mark.slow
def test_the_space_starts(space: Findings) -> None:
    assert space.loaded == []  # `spaces` comes first
    assert space.asked == ["/startup-report"]


@pytest.mark.slow
def test_the_server_itself_touches_no_gpu(space: Findings) -> None:
    assert space.torch_says_cuda
    assert (space.device, space.used_cuda) == ("cpu", False)


@pytest.mark.slow
def test_a_short_run_borrows_nothing(space: Findings) -> None:
    assert space.runs["short"] == Worked("done", "done", FRAMES, space.process, [])


@pytest.mark.slow
def test_a_long_run_is_done_in_a_fork_for_its_visitor(space: Findings) -> None:
    run = space.runs["long"]
    assert (run.place, run.state, run.frames) == ("done", "done", FRAMES)
    assert paths(run) == ["/schedule", "/allow", "/release"]
    assert run.asked[0][1]["token"] == VISITOR
    assert int(run.asked[0][1]["durationSeconds"]) >= GPU_START
    assert run.process == int(run.asked[1][1]["pid"]) != space.process


@pytest.mark.slow
def test_a_killed_call_leaves_a_stopped_run_with_what_it_did(space: Findings) -> None:
    run = space.runs["killed"]
    assert (run.place, run.state) == ("failed", "stopped")
    assert 0 < run.frames < FRAMES


@pytest.mark.slow
def test_stop_ends_the_fork_and_gives_the_gpu_back(space: Findings) -> None:
    run = space.runs["stopped"]
    assert (run.place, run.state) == ("stopped", "stopped")
    assert 0 < run.frames < FRAMES
    assert run.asked[-1] == ["/release", {"allowToken": "allowed", "fail": "false"}]


@pytest.mark.slow
def test_whoever_may_not_borrow_has_the_cpu(space: Findings) -> None:
    run = space.runs["refused"]
    assert (run.place, run.state, run.frames, run.process) == ("done", "done", FRAMES, space.process)
    assert paths(run) == ["/schedule"]
