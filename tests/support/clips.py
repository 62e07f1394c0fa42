"""Small drawn clips: squares of plain colours that move over a dark, noisy ground."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
COLOURS = {1: (220, 40, 40), 2: (40, 220, 40), 3: (60, 60, 230)}


def square_clip(
    frames: int, starts: dict[int, tuple[int, int]], velocity: tuple[int, int] = (1, 2), side: int = 14
) -> tuple[Array, Array]:
    """Return RGB frames [T, 96, 144, 3] and ids [T, 96, 144]; `starts` gives each square's top left corner."""
    rgb = np.random.default_rng(7).integers(60, 90, (frames, 96, 144, 3)).astype(np.uint8)
    labels = np.zeros((frames, 96, 144), np.uint8)
    for index in range(frames):
        for target, (y, x) in starts.items():
            top, left = y + velocity[0] * index, x + velocity[1] * index
            rgb[index, top : top + side, left : left + side] = COLOURS[target]
            labels[index, top : top + side, left : left + side] = target
    return rgb, labels


def iou(a: Array, b: Array) -> float:
    """Return the overlap of two masks."""
    return float((a & b).sum() / max((a | b).sum(), 1))
