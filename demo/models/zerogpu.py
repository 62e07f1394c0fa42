"""Hugging Face's ZeroGPU lends a GPU for the time of a call; everywhere else this does nothing.

Such a call runs in another process: its arguments and what it yields cross by pickling, and no tensor may stay behind.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SECONDS = 120  # that a run may have the GPU


def on_gpu(work: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """Return a generator function that has a GPU while it runs, where the package `spaces` is installed."""
    if importlib.util.find_spec("spaces") is None:
        return work
    lent: Callable[P, Iterator[T]] = importlib.import_module("spaces").GPU(duration=SECONDS)(work)
    return lent


def device() -> str:
    """Return where models belong: the GPU if one is at hand."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
