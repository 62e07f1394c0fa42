"""How fast this machine computes, to read the times of a benchmark by."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch


def matrix_rate(side: int = 2048) -> float:
    """Return the operations per second of a large matrix product."""
    one, other = torch.rand(side, side), torch.rand(side, side)
    return 2 * side**3 / _best(lambda: one @ other)


def convolution_rate() -> float:
    """Return the operations per second of a large 3x3 convolution."""
    image, weight = torch.rand(1, 128, 120, 208), torch.rand(128, 128, 3, 3)
    image, weight = (tensor.contiguous(memory_format=torch.channels_last) for tensor in (image, weight))
    return 2 * 128 * 128 * 9 * 120 * 208 / _best(lambda: torch.conv2d(image, weight, padding=1))


def _best(work: Callable[[], object]) -> float:
    with torch.inference_mode():
        times = []
        for _ in range(6):
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
    return min(times)
