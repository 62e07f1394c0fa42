"""Hugging Face's ZeroGPU lends a GPU for the time of a call; everywhere else this does nothing.

Such a call runs in a fork of the server: its arguments and what it yields cross by pickling, and no tensor may stay
behind. The server itself has no GPU, though torch says there that it has: nothing outside of such a call may ask it.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Generator
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_has_lent_gpu = False  # whether this process is a call that has a GPU


class NoGpu(RuntimeError):
    """No GPU was lent, or it was taken away, or the call failed on it; the message is that of `spaces`."""


def is_lent() -> bool:
    """Tell whether GPUs are lent here. The package `spaces` alone does not tell: every Gradio Space has it."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def import_spaces() -> None:
    """Import `spaces` where GPUs are lent, for it to change torch and Gradio: call this before either is imported."""
    if is_lent():
        importlib.import_module("spaces")


def on_gpu(
    seconds: Callable[P, int],
) -> Callable[[Callable[P, Generator[T, None, None]]], Callable[P, Generator[T, None, None]]]:
    """Return a decorator that gives a generator function a GPU while it runs, where one is lent.

    It is for functions of modules: the Space starts only if one was decorated before `launch`. `seconds` tells from the
    arguments for how long the GPU is asked for; a call that takes longer may be killed. The function then raises
    `NoGpu` where it would go on.
    """

    def decorate(work: Callable[P, Generator[T, None, None]]) -> Callable[P, Generator[T, None, None]]:
        return _lend(work, seconds) if is_lent() else work

    return decorate


def _lend(
    work: Callable[P, Generator[T, None, None]], seconds: Callable[P, int]
) -> Callable[P, Generator[T, None, None]]:
    import gradio
    import httpx
    import spaces

    @wraps(work)
    def in_fork(*arguments: P.args, **named: P.kwargs) -> Generator[T, None, None]:
        global _has_lent_gpu
        _has_lent_gpu = True
        yield from work(*arguments, **named)

    lent: Callable[P, Generator[T, None, None]] = spaces.GPU(duration=seconds)(in_fork)

    @wraps(work)
    def call(*arguments: P.args, **named: P.kwargs) -> Generator[T, None, None]:
        try:
            yield from lent(*arguments, **named)
        except (gradio.Error, httpx.HTTPError, RuntimeError) as error:
            raise NoGpu(getattr(error, "message", str(error))) from error

    return call


def device() -> str:
    """Return where models belong: the GPU if one is at hand."""
    import torch

    return "cuda" if (_has_lent_gpu or not is_lent()) and torch.cuda.is_available() else "cpu"
