"""Reference arrays, whole or thinned to a sample of their entries, and the distance of our values from them.

A thinned array `x` is stored as `x` (values), `x@index` (where they stood in the flat array) and `x@shape`. The sample
always holds the entry of largest magnitude, so that relative errors keep their scale.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from torch import Tensor

Array: TypeAlias = np.ndarray[Any, Any]
Arrays: TypeAlias = Mapping[str, Array]


def sample(name: str, array: Array, count: int) -> dict[str, Array]:
    """Keep `count` entries of `array`, chosen by its name; smaller arrays are kept whole."""
    if array.size <= count:
        return {name: array}
    index = np.random.default_rng(zlib.crc32(name.encode())).choice(array.size, count, replace=False)
    index[0] = np.abs(array).argmax()
    index = np.unique(index).astype(np.int32)
    return {name: array.ravel()[index], f"{name}@index": index, f"{name}@shape": np.array(array.shape)}


def largest_error(ours: Tensor, arrays: Arrays, name: str) -> float:
    """Return the largest |difference| over the largest |reference|; infinite where the shapes differ."""
    reference, values = arrays[name], ours.detach().cpu().double().numpy()
    if values.shape != tuple(arrays.get(f"{name}@shape", np.array(reference.shape))):
        return float("inf")
    if f"{name}@index" in arrays:
        values = values.ravel()[arrays[f"{name}@index"]]
    return float(np.abs(values - reference).max() / np.abs(reference).max())
