"""The network at lite scale, variant by variant, and its parts."""

from __future__ import annotations

import json
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from llb.config import SCALES, VARIANTS, ModelConfig
from llb.model import layers
from llb.model.build import build_model
from llb.model.incremental_attention import REFRESH_INTERVAL, update_attention_sums
from llb.model.layers import KeyAttention
from llb.model.network import LLB
from llb.model.transduction import frame_norm
from llb.released.key_map import convert_name, released_config
from llb.types import Segmentation
from tests.parity.command import FIXTURES

HEIGHT, WIDTH = 64, 96
NAMES = tuple(VARIANTS)

model_of = cache(lambda variant: build_model(f"lite/{variant}"))


@pytest.fixture(scope="module")
def rgb() -> Tensor:
    return torch.randint(0, 256, (3, 3, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(1)).byte()


@pytest.fixture(scope="module")
def mask() -> Tensor:
    mask = torch.zeros(3, 1, HEIGHT, WIDTH)
    mask[:, :, 16:48, 20:60] = 1
    return mask


@torch.inference_mode()
def run(model: LLB, rgb: Tensor, mask: Tensor) -> Segmentation:
    """Segment the last frame with the others as memory."""
    image = model.prepare(rgb)
    past, query = model.extract(image[:-1]), model.extract(image[-1:])
    target = model.encode_target(image[:-1], mask[:-1])
    tau = model.fit_filter(past.target[None], target.label[None], target.weight[None], steps=4).tau
    return model.segment(query, model.encode_memory(past.match[None]), target.value[None], tau)


@pytest.mark.parametrize("variant", NAMES)
def test_every_variant_segments_by_its_mask_and_stands_an_empty_one(variant: str, rgb: Tensor, mask: Tensor) -> None:
    model = model_of(variant)
    usual, other, empty = (run(model, rgb, given) for given in (mask, mask.flip(-1), torch.zeros_like(mask)))
    for result in (usual, empty):
        assert result.logits.shape == (1, 1, HEIGHT, WIDTH)
        assert result.logits.isfinite().all()
        assert result.transduced.shape == result.induced.shape == (1, 32, HEIGHT // 16, WIDTH // 16)
    assert not torch.allclose(usual.logits, other.logits)


def test_gates_lie_between_0_and_1_and_exist_only_in_the_adaptive_fusion(rgb: Tensor, mask: Tensor) -> None:
    for variant in NAMES:
        result = run(model_of(variant), rgb, mask)
        fused, gate1, gate2 = result.fused.feature, result.fused.gate_transduced, result.fused.gate_induced
        if VARIANTS[variant].fusion == "sum":
            assert gate1 is None
            assert gate2 is None
            torch.testing.assert_close(fused, result.transduced + result.induced)
        else:
            assert gate1 is not None
            assert gate2 is not None
            assert all(((gate > 0) & (gate < 1)).all() for gate in (gate1, gate2))
            torch.testing.assert_close(fused, gate1 * result.transduced + gate2 * result.induced)


def test_what_variants_share_starts_from_the_same_values() -> None:
    everywhere = ("backbone.", "transduction.", "induction.", "decoder.")
    same_labels = {"joint": "llb-2", "llb-1": "llb", "llb-4": "llb"}
    reference = {name: model_of(name).state_dict() for name in NAMES}
    for name, state in reference.items():
        shared = [key for key in state if key.startswith(everywhere)]
        assert shared
        assert all(torch.equal(state[key], reference["llb"][key]) for key in shared), name
        if VARIANTS[name].fusion == "adaptive":
            gates = [key for key in state if key.startswith("fusion.")]
            assert all(torch.equal(state[key], reference["llb"][key]) for key in gates), name
        other = reference[same_labels.get(name, name)]
        assert all(torch.equal(state[key], other[key]) for key in state if key.startswith("label_generator.")), name


def test_seed_decides_the_weights() -> None:
    one, again, other = (build_model("lite/joint", seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(one[key], again[key]) for key in one)
    assert not torch.equal(one["transduction.adjust.weight"], other["transduction.adjust.weight"])
    assert torch.equal(one["backbone.net.conv_stem.weight"], other["backbone.net.conv_stem.weight"])


def test_targets_in_a_batch_do_not_mix(rgb: Tensor, mask: Tensor) -> None:
    model = model_of("llb")
    both = torch.stack([mask, mask.flip(-1)])
    image = model.prepare(rgb)
    with torch.inference_mode():
        past, query = model.extract(image[:-1]), model.extract(image[[-1, -1]])
        targets = [model.encode_target(image[:-1], each[:-1]) for each in both]
        label, weight, value = (torch.stack([getattr(t, k) for t in targets]) for k in ("label", "weight", "value"))
        target, match = (x.expand(2, *x.shape) for x in (past.target, past.match))
        tau = model.fit_filter(target, label, weight, steps=4).tau
        together = model.segment(query, model.encode_memory(match), value, tau)
    for i, each in enumerate(both):
        alone = run(model, rgb, each)
        torch.testing.assert_close(together.logits[i : i + 1], alone.logits, rtol=1e-4, atol=1e-5)


def test_attention_row_sums_to_1_and_is_what_e1_star_is_made_of(rgb: Tensor, mask: Tensor) -> None:
    model = model_of("llb")
    image = model.prepare(rgb)
    with torch.inference_mode():
        features = model.extract(image)
        value = model.encode_target(image[:-1], mask[:-1]).value[None]
        encoded = model.encode_memory(features.match[None, :-1])
        row = model.attention(features.match[-1:], encoded, 2, 3)
        transduced = model.transduction(features.match[-1:], encoded, value)
    assert row.shape == (1, 2, HEIGHT // 16, WIDTH // 16)
    assert row.min() >= 0
    torch.testing.assert_close(row.sum(), torch.tensor(1.0))
    made = (row[:, :, None] * value).sum((1, 3, 4))
    torch.testing.assert_close(made, transduced[:, :, 2, 3], rtol=1e-4, atol=1e-6)


def test_blocks_of_queries_and_keys_change_no_value(rgb: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of("joint")
    with torch.inference_mode():
        match = model.extract(model.prepare(rgb)).match[None]
        whole = model.encode_memory(match)
        monkeypatch.setattr(layers, "QUERIES", 5)
        monkeypatch.setattr(layers, "KEYS", 7)
        torch.testing.assert_close(model.encode_memory(match), whole)


def test_frame_norm_has_the_true_gradient_also_where_it_arrives_channels_last() -> None:
    x = torch.randn(2, 1, 4, 15, generator=torch.Generator().manual_seed(0), requires_grad=True)
    incoming = torch.randn(15, 2, 1, 4, generator=torch.Generator().manual_seed(1)).permute(1, 2, 3, 0)
    centred = x - x.mean(-1, keepdim=True)
    expected = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    torch.testing.assert_close(frame_norm(x), expected)
    (ours,) = torch.autograd.grad(frame_norm(x), x, incoming)
    (true,) = torch.autograd.grad(expected, x, incoming)
    torch.testing.assert_close(ours, true)


def test_prepare_normalises_as_each_backbone_expects() -> None:
    colour = torch.tensor([10.0, 100.0, 200.0]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    lite = model_of("joint").prepare(colour)
    torch.testing.assert_close(lite[0, :, 0, 0], torch.tensor([-117.0, -27.0, 73.0]) / 128)
    paper = build_model("paper/joint").prepare(colour)
    torch.testing.assert_close(paper[0, :, 0, 0], torch.tensor([200 - 102.9801, 100 - 115.9465, 10 - 122.7717]))


@pytest.mark.parametrize("variant", NAMES)
def test_label_generator_reads_what_the_variant_says(variant: str, rgb: Tensor, mask: Tensor) -> None:
    model = model_of(variant)
    image = model.prepare(rgb)
    source = model.label_generator.encoder_input(image, mask)
    if VARIANTS[variant].label_input == "bff":
        assert (source * (1 - mask) == 0).all()
        assert torch.equal(source[:, :, 16:48, 20:60], image[:, :, 16:48, 20:60])
    else:
        assert torch.equal(source, mask.expand_as(source))


def test_position_weights_start_at_1(rgb: Tensor, mask: Tensor) -> None:
    model = model_of("llb")
    with torch.inference_mode():
        weight = model.encode_target(model.prepare(rgb), mask).weight
    assert torch.equal(weight, torch.ones_like(weight))


def test_lite_backbone_has_its_pretrained_weights_and_is_frozen() -> None:
    backbone = model_of("llb").backbone
    assert not any(parameter.requires_grad for parameter in backbone.parameters())
    assert not any(module.training for module in model_of("llb").modules())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("lite", "is not a model name"), ("huge/llb", "Unknown scale"), ("lite/llb-5", "Unknown variant")],
)
def test_a_wrong_name_is_named(name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build_model(name)


@pytest.mark.parametrize("variant", ["llb", "joint"])
def test_every_released_name_is_mapped_or_dropped_and_fills_the_model(variant: str) -> None:
    shapes: dict[str, list[int]] = json.loads((FIXTURES / f"{variant}_keys.json").read_text())
    ours = [name for name in map(convert_name, shapes) if name is not None]
    assert len(set(ours)) == len(ours)
    config = released_config({name: torch.empty(shape, device="meta") for name, shape in shapes.items()})
    assert config == ModelConfig("paper", variant, {"llb": 32, "joint": 16}[variant])
    assert set(ours) == set(build_model(config).state_dict())


@pytest.mark.parametrize("name", ["label_encoder.new.weight", "decoder.TSE", ""])
def test_an_unknown_released_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not an entry of a released"):
        convert_name(name)


def test_resize_is_not_aligned_to_corners() -> None:
    ramp = torch.arange(4.0).view(1, 1, 1, 4)
    expected = F.interpolate(ramp, (1, 8), mode="bilinear", align_corners=False)
    torch.testing.assert_close(layers.resize(ramp, (1, 8)), expected)
    assert layers.resize(ramp, (1, 4)) is ramp


@pytest.mark.parametrize(("size", "to"), [((15, 26), (30, 52)), ((7, 9), (14, 17)), ((6, 8), (6, 8))])
def test_resizing_and_convolving_at_once_is_doing_so_in_turn(size: tuple[int, int], to: tuple[int, int]) -> None:
    torch.manual_seed(0)
    conv, x = torch.nn.Conv2d(5, 1, 3, padding=1), torch.randn(2, 5, *size)
    expected = conv(F.interpolate(x, to, mode="bicubic", align_corners=False))
    torch.testing.assert_close(layers.resize_and_convolve(x, to, conv), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["lite/llb", "paper/joint"])
def test_a_memory_that_changes_frame_by_frame_is_encoded_as_if_at_once(name: str) -> None:
    transduction = build_model(name, seed=3).transduction
    channels = SCALES[name.partition("/")[0]].feature_dim
    frames = torch.randn(9, 1, channels, 3, 5, generator=torch.Generator().manual_seed(0))
    slots = [0, 1, 2, 3, 1, 2, 0, 3, 1]  # the fifth and later ones replace
    code, memory = None, []
    with torch.inference_mode():
        for frame, slot in zip(frames, slots, strict=True):
            memory[slot : slot + 1] = [frame]
            code = transduction.update_memory(code, frame, slot)
            whole = transduction.encode_memory(torch.stack(memory, 1))
            torch.testing.assert_close(code.encoded, whole, atol=2e-5, rtol=1e-4)


def test_what_rounding_leaves_of_great_guests_goes_away() -> None:
    attention = KeyAttention(8, 4)
    generator = torch.Generator().manual_seed(1)
    stays, guest = torch.randn(1, 6, 8, generator=generator), 1e4 * torch.randn(1, 6, 8, generator=generator)
    expected = attention(stays, torch.cat([stays, stays], 1), torch.cat([stays, stays], 1))
    with torch.inference_mode():
        sums = None
        for cells, slot in (
            (stays, 0),
            (guest, 1),
            *[(guest, 1), (stays, 1)] * 20,
            *[(stays, 1)] * 2 * REFRESH_INTERVAL,
        ):
            sums = update_attention_sums(attention, sums, cells, slot)
        assert sums is not None
        torch.testing.assert_close((sums.totals / sums.norms)[:, :6], expected, atol=1e-4, rtol=1e-4)
