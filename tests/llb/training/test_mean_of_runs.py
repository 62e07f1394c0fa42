"""One model of several runs: the weighted mean of their weights, with the settings of all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from scripts.mean_of_runs import mean_of_runs


def run(folder: Path, value: float, model: str = "lite/family") -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model": model, "seed": int(value)}))
    save_file({"a": torch.full((3,), value).half(), "count": torch.tensor(7)}, folder / "model.safetensors")
    return folder


def test_the_mean_is_weighted_and_names_its_runs(tmp_path: Path) -> None:
    runs = [(1.0, run(tmp_path / "s0", 1.0)), (3.0, run(tmp_path / "long", 2.0))]
    found = load_file(mean_of_runs(tmp_path / "mean", runs))
    assert found["a"].tolist() == [1.75] * 3
    assert found["a"].dtype == torch.float16
    assert int(found["count"]) == 7
    settings = json.loads((tmp_path / "mean" / "config.json").read_text())
    assert settings["model"] == "lite/family"
    assert [(start["path"], start["weight"], start["settings"]["seed"]) for start in settings["starts"]] == [
        ("s0", 1.0, 1),
        ("long", 3.0, 2),
    ]


def test_runs_of_different_networks_are_refused(tmp_path: Path) -> None:
    runs = [(1.0, run(tmp_path / "a", 1.0)), (1.0, run(tmp_path / "b", 1.0, "lite/llb"))]
    with pytest.raises(ValueError, match="different networks"):
        mean_of_runs(tmp_path / "mean", runs)
