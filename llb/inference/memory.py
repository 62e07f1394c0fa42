"""A target's memory: a bounded number of frames with their features, labels and temporal weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from llb.types import FrameFeatures, TargetEncoding

DECAY = 0.9  # a newcomer weighs 1 / 0.9 of the last one; the first newcomer 0.1 against 1 / 0.9
FIRST_FRAME_FLOOR = 0.25  # frame 0's share never falls below this


def joins_memory(age: int, interval: int) -> bool:
    """Tell whether a target's frame of this age (0 = its first) joins: T-2, 2T-2, ... for the interval T."""
    return age >= 1 and (age + 2) % interval == 0


def add_weight(weights: tuple[float, ...], slot: int, last: int | None) -> tuple[float, ...]:
    """Return the temporal weights after a newcomer took `slot`, which may be one past the end.

    `last` is the slot of the newcomer before it, None if this is the first. The weights sum to 1 unless frame 0's
    floor is in force: then the others are divided by (0.25 + their sum), as released, and the sum is a little over 1.
    """
    new = list(weights) + [0.0] * (slot == len(weights))
    if last is None:
        new = [weight / DECAY for weight in new]
        new[slot] = 1 - DECAY
    else:
        new[slot] = new[last] / DECAY
    total = sum(new)
    new = [weight / total for weight in new]
    if new[0] < FIRST_FRAME_FLOOR:
        others = FIRST_FRAME_FLOOR + sum(new[1:])
        new = [FIRST_FRAME_FLOOR, *(weight / others for weight in new[1:])]
    return tuple(new)


@dataclass(frozen=True)
class Sample:
    """A frame as the memory keeps it: features of its search region and the encoding of its mask."""

    frame: int
    features: FrameFeatures
    encoding: TargetEncoding


class Memory:
    """Up to `size` samples in slots. Slot 0 keeps the target's first frame; of the others the oldest leaves.

    `target`, `value`, `label` and `weight` are [1, T, channels, h, w] in the order of the slots; the transformer's
    code of the memory is kept beside it (`llb.model.memory_code`).
    """

    def __init__(self, first: Sample, size: int) -> None:
        self.size = size
        self.frames: tuple[int, ...] = (first.frame,)
        self.temporal_weights: tuple[float, ...] = (1.0,)
        self._last: int | None = None
        self.target, self.value, self.label, self.weight = _tensors(first)

    @property
    def temporal_weight(self) -> Float[Tensor, "1 t"]:
        """The temporal weights as a tensor for the few-shot learner."""
        return torch.tensor([self.temporal_weights], dtype=self.target.dtype, device=self.target.device)

    def add(self, sample: Sample) -> int:
        """Take in a sample and return its slot; when full, it replaces the one of least temporal weight but frame 0.

        The memory must have more than one slot: with one, only the first frame is ever kept.
        """
        assert self.size > 1, "a memory of one slot keeps the first frame only"
        slot = len(self.frames)
        if slot == self.size:
            slot = min(range(1, self.size), key=lambda index: self.temporal_weights[index])
        self.temporal_weights = add_weight(self.temporal_weights, slot, self._last)
        self.frames = (*self.frames[:slot], sample.frame, *self.frames[slot + 1 :])
        self._last = slot
        new = _tensors(sample)
        old = (self.target, self.value, self.label, self.weight)
        self.target, self.value, self.label, self.weight = (
            _put(kept, tensor, slot) for kept, tensor in zip(old, new, strict=True)
        )
        return slot


def _tensors(sample: Sample) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return target, value, label and weight of a sample, each [1, 1, channels, h, w]."""
    features, encoding = sample.features, sample.encoding
    kept = (features.target, encoding.value, encoding.label, encoding.weight)
    target, value, label, weight = (tensor[:, None] for tensor in kept)
    return target, value, label, weight


def _put(kept: Float[Tensor, "1 t c h w"], new: Float[Tensor, "1 1 c h w"], slot: int) -> Float[Tensor, "1 s c h w"]:
    """Write a sample into its slot, or append it behind the last."""
    if slot == kept.shape[1]:
        return torch.cat([kept, new], 1)
    kept[:, slot] = new[:, 0]
    return kept
