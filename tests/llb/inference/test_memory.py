"""The memory: when frames join, who leaves, and what each weighs."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llb.inference.memory import Memory, Sample, add_weight, is_memory_frame
from llb.types import BackboneFeatures, FrameFeatures, TargetEncoding


def sample(frame: int) -> Sample:
    """A sample whose tensors all hold its frame number."""

    def full(channels: int) -> torch.Tensor:
        return torch.full((1, channels, 2, 3), float(frame))

    features = FrameFeatures(BackboneFeatures(full(1), full(1), full(1), full(1)), full(4), full(4))
    return Sample(frame, features, TargetEncoding(full(2), full(2), full(2)))


def filled(size: int, newcomers: int) -> Memory:
    memory = Memory(sample(0), size)
    for frame in range(1, newcomers + 1):
        memory.add(sample(frame))
    return memory


@pytest.mark.parametrize(
    ("interval", "expected"), [(2, [2, 4, 6, 8, 10, 12]), (3, [1, 4, 7, 10]), (5, [3, 8]), (10, [8]), (100, [])]
)
def test_schedule(interval: int, expected: list[int]) -> None:
    assert [age for age in range(13) if is_memory_frame(age, interval)] == expected


def test_weights_of_the_first_newcomers() -> None:
    memory = Memory(sample(0), 5)
    assert memory.temporal_weights == (1.0,)
    memory.add(sample(1))
    assert memory.temporal_weights == pytest.approx((0.917, 0.083), abs=1e-3)
    memory.add(sample(2))
    assert memory.temporal_weights == pytest.approx((0.840, 0.076, 0.084), abs=1e-3)


@given(st.integers(2, 30), st.integers(1, 60))
def test_weights_favour_the_newer_and_keep_the_first(size: int, newcomers: int) -> None:
    memory = filled(size, newcomers)
    weights = dict(zip(memory.frames, memory.temporal_weights, strict=True))
    assert weights.pop(0) >= 0.25 - 1e-12
    assert sorted(weights, key=weights.__getitem__) == sorted(weights)
    total = sum(memory.temporal_weights)
    assert total == pytest.approx(1) or (memory.temporal_weights[0] == 0.25 and 1 < total < 1.25)


def test_floor_of_the_first_frame_divides_by_a_quarter_and_the_others() -> None:
    weights = add_weight((0.26, 0.37, 0.37), 3, 0.37)
    total = 1 + 0.37 / 0.9
    others = [0.37 / total, 0.37 / total, 0.37 / 0.9 / total]
    assert weights == pytest.approx([0.25, *(weight / (0.25 + sum(others)) for weight in others)])


def test_full_memory_loses_the_oldest_but_the_first_and_reuses_its_slot() -> None:
    assert filled(4, 3).frames == (0, 1, 2, 3)
    assert filled(4, 4).frames == (0, 4, 2, 3)
    assert filled(4, 6).frames == (0, 4, 5, 6)
    assert filled(4, 7).frames == (0, 7, 5, 6)


@given(st.integers(2, 8), st.integers(0, 20))
def test_tensors_stand_in_the_order_of_the_slots(size: int, newcomers: int) -> None:
    memory = filled(size, newcomers)
    assert len(memory.frames) == min(size, newcomers + 1)
    tensors = (memory.target, memory.value, memory.label, memory.weight)
    for tensor, channels in zip(tensors, (4, 2, 2, 2), strict=True):
        assert tensor.shape == (1, len(memory.frames), channels, 2, 3)
        assert tensor.mean((0, 2, 3, 4)).tolist() == list(memory.frames)
    assert memory.temporal_weight.shape == (1, len(memory.frames))


def test_a_replaced_slot_does_not_change_the_sample_that_was_given() -> None:
    first, second = sample(0), sample(1)
    memory = Memory(first, 2)
    memory.add(second)
    memory.add(sample(2))
    assert second.features.match.unique().tolist() == [1.0]
    assert first.features.match.unique().tolist() == [0.0]
    assert memory.frames == (0, 2)
