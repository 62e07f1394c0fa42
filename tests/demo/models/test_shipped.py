"""What is shipped is what is said: the weights load, and every figure in the READMEs is that of a committed result."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from llb.checkpoint import load_model
from llb.config import VARIANTS
from llb.evaluation.results_table import ORDER, ablation, by_sequence, markdown
from llb.weight_files import WEIGHTS, shipped_models
from scripts import noise_floor

ROOT = Path(__file__).resolve().parents[3]
ROW = re.compile(r"^\| `(lite/[\w-]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", re.MULTILINE)


def test_every_shipped_file_is_the_one_that_the_manifest_names() -> None:
    manifest = json.loads((WEIGHTS / "manifest.json").read_text())
    named = {entry[key] for entry in manifest.values() for key in ("file", "backbone")}
    assert named == {path.name for path in WEIGHTS.glob("*.safetensors")}
    for name, entry in manifest.items():
        path = WEIGHTS / entry["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
        assert entry["licence"]
        assert entry["data"]
        training = json.loads((WEIGHTS / entry["training"]).read_text())
        assert training["model"] in ("lite/family", entry["model"])
        assert name.startswith(entry["model"])
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*.safetensors")) < 60e6


@pytest.mark.parametrize("name", [card.name for card in shipped_models().values() if card.available])
def test_shipped_weights_load(name: str) -> None:
    assert load_model(name).config.name == shipped_models()[name].model


def test_a_model_without_weights_says_so() -> None:
    card = shipped_models()["paper/llb"]
    assert not card.available
    assert "no weights" in card.reason
    with pytest.raises(ValueError, match="no weights"):
        load_model("paper/llb")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text((WEIGHTS / "manifest.json").read_text())
    for card in shipped_models().values():
        if card.available:
            (tmp_path / card.backbone).write_bytes((WEIGHTS / card.backbone).read_bytes())
            (tmp_path / card.file).write_bytes((WEIGHTS / card.file).read_bytes()[:-1] + b"x")
            with pytest.raises(ValueError, match="sha256"):
                load_model(card.name, folder=tmp_path)


def test_the_variants_were_trained_alike() -> None:
    manifest = json.loads((WEIGHTS / "manifest.json").read_text())
    assert {manifest[f"lite/{variant}"]["training"] for variant in VARIANTS} == {"training/family.json"}
    assert {manifest[f"lite/{variant}"]["backbone"] for variant in VARIANTS} == {"lite_backbone.safetensors"}


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(b"PK\x03\x04 not weights")
    with pytest.raises(ValueError, match="not a safetensors file"):
        load_model(str(path))


def test_the_tables_are_those_of_the_committed_results() -> None:
    rows = ablation()
    assert [row.variant for row in rows] == list(ORDER)
    readme = (ROOT / "weights/README.md").read_text()
    assert markdown(rows) in readme
    assert by_sequence(rows) in readme


def test_the_noise_floor_is_that_of_the_committed_results() -> None:
    found = json.loads(noise_floor.RESULTS.read_text())
    assert "\n".join(noise_floor.table(found)) in (ROOT / "weights/README.md").read_text()
    for each in found:
        if each["precision"] == "fp32" and each["seed"] is None:
            result = json.loads((WEIGHTS / "results" / f"{each['model'].replace('/', '_')}.json").read_text())
            assert each["J&F"] == pytest.approx(result["J&F"], abs=1e-4)


@pytest.mark.parametrize("readme", ["README.md", "weights/README.md"])
def test_figures_are_those_of_the_committed_results(readme: str) -> None:
    said = {name: figures for name, *figures in ROW.findall((ROOT / readme).read_text())}
    assert said
    for name, figures in said.items():
        result = json.loads((WEIGHTS / "results" / f"{name.replace('/', '_')}.json").read_text())
        assert figures == [f"{100 * result[key]:.1f}" for key in ("J&F", "J", "F")]
