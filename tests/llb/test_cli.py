"""The commands but `segment`: evaluate, train and demo, and how the programs name themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llb.commands import options
from llb.evaluation.result_set import ResultSet
from llb.io.label_png import write_labels
from tests.support.command_line import run, scene
from tests.support.fakes import StubModel
from tests.support.other_results import write_results

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "load", lambda name, device, precision: StubModel(crop=(96, 128)))


def test_evaluate_prints_a_table_and_writes_its_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        images, masks = (tmp_path / "val" / kind / name for kind in ("JPEGImages", "Annotations"))
        images.mkdir(parents=True)
        masks.mkdir(parents=True)
        for index in range(5):
            rgb, labels = scene(index)
            Image.fromarray(rgb).save(images / f"{index:05d}.webp", lossless=True)
            write_labels(masks / f"{index:05d}.png", labels)
    outputs = ("--json", tmp_path / "scores/scores.json", "--masks", tmp_path / "masks")
    assert run("evaluate", "--data", tmp_path, "--split", "val", *outputs) == 0
    scores = json.loads((tmp_path / "scores/scores.json").read_text())
    assert [sequence["name"] for sequence in scores["sequences"]] == ["one", "two"]
    assert scores["J"] > 0.7
    assert len(list((tmp_path / "masks/two").iterdir())) == 5
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("one")
    assert f"{100 * scores['J&F']:.1f}" in lines[3]


def test_demo_serves_the_page_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr("demo.start.start", lambda *options: asked.append(options))
    assert run("demo") == 0
    assert run("demo", "--host", "0.0.0.0", "--port", 7999, "--models", "one:model,two:model") == 0
    assert asked == [(None, None, None), ("0.0.0.0", 7999, "one:model,two:model")]


def test_view_opens_results_on_the_page_and_names_what_does_not_match(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr("demo.start.view", lambda *options: asked.append(options))
    written = write_results(tmp_path)
    results = ("--result", f"Cutie={written.good}", "--result", f"SAM2={written.poor}")
    assert run("view", "--data", written.clip, *results, "--truth", written.truth, "--port", 7999) == 0
    ((found, host, port),) = asked
    assert isinstance(found, ResultSet)
    assert [result.title for result in found.results] == ["Cutie", "SAM2"]
    assert (host, port) == (None, 7999)
    write_labels(written.poor / "00003.png", np.ones((48, 72), np.uint8))
    assert run("view", "--data", written.clip, *results) == 2
    assert "SAM2: 00003.png is 72x48, the clip 144x96" in capsys.readouterr().err
    assert run("view", "--data", written.clip, "--result", str(written.good)) == 2
    assert "write NAME=FOLDER" in capsys.readouterr().err
    assert len(asked) == 1


@pytest.mark.parametrize("module", ["demo.start", "demo.serve"])
def test_demo_without_the_page_says_what_to_do(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert run("demo") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: The page is not installed whole")
    assert "pip install" in line


@pytest.mark.parametrize(("module", "name"), [("llb", "python -m llb"), ("benchmarks", "python -m benchmarks")])
def test_a_module_names_the_command_that_runs_it(module: str, name: str) -> None:
    asked = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert f"Usage: {name} [OPTIONS]" in asked.stdout


def test_the_console_script_names_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    assert "Usage: llb [OPTIONS] COMMAND" in capsys.readouterr().out
