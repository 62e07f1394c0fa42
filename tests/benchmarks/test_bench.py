"""The benchmark: its plain version is the same algorithm, and it measures what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks import bench, together
from benchmarks.bench import run_benchmark
from benchmarks.cli import main
from benchmarks.plain import fit_by_autograd
from benchmarks.report import table
from benchmarks.scene import Scene
from benchmarks.stages import STAGES
from benchmarks.together import run_together
from llb import cli
from llb.model.few_shot import steepest_descent

FRAMES = 5


@pytest.fixture(autouse=True)
def fewer_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure as many frames as have one that updates the memory."""
    for module in (bench, together):
        monkeypatch.setattr(module, "MEASURED", FRAMES)
        monkeypatch.setattr(module, "WARM", 1)


def test_the_plain_learner_takes_the_same_steps() -> None:
    generator = torch.Generator().manual_seed(0)
    features, label, weight = (torch.randn(1, 3, c, 5, 6, generator=generator) for c in (8, 4, 4))
    reg, tau = torch.tensor([0.1]), 0.1 * torch.randn(1, 4, 8, 3, 3, generator=generator)
    for start in (None, tau):
        ours = steepest_descent(features, label, weight, reg, tau=start, steps=4)
        plain = fit_by_autograd(features, label, weight, reg, start, 4)
        torch.testing.assert_close(ours.tau, plain.tau, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(ours.losses, plain.losses, rtol=1e-4, atol=1e-6)


def test_a_scene_is_the_same_every_time() -> None:
    one, other = Scene(2), Scene(2)
    assert (one.frame(7) == other.frame(7)).all()
    assert (one.frame(7) != one.frame(8)).any()
    assert set(one.masks(3)) == {1, 2}


def test_both_versions_agree_and_every_stage_is_counted() -> None:
    report = run_benchmark("lite", memory=3, objects=1)
    assert report.plain is not None
    assert report.agreement is not None
    assert report.agreement.largest_difference < 1e-3 * report.agreement.logit_range
    assert report.agreement.overlap == pytest.approx(1, abs=1e-3)
    assert 0 < report.drift < 1e-4
    assert len(report.engine.frames) == len(report.plain.frames) == FRAMES
    for measured in (report.engine, report.plain):
        assert sum(measured.seconds.values()) <= sum(measured.frames)
        assert all(measured.seconds[stage] > 0 for stage in STAGES)
    for stage in ("memory encoding", "DLGM"):
        assert report.plain.operations[stage] > report.engine.operations[stage] > 0
    lines = list(table(report))
    assert lines[-1].startswith(f"{report.plain.mean / report.engine.mean:.1f} times as fast")


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--memory", "2", "--objects", "2", "--no-plain", "--json", str(tmp_path / "bench.json")])
    assert ended.value.code == 0
    assert "frames per second" in capsys.readouterr().out
    written = json.loads((tmp_path / "bench.json").read_text())
    assert (written["objects"], written["plain"]) == (2, None)


def test_six_variants_are_measured_beside_one() -> None:
    found = run_together(memory=2, rounds=1)
    assert len(found.one) == len(found.all) == FRAMES
    assert sum(found.all) > sum(found.one) > 0
    assert "6 variants on shared regions" in list(found.lines())[-1]


def test_bad_values_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--scale", "huge"])
    assert ended.value.code == 2
    assert "paper or lite" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--scale", "paper", "--no-plain"], ["--help"]])
def test_the_old_command_says_where_it_went(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", *arguments])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ")
    assert "python -m benchmarks" in line
