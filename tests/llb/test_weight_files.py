"""Where weights are found: shipped, in a folder of one's own, in a Hugging Face repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from demo.models.shipped import ShippedModels
from demo.runs.price import LARGE_UNKNOWN, Prices, Workload
from llb import weight_files
from llb.checkpoint import load_model, weights_sha256
from llb.weight_files import WEIGHTS, available_models, find_model, sha256_of, shipped_models

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLB_WEIGHTS", str(tmp_path))
    return tmp_path


def test_a_converted_file_is_found_by_its_name(own: Path) -> None:
    assert not available_models()["paper/llb"].available
    shutil.copy(WEIGHTS / "lite_joint.safetensors", own / "paper_llb.safetensors")
    card = find_model("paper/llb")
    assert (card.folder, card.sha256) == (own, shipped_models()["lite/joint"].sha256)
    assert card.parameters > 1e6
    assert weights_sha256("paper/llb") == card.sha256
    with pytest.raises(ValueError, match="holds lite/joint, not paper/llb"):
        load_model("paper/llb")


def test_shipped_weights_go_before_ones_own_and_what_is_listed_is_checked(own: Path) -> None:
    (own / "manifest.json").write_text(
        json.dumps({"mine": {"file": "m.safetensors", "sha256": "0" * 64, "model": "lite/llb", "parameters": 5}})
    )
    shutil.copy(WEIGHTS / "lite_llb.safetensors", own / "m.safetensors")
    shutil.copy(WEIGHTS / "lite_joint.safetensors", own / "lite_llb.safetensors")
    assert find_model("lite/llb").folder == WEIGHTS
    with pytest.raises(ValueError, match="sha256 differs"):
        load_model("mine")


def test_the_page_offers_large_models_with_their_time(own: Path) -> None:
    assert not any(choice.name.startswith("paper/") for choice in ShippedModels().choices())
    shutil.copy(WEIGHTS / "lite_joint.safetensors", own / "paper_joint.safetensors")
    (choice,) = [choice for choice in ShippedModels().choices() if choice.name.startswith("paper/")]
    assert (choice.name, choice.title, choice.reason) == ("paper/joint", "JOINT, the paper's size", "")
    assert choice.facts.endswith("about 1.3 s per frame and object on two CPU cores")
    assert Prices().seconds(Workload(("paper/joint",), 10, 2)) == pytest.approx(20 * LARGE_UNKNOWN)


def test_a_repository_is_asked_only_when_it_is_named_and_at_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, str]] = []
    file = WEIGHTS / "lite_joint.safetensors"
    entry = {"file": file.name, "sha256": sha256_of(file), "model": "lite/joint", "parameters": 7}
    (tmp_path / "manifest.json").write_text(json.dumps({"lite/joint-hub": entry, "lite/llb": entry}))

    def download(repo: str, name: str, revision: str) -> str:
        asked.append((repo, name, revision))
        return str(tmp_path / name if name == "manifest.json" else WEIGHTS / name)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    weight_files._hub_models.cache_clear()
    available_models()
    assert asked == []
    monkeypatch.setenv("LLB_HUB_REPO", f"someone/models@{REVISION}")
    assert load_model("lite/joint-hub").config.name == "lite/joint"
    assert asked == [("someone/models", "manifest.json", REVISION), ("someone/models", file.name, REVISION)]
    assert find_model("lite/llb").folder == WEIGHTS
    entry["sha256"] = "0" * 64
    (tmp_path / "manifest.json").write_text(json.dumps({"lite/joint-hub": entry}))
    weight_files._hub_models.cache_clear()
    with pytest.raises(ValueError, match="sha256 differs"):
        load_model("lite/joint-hub")
    (tmp_path / "manifest.json").write_text("[]")
    weight_files._hub_models.cache_clear()
    with pytest.raises(ValueError, match="does not list models"):
        available_models()


def test_what_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    weight_files._hub_models.cache_clear()
    monkeypatch.setattr("huggingface_hub.hf_hub_download", offline)
    monkeypatch.setenv("LLB_HUB_REPO", f"someone/models@{REVISION}")
    with pytest.raises(ValueError, match="could not be fetched from Hugging Face"):
        available_models()
    monkeypatch.setenv("LLB_HUB_REPO", "someone/models")
    with pytest.raises(ValueError, match="write owner/name@revision"):
        available_models()
    monkeypatch.setenv("LLB_WEIGHTS", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="which is no folder"):
        available_models()
