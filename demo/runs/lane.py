"""A lane of its own for one kind of slow work, so that quick answers never wait behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Lane:
    """Lets few pieces of a kind of work be done at a time and few more wait, each in its caller's thread.

    Attributes:
        at_once: how many are done at a time.
        waiting: how many more may wait; together they take no more threads than that of those that all share.
        busy: the sentence for whoever comes then.
    """

    at_once: int
    waiting: int
    busy: str
    _inside: threading.Semaphore = field(init=False)
    _working: threading.Semaphore = field(init=False)
    _results: dict[str, _Result] = field(default_factory=dict, init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._inside = threading.Semaphore(self.at_once + self.waiting)
        self._working = threading.Semaphore(self.at_once)

    def do(self, work: Callable[[], T], result: str = "") -> T:
        """Do a piece of work when it is its turn; of those for the same `result` one at a time.

        Raises:
            ValueError: too many wait already.
        """
        if not self._inside.acquire(blocking=False):
            raise ValueError(self.busy)
        try:
            with self._alone(result), self._working:
                return work()
        finally:
            self._inside.release()

    @contextmanager
    def _alone(self, result: str) -> Iterator[None]:
        """Hold the lock of a result; a piece of work without one shares none."""
        if not result:
            yield
            return
        with self._guard:
            entry = self._results.setdefault(result, _Result())
            entry.users += 1
        try:
            with entry.lock:
                yield
        finally:
            with self._guard:
                entry.users -= 1
                if not entry.users:
                    del self._results[result]


@dataclass
class _Result:
    """The lock of a result, and how many hold it or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
