"""Files that a training starts from: what they give, and the sentence about what they do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import resnet50

from llb.checkpoint import save_model
from llb.model.build import build_model
from llb.model.network import LLB
from llb.training.recipes import lite_recipe, released_recipe, start_files
from llb.training.start import load_start


def load(
    network: LLB, model: Path | None = None, backbone: Path | None = None, encoder: Path | None = None
) -> list[str]:
    config = replace(released_recipe(network.config.name, 1), starts=start_files(model, backbone, encoder))
    return list(load_start(network, config))


@pytest.fixture(scope="module")
def stage1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of a paper/llb, as a first stage leaves them."""
    path = tmp_path_factory.mktemp("stage1") / "model.safetensors"
    save_model(build_model("paper/llb", seed=1), path)
    return path


def test_the_second_stage_starts_from_the_firsts_weights(stage1: Path) -> None:
    model = build_model("paper/llb")
    assert load(model, model=stage1) == []
    other = build_model("paper/llb", seed=1).state_dict()
    assert all(torch.equal(value, other[name]) for name, value in model.state_dict().items())


def test_another_variant_takes_what_it_has_in_common_and_the_rest_is_named(stage1: Path) -> None:
    model = build_model("paper/joint")
    before = model.state_dict()["label_generator.encoder.stem.0.weight"].clone()
    (note,) = load(model, model=stage1)
    assert "label_generator.encoder.stem.0.weight" in note
    assert "more: these keep their first, random values." in note
    assert torch.equal(model.state_dict()["label_generator.encoder.stem.0.weight"], before)
    assert torch.equal(model.decoder.up2.weight, build_model("paper/llb", seed=1).decoder.up2.weight)


def test_a_backbone_and_an_encoder_come_from_files_of_their_own(stage1: Path, tmp_path: Path) -> None:
    theirs = resnet50(weights=None)
    torch.save({"model": theirs.state_dict(), "epoch": 3}, tmp_path / "resnet50.pth")
    model = build_model("paper/llb")
    (note,) = load(model, backbone=tmp_path / "resnet50.pth", encoder=stage1)
    assert "strides on the 3x3" in note
    assert torch.equal(model.backbone.layer4[0].conv2.weight, theirs.layer4[0].conv2.weight)
    name = "label_generator.encoder.vitae.normal.9.qkv.weight"
    assert torch.equal(model.state_dict()[name], build_model("paper/llb", seed=1).state_dict()[name])


def test_files_that_do_not_fit_are_refused_with_a_sentence(stage1: Path, tmp_path: Path) -> None:
    save_file({"x": torch.ones(1)}, tmp_path / "x.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no")
    model = build_model("paper/joint")
    with pytest.raises(ValueError, match="has no ViTAE"):
        load(model, encoder=stage1)
    with pytest.raises(ValueError, match="Nothing in"):
        load(model, model=tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="no ResNet-50 whose names are known"):
        load(model, backbone=tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="not a safetensors file"):
        load(model, model=tmp_path / "broken.safetensors")
    with pytest.raises(ValueError, match="There is no file"):
        load(model, model=tmp_path / "absent.safetensors")
    with pytest.raises(ValueError, match="frozen backbone of its own"):
        load(build_model("lite/llb"), backbone=stage1)
    with pytest.raises(ValueError, match="--start"):
        lite_recipe("lite/joint")


def test_a_file_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"x": torch.ones(1)}, path)
    config = replace(released_recipe("lite/joint", 1), starts=start_files(path, None, None))
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="sha256 differs"):
        list(load_start(build_model("lite/joint"), config))
