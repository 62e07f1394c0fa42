"""Frames and masks are what the engine can use, or one sentence says what to give instead."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, UInt8

from llb.types import LARGEST_ID

Frame = UInt8[np.ndarray, "_ _ _"]  # [height, width, 3]; sizes are checked here
GivenMask = Bool[np.ndarray, "_ _"]


def check_frame(frame: Frame) -> None:
    """Raise ValueError if a frame is not RGB."""
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError(f"A frame must be RGB uint8 [height, width, 3], not {frame.dtype} {list(frame.shape)}.")


def check_mask(target_id: int, mask: GivenMask, size: tuple[int, int]) -> None:
    """Raise ValueError if a target's first mask has an id out of range, another size (height, width), or no pixel."""
    if not 1 <= target_id <= LARGEST_ID:
        raise ValueError(f"Target id {target_id} is out of range: choose 1 to {LARGEST_ID}.")
    check_size(target_id, mask, size)
    if not mask.any():
        raise ValueError(f"The mask of target {target_id} is empty: mark at least one pixel.")


def check_size(target_id: int, mask: GivenMask, size: tuple[int, int]) -> None:
    """Raise ValueError if a mask is not of the frame's size (height, width)."""
    if mask.shape != size:
        raise ValueError(
            f"The mask of target {target_id} is {size_text(mask.shape)} pixels but the frame is {size_text(size)}: "
            "give a mask of the frame's size."
        )


def size_text(shape: tuple[int, ...]) -> str:
    """Return a size as people write it, width x height."""
    return " x ".join(str(side) for side in reversed(shape[:2]))
