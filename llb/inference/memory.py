"""A target's memory: a bounded number of frames with their features, labels and temporal weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from llb.types import FrameFeatures, TargetEncoding

DECAY = 0.9  # a newcomer weighs 1 / 0.9 of the last one; the first newcomer 0.1 against 1 / 0.9
PROTECTED_FLOOR = 0.25  # the first frame's weight, and a corrected one's, never falls below this
MAX_CORRECTIONS = 4  # protected at once, beside the first frame


def is_memory_frame(age: int, interval: int) -> bool:
    """Return whether a target's frame of this age (0 = its first) joins the memory: T-2, 2T-2, ... for the interval T.

    >>> [age for age in range(20) if is_memory_frame(age, interval=5)]
    [3, 8, 13, 18]
    """
    return age >= 1 and (age + 2) % interval == 0


def add_weight(
    weights: tuple[float, ...], slot: int, last: float | None, protected: tuple[int, ...] = (0,)
) -> tuple[float, ...]:
    """Return the temporal weights after a newcomer took `slot`, which may be one past the end.

    `last` is the weight of the newcomer before it, None if this is the first; a newcomer that is `protected` starts at
    the floor. The weights sum to 1 unless a protected slot's floor is in force: then the others are divided by
    (the floors in force + their sum), as released for the first frame, and the sum is a little over 1.

    >>> add_weight((1.0,), slot=1, last=None)
    (0.917431192660..., 0.0825688073394...)
    """
    new = list(weights) + [0.0] * (slot == len(weights))
    if slot in protected:
        new[slot] = PROTECTED_FLOOR
    elif last is None:
        new = [weight / DECAY for weight in new]
        new[slot] = 1 - DECAY
    else:
        new[slot] = last / DECAY
    total = sum(new)
    new = [weight / total for weight in new]
    held = {index for index in protected if new[index] < PROTECTED_FLOOR}
    if held:
        others = PROTECTED_FLOOR * len(held) + sum(weight for index, weight in enumerate(new) if index not in held)
        least = [PROTECTED_FLOOR if index in protected else 0.0 for index in range(len(new))]
        new = [
            PROTECTED_FLOOR if index in held else max(weight / others, least[index]) for index, weight in enumerate(new)
        ]
    return tuple(new)


@dataclass(frozen=True)
class Sample:
    """A frame for the memory: its index, the features of its search region and the encoding of its mask."""

    frame: int
    features: FrameFeatures
    encoding: TargetEncoding


class Memory:
    """Up to `size` samples in slots. Slot 0 keeps the target's first frame; of the others the oldest is replaced.

    A corrected frame is protected as the first one is; beyond `MAX_CORRECTIONS`, or where no slot would be left for a
    newcomer, the oldest correction becomes a sample like any other.

    `target` (features), `value` (E1), `label` (E2) and `weight` (W) are [1, T, channels, h, w] in the order of the
    slots, laid out channels last for the few-shot learner's convolutions.
    """

    size: int
    frames: tuple[int, ...]  # indices of the frames, slot by slot
    temporal_weights: tuple[float, ...]
    target: Float[Tensor, "1 t c h w"]
    value: Float[Tensor, "1 t d h w"]
    label: Float[Tensor, "1 t d h w"]
    weight: Float[Tensor, "1 t d h w"]
    _last: int | None  # slot of the last newcomer that is no correction; None while there is none
    _last_weight: float | None  # its weight, also after a correction replaced it
    _corrections: list[int]  # slots of the protected corrections, the oldest first

    def __init__(self, first: Sample, size: int) -> None:
        self.size = size
        self.frames, self.temporal_weights = (first.frame,), (1.0,)
        self._last, self._last_weight, self._corrections = None, None, []
        self.target, self.value, self.label, self.weight = _tensors(first)

    @property
    def temporal_weight(self) -> Float[Tensor, "1 t"]:
        """The temporal weights as a tensor for the few-shot learner."""
        return torch.tensor([self.temporal_weights], dtype=self.target.dtype, device=self.target.device)

    def add(self, sample: Sample, correction: bool = False) -> int:
        """Add a sample and return its slot; in a full memory it replaces the unprotected one of least temporal weight.

        A memory of one slot keeps the first frame, which only a correction replaces.
        """
        assert self.size > 1 or correction, "a memory of one slot keeps the first frame only"
        slot = self._next_slot()
        if correction and slot > 0:
            self._protect(slot)
        protected = (0, *self._corrections)
        self.temporal_weights = add_weight(self.temporal_weights, slot, self._last_weight, protected)
        self.frames = (*self.frames[:slot], sample.frame, *self.frames[slot + 1 :])
        if slot not in protected:
            self._last = slot
        elif slot == self._last:  # a correction replaces the last newcomer, whose weight the next one goes by
            self._last = None
        if self._last is not None:
            self._last_weight = self.temporal_weights[self._last]
        self._write(sample, slot)
        return slot

    def _next_slot(self) -> int:
        """Return where the next sample goes."""
        if len(self.frames) < self.size:
            return len(self.frames)
        free = [slot for slot in range(1, self.size) if slot not in self._corrections]
        return min(free, key=lambda slot: self.temporal_weights[slot], default=0)

    def _protect(self, slot: int) -> None:
        """Protect a corrected frame's slot; the first frame and one slot for newcomers are not for corrections."""
        most = min(MAX_CORRECTIONS, self.size - 2)
        self._corrections = [*self._corrections, slot][-most:] if most > 0 else []

    def _write(self, sample: Sample, slot: int) -> None:
        """Write a sample's tensors into a slot."""
        new = _tensors(sample)
        old = (self.target, self.value, self.label, self.weight)
        self.target, self.value, self.label, self.weight = (
            _with_slot(kept, tensor, slot) for kept, tensor in zip(old, new, strict=True)
        )


def _tensors(sample: Sample) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return target, value, label and weight of a sample, each [1, 1, channels, h, w]."""
    features, encoding = sample.features, sample.encoding
    kept = (features.target, encoding.value, encoding.label, encoding.weight)
    target, value, label, weight = (tensor.contiguous(memory_format=torch.channels_last)[None] for tensor in kept)
    return target, value, label, weight


def _with_slot(
    kept: Float[Tensor, "1 t c h w"], new: Float[Tensor, "1 1 c h w"], slot: int
) -> Float[Tensor, "1 s c h w"]:
    """Write a sample into its slot in place, or append it behind the last."""
    if slot == kept.shape[1]:
        return torch.cat([kept[0], new[0]])[None]  # of four axes, so that the layout stays
    kept[:, slot] = new[:, 0]
    return kept
