"""In which numbers backbone and decoder compute: fp32, or bf16 where it is asked for or is the quicker one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from llb import precision
from llb.checkpoint import load_model
from llb.config import ModelConfig
from llb.inference import VideoSegmenter
from llb.model.interventions import knock_out
from llb.precision import choose_precision
from llb.types import TraceRequest
from tests.support.clips import square_clip
from tests.support.runs import ONE, masks_of

LITE, PAPER = ModelConfig.from_name("lite/llb"), ModelConfig.from_name("paper/llb")


def labels_of(segmenter: VideoSegmenter, frames: int = 7) -> np.ndarray:
    rgb, labels = square_clip(frames, ONE)
    first = segmenter.start(rgb[0], masks_of(labels[0]))
    return np.stack([first.labels, *(segmenter.step(frame).labels for frame in rgb[1:])])


def test_bf16_finds_nearly_the_same_masks() -> None:
    exact, quick = (labels_of(VideoSegmenter(load_model("lite/llb", precision=p))) > 0 for p in ("fp32", "bf16"))
    assert exact.any((1, 2)).all()
    assert (exact & quick).sum() > 0.97 * (exact | quick).sum()


def test_the_inside_of_a_bf16_step_is_in_single_precision() -> None:
    segmenter = VideoSegmenter(knock_out(load_model("lite/llb", precision="bf16"), "gates"))
    rgb, labels = square_clip(2, ONE)
    segmenter.start(rgb[0], masks_of(labels[0]))
    trace = segmenter.step(rgb[1], TraceRequest(pixel=(27, 29), keys=True, all_keys=True)).traces[0]
    arrays = [value for value in vars(trace).values() if isinstance(value, np.ndarray)]
    floats = [array for array in arrays if array.dtype != np.uint8]
    assert len(floats) >= 12
    assert {array.dtype for array in floats} == {np.dtype(np.float32)}
    assert all(np.isfinite(array).all() for array in floats)


@torch.inference_mode()
def test_only_backbone_and_decoder_compute_in_bf16() -> None:
    model = load_model("lite/llb", precision="bf16")
    assert model.precision == "bf16"
    image = model.prepare(torch.full((1, 3, 64, 96), 100, dtype=torch.uint8))
    features = model.extract(image)
    assert features.backbone.c2.dtype == features.backbone.c5.dtype == torch.bfloat16
    assert features.match.dtype == features.target.dtype == torch.float32
    encoding = model.encode_target(image, torch.ones(1, 1, 64, 96))
    fit = model.fit_filter(features.target[:, None], encoding.label[:, None], encoding.weight[:, None], steps=2)
    code = model.update_memory(None, features.match, 0)
    found = model.segment(features, code.encoded, encoding.value[:, None], fit.tau)
    assert {found.logits.dtype, found.fused.feature.dtype, fit.tau.dtype, code.encoded.dtype} == {torch.float32}


@pytest.mark.parametrize(
    ("config", "device", "able", "expected"),
    [
        (LITE, "cpu", True, "bf16"),
        (LITE, "cpu", False, "fp32"),
        (LITE, "cuda", True, "fp32"),
        (PAPER, "cpu", True, "fp32"),
    ],
)
def test_auto_is_bf16_for_lite_models_where_the_cpu_has_it(
    config: ModelConfig, device: str, able: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "cpu_computes_bf16", lambda: able)
    assert choose_precision(config, device, "auto") == expected
    assert choose_precision(config, device, "bf16") == "bf16"
    assert choose_precision(config, device, "fp32") == "fp32"


def test_a_model_loads_in_fp32_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "cpu_computes_bf16", lambda: True)
    assert load_model("lite/llb").precision == "fp32"
    assert load_model("lite/llb", precision="auto").precision == "bf16"


def test_an_older_pytorch_that_cannot_tell_computes_in_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not precision.cpu_computes_bf16()


def test_models_of_two_precisions_share_regions_but_no_features() -> None:
    exact, quick = (load_model("lite/llb", precision=p) for p in ("fp32", "bf16"))
    assert exact.shares_backbone(load_model("lite/joint"))
    assert not exact.shares_backbone(quick)
    lead = VideoSegmenter(exact)
    follower = VideoSegmenter(quick, lead=lead)
    rgb, labels = square_clip(3, ONE)
    for segmenter in (lead, follower):
        segmenter.start(rgb[0], masks_of(labels[0]))
    for frame in rgb[1:]:
        lead.step(frame)
        assert follower.step(frame).labels.any()
        assert follower.target(1).placement == lead.target(1).placement
