"""Time as a thread spends it."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """Seconds that passed, and the `cpu` seconds of them in which the thread had a processor core."""

    seconds: float
    cpu: float

    @classmethod
    def now(cls) -> Spent:
        """Return this thread's time: the difference of two is what it spent between them."""
        return cls(time.perf_counter(), time.thread_time())

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.seconds - other.seconds, self.cpu - other.cpu)
