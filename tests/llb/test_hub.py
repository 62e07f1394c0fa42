"""A model that Hugging Face keeps, saved to a folder and loaded from it; no network is asked."""

from __future__ import annotations

from pathlib import Path

import torch

from llb.checkpoint import load_model
from llb.hub import FILE, HubLLB


def test_a_model_is_saved_with_a_card_and_comes_back_the_same(tmp_path: Path) -> None:
    model = load_model("lite/llb", as_trained=True)
    HubLLB.of(model).save_pretrained(tmp_path)
    page = (tmp_path / "README.md").read_text()
    assert "video-object-segmentation" in page
    assert "HubLLB.from_pretrained" in page
    again = HubLLB.from_pretrained(str(tmp_path))
    assert again.config == model.config
    assert not again.training
    image = torch.rand(1, 3, 240, 416)
    with torch.inference_mode():
        assert torch.equal(again.extract(image).match, model.extract(image).match)
    assert load_model(str(tmp_path / FILE)).config.name == "lite/llb"
