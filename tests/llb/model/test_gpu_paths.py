"""What is computed otherwise on a GPU gives the same; compared on the CPU, where both ways run."""

from __future__ import annotations

import numpy as np
import torch

from llb.inference.aggregation import by_argmax, label_map
from llb.inference.segmenter import VideoSegmenter
from llb.model.build import build_model
from llb.model.few_shot import single_precision, tf32_switches
from llb.model.layers import KeyAttention
from tests.support.clips import square_clip
from tests.support.fakes import StubModel


def test_fused_attention_is_the_attention_by_blocks() -> None:
    torch.manual_seed(0)
    attention = KeyAttention(24, 16)
    query, key, value = torch.randn(2, 70, 24), torch.randn(2, 1100, 24), torch.randn(2, 1100, 8)
    with torch.inference_mode():
        keys = attention.project(query), attention.project(key)
        torch.testing.assert_close(attention.attend_fused(*keys, value), attention.attend(*keys, value))


def test_labels_by_argmax_are_the_labels_with_ties_too() -> None:
    torch.manual_seed(0)
    prob = torch.randint(0, 4, (4, 30, 40)).float() / 4
    np.testing.assert_array_equal(by_argmax(prob, (2, 7, 200)), label_map(prob, (2, 7, 200)))


def test_tf32_is_off_while_tau_is_fitted_and_back_afterwards() -> None:
    places, name, off = tf32_switches()
    before = [getattr(place, name) for place in places]
    with single_precision(torch.device("cuda")):
        assert [getattr(place, name) for place in places] == [off, off]
    assert [getattr(place, name) for place in places] == before


def test_the_mean_goes_along_to_the_device_and_into_no_file() -> None:
    model = build_model("lite/joint")
    assert "mean" not in model.state_dict()
    assert dict(model.named_buffers())["mean"].flatten().tolist() == list(model.mean_rgb)
    assert model.to("meta").mean.is_meta


def test_results_without_probabilities_have_the_same_labels() -> None:
    rgb, labels = square_clip(3, {1: (20, 20)})
    with_prob, without = (VideoSegmenter(StubModel(crop=(48, 80)), keep_prob=kept) for kept in (True, False))
    for segmenter in (with_prob, without):
        segmenter.start(rgb[0], {1: labels[0] == 1})
    ours, theirs = without.step(rgb[1]), with_prob.step(rgb[1])
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    assert (ours.prob.shape, theirs.prob.shape) == ((0, 96, 144), (2, 96, 144))
