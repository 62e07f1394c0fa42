"""Several models on one frame, side by side: a core for each.

A small model does not keep two cores busy: two of them on a core each are done sooner than one after the other on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from typing import TypeVar

import torch

T = TypeVar("T")


def in_parallel(names: Iterable[str], work: Callable[[str], T], ahead: bool) -> Iterator[tuple[str, T]]:
    """Yield each name with its work's result, in order; what is still at work when the caller stops is waited for.

    Unless the first one is `ahead` already, the others wait for it.
    """
    names = list(names)
    alone = len(names) == 1 or torch.cuda.is_available() or torch.get_num_threads() == 1
    serial = names if alone else names[: not ahead]
    for name in serial:
        yield name, work(name)
    others = names[len(serial) :]
    pending = [_threads().submit(work, name) for name in others]
    try:
        for name, future in zip(others, pending, strict=True):
            yield name, future.result()
    finally:
        for future in pending:
            if not future.cancel():
                future.exception()


def _on_one_core() -> None:
    torch.get_num_threads()  # a thread takes the common number at its first question
    torch.set_num_threads(1)


@cache
def _threads() -> ThreadPoolExecutor:
    """Return one thread per core, each computing on its own core alone."""
    cores = torch.get_num_threads()
    pool = ThreadPoolExecutor(cores, "model", initializer=_on_one_core)
    ready = Barrier(cores + 1)
    for _ in range(cores):
        pool.submit(ready.wait)
    ready.wait()
    torch.set_num_threads(cores)  # a thread's own number is also what later threads begin with
    return pool
