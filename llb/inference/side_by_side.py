"""Several models on one frame, side by side: each on a CPU core of its own.

A small model does not keep two cores busy: two of them on a core each are done sooner than one after the other on both.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from typing import TypeVar

import torch

from llb.inference.threads import use_one_core

T = TypeVar("T")


def run_side_by_side(names: Iterable[str], work: Callable[[str], T], first_is_ahead: bool) -> Iterator[tuple[str, T]]:
    """Run `work` for every name and yield the names with their results, in order.

    The first model leads the others, so it runs alone, on all cores, before they begin; with `first_is_ahead` it has
    read the frame already (`VideoSegmenter.read_ahead`) and runs beside them. On a single core or where a GPU is in
    use all run one after the other. What is still running when the caller stops iterating is waited for.
    """
    names = list(names)
    one_by_one = len(names) == 1 or torch.cuda.is_initialized() or torch.get_num_threads() == 1
    serial = names if one_by_one else names[: not first_is_ahead]
    for name in serial:
        yield name, work(name)
    others = names[len(serial) :]
    pending = [_thread_pool().submit(work, name) for name in others]
    try:
        for name, future in zip(others, pending, strict=True):
            yield name, future.result()
    finally:
        for future in pending:
            if not future.cancel():
                future.exception()


@cache
def _thread_pool() -> ThreadPoolExecutor:
    """Return a pool of one thread per core, each of which computes on one core only."""
    cores = torch.get_num_threads()
    pool = ThreadPoolExecutor(cores, "model", initializer=use_one_core)
    ready = Barrier(cores + 1)
    for _ in range(cores):
        pool.submit(ready.wait)
    ready.wait()
    torch.set_num_threads(cores)  # a thread's own number is also what later threads begin with
    return pool


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_thread_pool.cache_clear)  # a fork has none of the threads
