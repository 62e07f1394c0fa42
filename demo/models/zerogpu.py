"""Hugging Face's ZeroGPU lends a GPU for the time of a call; everywhere else this does nothing.

Such a call runs in another process: its arguments and what it yields cross by pickling, and no tensor may stay behind.
"""

from __future__ import annotations

import contextvars
import importlib
import importlib.util
from collections.abc import Callable, Generator
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SECONDS = 120  # that a run may have the GPU


def is_lent() -> bool:
    """Tell whether GPUs are lent here. Such a call holds its GPU until it ends: it cannot be set aside."""
    return importlib.util.find_spec("spaces") is not None


def on_gpu(work: Callable[P, Generator[T, None, None]]) -> Callable[P, Generator[T, None, None]]:
    """Return a generator function that has a GPU while it runs, where one is lent.

    The GPU is lent to whoever asks now, also where the generator runs in another thread later.
    """
    if not is_lent():
        return work
    lent = importlib.import_module("spaces").GPU(duration=SECONDS)(work)
    context = contextvars.copy_context()

    def call(*arguments: P.args, **named: P.kwargs) -> Generator[T, None, None]:
        steps = lent(*arguments, **named)
        try:
            while True:
                try:
                    step: T = context.run(next, steps)
                except StopIteration:
                    return
                yield step
        finally:
            context.run(steps.close)

    return call


def device() -> str:
    """Return where models belong: the GPU if one is at hand."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
