"""A backbone that was trained along: inside a model's file, or in one of its own that several models share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from llb.checkpoint import load_model, save_apart, save_model
from llb.model.build import build_model
from llb.weight_files import sha256_of, shipped_models

NAME = "net.blocks.1.0.conv_pw.weight"


def trained(model: str, path: Path) -> Path:
    """Write a model whose backbone differs from ImageNet's, the same for all of them."""
    built = build_model(model, seed=3)
    with torch.no_grad():
        built.backbone.get_parameter(NAME).add_(0.25)
    save_model(built, path)
    return path


def weight(path: Path) -> torch.Tensor:
    return load_model(str(path), as_trained=True).backbone.state_dict()[NAME]


def test_a_file_holds_the_backbone_where_it_is_not_imagenets(tmp_path: Path) -> None:
    save_model(build_model("lite/llb"), tmp_path / "plain.safetensors")
    assert not any(name.startswith("backbone.") for name in load_file(tmp_path / "plain.safetensors"))
    expected = build_model("lite/llb").backbone.get_parameter(NAME) + 0.25
    assert torch.equal(weight(trained("lite/llb", tmp_path / "own.safetensors")), expected.half().float())


def test_models_share_a_backbones_file_that_their_files_name(tmp_path: Path) -> None:
    shared = tmp_path / "lite_backbone.safetensors"
    for name in ("joint", "llb"):
        whole = trained(f"lite/{name}", tmp_path / f"{name}.whole")
        apart = tmp_path / f"{name}.safetensors"
        save_apart(whole, shared, apart)
        assert not any(key.startswith("backbone.") for key in load_file(apart))
        whole.rename(tmp_path / f"{name}-whole.safetensors")
        assert torch.equal(weight(apart), weight(tmp_path / f"{name}-whole.safetensors"))
    with safe_open(tmp_path / "llb.safetensors", "pt") as file:
        assert file.metadata()["backbone_sha256"] == sha256_of(shared)


def test_a_missing_or_changed_backbone_is_told(tmp_path: Path) -> None:
    shared, apart = tmp_path / "lite_backbone.safetensors", tmp_path / "llb.safetensors"
    save_apart(trained("lite/llb", tmp_path / "whole.safetensors"), shared, apart)
    data = shared.read_bytes()
    shared.write_bytes(data[:-4] + b"\0\0\0\1")
    with pytest.raises(ValueError, match="not the backbone that this model was trained with"):
        load_model(str(apart))
    with pytest.raises(ValueError, match="holds another backbone"):
        save_apart(tmp_path / "whole.safetensors", shared, apart)
    shared.unlink()
    with pytest.raises(ValueError, match="belongs beside its file"):
        load_model(str(apart))


def test_a_listed_model_whose_backbone_is_missing_is_not_available(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLB_WEIGHTS", str(tmp_path))
    shared, apart = tmp_path / "lite_backbone.safetensors", tmp_path / "mine.safetensors"
    save_apart(trained("lite/llb", tmp_path / "whole.part"), shared, apart)
    entry = {"file": apart.name, "sha256": sha256_of(apart), "model": "lite/llb", "parameters": 5}
    (tmp_path / "manifest.json").write_text(json.dumps({"mine": {**entry, "backbone": shared.name}}))
    assert torch.equal(load_model("mine", as_trained=True).backbone.state_dict()[NAME], weight(apart))
    shared.unlink()
    card = shipped_models(tmp_path)["mine"]
    assert (card.available, card.reason) == (False, "weights/lite_backbone.safetensors is missing")


def test_a_file_with_imagenets_backbone_is_copied_as_it_is(tmp_path: Path) -> None:
    save_model(build_model("lite/joint"), tmp_path / "a.safetensors")
    save_apart(tmp_path / "a.safetensors", tmp_path / "backbone.safetensors", tmp_path / "b.safetensors")
    assert not (tmp_path / "backbone.safetensors").exists()
    assert load_file(tmp_path / "a.safetensors").keys() == load_file(tmp_path / "b.safetensors").keys()
    assert load_model(str(tmp_path / "b.safetensors")).config.name == "lite/joint"


def test_models_share_features_where_their_backbones_weights_are_the_same(tmp_path: Path) -> None:
    paths = [trained(name, tmp_path / f"{name[5:]}.safetensors") for name in ("lite/joint", "lite/llb")]
    shared, apart = tmp_path / "backbone", tmp_path / "apart.safetensors"
    save_apart(paths[1], shared, apart)
    joint, llb, other = (load_model(str(path)) for path in (*paths, apart))
    assert joint.shares_backbone(llb)
    assert joint.shares_backbone(other)
    assert not joint.shares_backbone(load_model("lite/joint"))
    assert not load_model("lite/joint").shares_backbone(joint)
