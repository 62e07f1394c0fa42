"""The merge of several targets' logits into probabilities and labels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from llb.inference.aggregation import aggregate, label_map, mask_logits, merge


@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=4))
def test_merge_is_a_distribution_in_the_order_of_the_logits(logits: list[float]) -> None:
    prob = aggregate(torch.tensor(logits)[:, None, None]).flatten()
    assert prob.sum().item() == pytest.approx(1, abs=1e-5)
    order = sorted(range(len(logits)), key=logits.__getitem__)
    ranked = [prob[1 + index].item() for index in order]
    assert ranked == sorted(ranked)


@given(st.floats(-7, 7, width=32))
def test_a_single_target_gets_the_sigmoid_of_twice_its_logit(logit: float) -> None:
    prob = aggregate(torch.full((1, 1, 1), logit))
    assert prob[1].item() == pytest.approx(1 / (1 + np.exp(-2 * logit)), abs=1e-4)


@settings(max_examples=20)
@given(st.permutations([3, 7, 200]))
def test_label_map_names_the_most_probable(ids: list[int]) -> None:
    masks = [torch.zeros(1, 4), torch.zeros(1, 4), torch.zeros(1, 4)]
    for index, mask in enumerate(masks):
        mask[0, index + 1] = 1
    labels = label_map(aggregate(torch.stack([mask_logits(mask) for mask in masks])), ids)
    assert labels.tolist() == [[0, *ids]]


@pytest.mark.parametrize("box", [(slice(3, 9), slice(0, 4)), (slice(11, 12), slice(7, 8)), (slice(0), slice(0))])
def test_merging_only_where_targets_were_looked_for_changes_nothing(box: tuple[slice, slice]) -> None:
    logits = torch.full((2, 12, 8), -100.0)
    rows, columns = box
    drawn = torch.randn(logits[:, rows, columns].shape, generator=torch.Generator().manual_seed(0))
    logits[:, rows, columns] = 20 * drawn
    prob, labels = merge(logits, [2, 5])
    whole = aggregate(logits)
    assert (prob - whole).abs().max() < 1e-7
    assert (labels == label_map(whole, [2, 5])).all()
    assert (labels > 0).any() == bool((drawn > 0).any())
