"""Training clips: what every sampler of clips returns and what a training step takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor


@dataclass(frozen=True)
class Clip:
    """One clip: RGB 0..255 and masks of 0 and 1, which may be empty in all frames but the first."""

    rgb: UInt8[np.ndarray, "t 3 height width"]
    mask: UInt8[np.ndarray, "t 1 height width"]


@dataclass(frozen=True)
class ClipBatch:
    """A batch of clips as tensors: RGB 0..255 and masks of 0 and 1."""

    rgb: UInt8[Tensor, "b t 3 height width"]
    mask: UInt8[Tensor, "b t 1 height width"]

    @classmethod
    def collate(cls, clips: Sequence[Clip]) -> ClipBatch:
        """Stack clips of one size."""
        rgb = torch.from_numpy(np.stack([clip.rgb for clip in clips]))
        return cls(rgb, torch.from_numpy(np.stack([clip.mask for clip in clips])))

    def pin_memory(self) -> ClipBatch:
        """Return the batch in page-locked memory, which a DataLoader asks for before a copy to the GPU."""
        return ClipBatch(self.rgb.pin_memory(), self.mask.pin_memory())

    def to(self, device: torch.device) -> ClipBatch:
        """Return the batch on a device."""
        return ClipBatch(self.rgb.to(device, non_blocking=True), self.mask.to(device, non_blocking=True))


@runtime_checkable
class ClipSource(Protocol):
    """Clips by number, as a DataLoader reads a map-style dataset: a number gives the same clip in every process."""

    def __getitem__(self, index: int) -> Clip:
        """Return clip number `index` (from 0 on, without an end)."""
