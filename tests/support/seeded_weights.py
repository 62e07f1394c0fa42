"""Stand-in weights that anyone can rebuild from a list of names and shapes, so that parity needs no checkpoint.

Each tensor comes from a Philox generator keyed by the CRC-32 of its name and a seed; the last part of the name decides
what becomes of the noise. The released code ran with such weights when the fixtures were made.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.support.sampled import Array


def seeded_array(name: str, shape: list[int], seed: int) -> Array:
    """Return the values of the entry `name`: float32, but int64 zeros for BatchNorm's counters."""
    leaf = name.rpartition(".")[2]
    if leaf == "num_batches_tracked":
        return np.zeros(shape, np.int64)
    if leaf == "filter_reg":
        return np.full(shape, 0.1, np.float32)
    key = [zlib.crc32(name.encode()), seed]
    noise: np.ndarray[Any, np.dtype[np.float64]] = np.random.Generator(np.random.Philox(key=key)).standard_normal(shape)
    if leaf == "running_var":
        noise = 1.0 + 0.2 * np.abs(noise)
    elif leaf in ("running_mean", "bias"):
        noise = 0.05 * noise
    elif leaf == "weight" and len(shape) == 1:
        noise = 0.8 + 0.1 * noise
    else:
        fan_in = max(int(np.prod(shape[1:])), 1)
        noise = np.sqrt(1.2 / fan_in) * noise
    return noise.astype(np.float32)


def seeded_state(keys: Path, seed: int = 0) -> dict[str, torch.Tensor]:
    """Fill the layout in `keys` (JSON: name to shape) with stand-in values."""
    shapes: dict[str, list[int]] = json.loads(keys.read_text())
    return {name: torch.from_numpy(seeded_array(name, shape, seed)) for name, shape in shapes.items()}
