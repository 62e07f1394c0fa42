"""Masks that are known on later frames: corrections, and frames taken over from an earlier run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llb.config import InferenceConfig
from llb.inference import VideoSegmenter
from llb.inference.memory import MAX_CORRECTIONS, PROTECTED_FLOOR, Memory, add_weight
from llb.model.build import build_model
from llb.types import FrameResult, TraceRequest
from tests.llb.inference.test_memory import sample
from tests.support.clips import Array, iou, square_clip
from tests.support.fakes import StubModel
from tests.support.runs import CROP, ONE, TWO, masks_of, run

REQUEST = TraceRequest()
INTERVAL = InferenceConfig(interval=3)


def started(labels: Array, rgb: Array, model: StubModel | None = None) -> VideoSegmenter:
    segmenter = VideoSegmenter(model or StubModel(crop=CROP), INTERVAL)
    segmenter.start(rgb[0], masks_of(labels[0]))
    return segmenter


def observed(segmenter: VideoSegmenter, rgb: Array, labels: Array, frames: range) -> FrameResult:
    for index in frames:
        result = segmenter.observe(rgb[index], masks_of(labels[index]), REQUEST)
    return result


def jump_clip() -> tuple[Array, Array]:
    """Return a clip of 9 frames whose square is at another end of the picture from frame 4 on."""
    before, after = square_clip(9, {1: (5, 5)}, (1, 1)), square_clip(9, {1: (60, 110)}, (1, 1))
    rgb, labels = (np.concatenate([one[:4], other[4:]]) for one, other in zip(before, after, strict=True))
    return rgb, labels


def test_a_correction_is_what_was_given_and_is_followed_from_there() -> None:
    rgb, labels = jump_clip()
    model = StubModel(crop=(32, 48))
    lost = run(rgb, masks_of(labels[0]), INTERVAL, REQUEST, model)
    assert not (lost[8].labels & labels[8]).any()
    segmenter = started(labels, rgb, model)
    for index in range(1, 9):
        if index == 5:
            segmenter.correct(1, labels[5] == 1)
        result = segmenter.step(rgb[index], REQUEST)
        if index < 5:
            np.testing.assert_array_equal(result.labels, lost[index].labels)
        else:
            assert iou(result.labels == 1, labels[index] == 1) > 0.7
        if index == 5:
            np.testing.assert_array_equal(result.labels, labels[5])
            assert result.traces[0].in_memory
            assert result.traces[0].few_shot_losses
    assert result.traces[0].memory_frames == (0, 1, 4, 5, 7)
    weights = dict(zip(result.traces[0].memory_frames, result.traces[0].temporal_weights, strict=True))
    assert weights[5] >= PROTECTED_FLOOR


def test_a_target_that_is_said_to_be_gone_is_found_again_where_it_was() -> None:
    rgb, labels = square_clip(6, ONE)
    segmenter = started(labels, rgb)
    segmenter.correct(1, np.zeros_like(labels[0], bool))
    gone = segmenter.step(rgb[1], REQUEST)
    assert not gone.labels.any()
    assert not gone.traces[0].in_memory
    back = segmenter.step(rgb[2], REQUEST)
    assert iou(back.labels == 1, labels[2] == 1) > 0.9
    assert back.traces[0].memory_frames == (0,)


@pytest.mark.parametrize("name", ["lite/llb", "lite/joint"])
def test_going_on_from_known_masks_is_going_on(name: str) -> None:
    rgb, labels = square_clip(10, ONE, side=20)
    model = build_model(name, seed=0)
    whole = run(rgb, masks_of(labels[0]), INTERVAL, TraceRequest(), model)
    segmenter = VideoSegmenter(model, INTERVAL)
    segmenter.start(rgb[0], masks_of(labels[0]))
    for index in range(1, 9):
        segmenter.observe(rgb[index], {1: whole[index].labels == 1})
    last = segmenter.step(rgb[9], TraceRequest())
    assert last.traces[0].memory_frames == whole[9].traces[0].memory_frames == (0, 1, 4, 7)
    assert last.traces[0].temporal_weights == whole[9].traces[0].temporal_weights
    assert iou(last.labels == 1, whole[9].labels == 1) > 0.9 or (last.labels != whole[9].labels).mean() < 0.02


def test_known_masks_cost_only_what_the_memory_needs() -> None:
    rgb, labels = square_clip(14, ONE)
    model = StubModel(crop=CROP)
    segmenter = VideoSegmenter(model)
    segmenter.start(rgb[0], masks_of(labels[0]))
    for index in range(1, 14):
        segmenter.observe(rgb[index], masks_of(labels[index]))
    # frames 0, 3 and 8 are in the memory; 13 is ready to join it
    assert model.calls == {"extract": 4, "encode_target": 3, "update_memory": 3, "fit_filter": 3}


def test_known_masks_with_a_lead_look_where_it_looks() -> None:
    rgb, labels = square_clip(9, ONE)
    lead = VideoSegmenter(StubModel(crop=CROP), INTERVAL)
    follower = VideoSegmenter(StubModel(crop=CROP), INTERVAL, lead)
    alone = VideoSegmenter(StubModel(crop=CROP), INTERVAL)
    for index in range(9):
        for segmenter in (lead, follower, alone):
            if index == 0:
                segmenter.start(rgb[0], masks_of(labels[0]))
            elif index < 6:
                segmenter.observe(rgb[index], masks_of(labels[index]))
            else:
                result = segmenter.step(rgb[index])
    np.testing.assert_array_equal(follower.target(1).memory.target, alone.target(1).memory.target)
    assert iou(result.labels == 1, labels[8] == 1) > 0.95


def test_a_target_left_out_of_the_known_masks_is_unseen() -> None:
    rgb, labels = square_clip(3, TWO)
    segmenter = started(labels, rgb)
    result = observed(segmenter, rgb, np.where(labels == 2, 2, 0), range(1, 3))
    assert set(np.unique(result.labels)) == {0, 2}


def test_correct_and_observe_refuse_what_does_not_fit() -> None:
    rgb, labels = square_clip(2, ONE)
    segmenter = VideoSegmenter(StubModel(crop=CROP))
    with pytest.raises(ValueError, match="call start"):
        segmenter.correct(1, labels[0] == 1)
    segmenter = started(labels, rgb)
    with pytest.raises(ValueError, match="not known"):
        segmenter.correct(2, labels[0] == 1)
    with pytest.raises(ValueError, match="frame's size"):
        segmenter.correct(1, labels[0][:10] == 1)
    with pytest.raises(ValueError, match="not known"):
        segmenter.observe(rgb[1], {3: labels[0] == 1})
    with pytest.raises(ValueError, match="frame's size"):
        segmenter.observe(rgb[1], {1: labels[0][:10] == 1})
    assert segmenter.step(rgb[1]).index == 1  # nothing was lost


def filled(size: int, corrections: int, newcomers: int) -> Memory:
    """Return a memory of frame 0, then corrections 101, 102, ..., then newcomers 1, 2, ..."""
    memory = Memory(sample(0), size)
    for frame in range(101, 101 + corrections):
        memory.add(sample(frame), correction=True)
    for frame in range(1, newcomers + 1):
        memory.add(sample(frame))
    return memory


@given(st.integers(3, 12), st.integers(1, 8), st.integers(0, 40))
def test_the_memory_keeps_the_last_corrections(size: int, corrections: int, newcomers: int) -> None:
    memory = filled(size, corrections, newcomers)
    kept = min(corrections, MAX_CORRECTIONS, size - 2)
    held = [101 + number for number in range(corrections)][-kept:]
    assert set(held) | {0} <= set(memory.frames)
    assert len(memory.frames) <= size
    if newcomers >= size:
        assert sum(frame > 100 for frame in memory.frames) == kept
        assert newcomers in memory.frames
    weights = dict(zip(memory.frames, memory.temporal_weights, strict=True))
    assert all(weights[frame] >= PROTECTED_FLOOR - 1e-12 for frame in (0, *held))
    assert [float(memory.value[0, slot, 0, 0, 0]) for slot in range(len(memory.frames))] == list(memory.frames)


def test_small_memories_take_corrections_too() -> None:
    assert filled(1, 2, 0).frames == (102,)
    assert filled(2, 1, 0).frames == (0, 101)
    assert filled(2, 1, 1).frames == (0, 1)


def test_without_corrections_the_weights_are_the_released_ones() -> None:
    weights = add_weight((0.26, 0.37, 0.37), 3, 0.37, protected=(0,))
    assert weights[0] == 0.25
    assert torch.tensor(weights).sum() < 1.25


@pytest.mark.parametrize("before", [0, 1, 2, 5])
def test_a_newcomer_after_corrections_weighs_what_newcomers_weigh(before: int) -> None:
    memory = Memory(sample(0), 3)
    for frame in range(1, 1 + before):
        memory.add(sample(frame))
    usual = memory.temporal_weights[memory.frames.index(before)] if before else 0.1
    for frame in (101, 102):
        memory.add(sample(frame), correction=True)
    slot = memory.add(sample(50))
    assert memory.temporal_weights[slot] <= 1.2 * usual < PROTECTED_FLOOR + 0.2 * (before > 2)


@given(st.integers(3, 10), st.lists(st.booleans(), max_size=40))
def test_weights_stay_a_share_whatever_comes_in(size: int, corrections: list[bool]) -> None:
    memory = Memory(sample(0), size)
    last = 0.1
    for frame, correction in enumerate(corrections, start=1):
        slot = memory.add(sample(frame), correction)
        weights = memory.temporal_weights
        assert all(weight > 0 for weight in weights)
        assert 1 - 1e-9 <= sum(weights) <= 1 + PROTECTED_FLOOR * (1 + MAX_CORRECTIONS)
        assert weights[0] >= PROTECTED_FLOOR - 1e-12
        if not correction:
            assert weights[slot] <= 2 * last, "never a correction's weight"
            last = weights[slot]
