"""How many CPU threads a frame is computed on: all while the cores are free, fewer while other work wants them, too.

PyTorch's threads (libgomp's) wait for each other by spinning, at the end of each of a frame's hundreds of parallel
regions. Where one of them has no core at that moment, since another process or another part of this program has it,
the others spin in vain: on two cores beside one busy process, two threads take several times as long as one does.
``docs/speed.md`` has the table; ``python -m benchmarks --busy 2`` measures it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

WINDOW = 0.1  # seconds of computing after which the number of threads is reconsidered
SHARE = 0.85  # least part of the time for which a thread has its core where nothing else wants it
REST = 4, 32  # least and most windows on fewer threads before more are tried; each disturbance doubles them
AT_START = torch.get_num_threads()


@dataclass
class AdaptiveThreads:
    """Chooses the number of threads by the part of its time in which the computing thread has a core.

    It is halved when that part is small, and doubled for a try after a while in which it was large. A try in vain
    makes the while before the next one twice as long. One object serves all threads of a program: company is the same
    for all of them.
    """

    adaptive: bool = True
    _halvings: int = 0
    _rest: int = REST[0]
    _calm: int = 0  # windows in a row in which the thread had its core
    _seconds: float = 0.0  # of the window so far
    _cpu: float = 0.0  # of these, the seconds in which the thread had a core

    @contextmanager
    def adapt(self) -> Iterator[None]:
        """Compute with as many threads as pays, at most the calling thread's own number, which it has again after."""
        most = torch.get_num_threads()
        if not self.adaptive or most == 1:
            yield
            return
        number = max(1, most >> self._halvings)
        begun, cpu = time.perf_counter(), time.thread_time()
        torch.set_num_threads(number)
        try:
            yield
        finally:
            torch.set_num_threads(most)
            self.note(number, time.perf_counter() - begun, time.thread_time() - cpu)

    def note(self, number: int, seconds: float, cpu: float) -> None:
        """Take in how long a piece of work took on `number` threads, and for how much of it its thread had a core."""
        self._seconds += seconds
        self._cpu += cpu
        if self._seconds < WINDOW:
            return
        disturbed = self._cpu < SHARE * self._seconds
        self._seconds = self._cpu = 0.0
        self._calm = 0 if disturbed else self._calm + 1
        if disturbed and number > 1:
            self._halvings += 1
            self._rest = min(2 * self._rest, REST[1])
        elif not disturbed and not self._halvings:
            self._rest = max(self._rest - 1, REST[0])
        elif self._calm >= self._rest:
            self._halvings -= 1
            self._calm = 0


THREADS = AdaptiveThreads()


def use_all_cores() -> None:
    """Let the calling thread compute on as many cores as the program began with.

    Without it a thread begins with the number that another one has set last.
    """
    torch.get_num_threads()  # a thread takes the common number when it first asks for it
    torch.set_num_threads(AT_START)


def use_one_core() -> None:
    """Let the calling thread compute on one core, without helpers that would wait beside those of another thread.

    Where two threads have helpers, all of them go to sleep between two regions, and each frame takes half as long
    again.
    """
    torch.get_num_threads()
    torch.set_num_threads(1)
