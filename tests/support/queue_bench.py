"""A queue of runs whose time and steps a test decides."""

from __future__ import annotations

import threading
from collections.abc import Generator

from demo.runs.job import Job
from demo.runs.queue import RunQueue


class Clock:
    """Time that the work moves on by itself."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A queue whose jobs write down each step; the worker waits at the gate until the test opens it."""

    def __init__(self, turn: float = 20.0) -> None:
        self.clock, self.steps, self.closed = Clock(), list[str](), list[str]()
        self.gate, self.begun = threading.Event(), threading.Event()
        self.queue: RunQueue[str] = RunQueue(turn, self.clock)

    def job(self, key: str, steps: int, each: float = 1.0, visitor: str = "", fails: bool = False) -> Job[str]:
        def start() -> Generator[str, None, None]:
            self.begun.set()
            try:
                for step in range(steps):
                    assert self.gate.wait(10)
                    self.clock.now += each
                    self.steps.append(key)
                    if fails:
                        raise RuntimeError("broken")
                    yield f"{key} {step}"
            finally:
                self.closed.append(key)

        return Job(key, visitor or key, steps * each, start)

    def submit(self, *jobs: Job[str]) -> None:
        for job in jobs:
            self.queue.submit(job)

    def finish(self, *keys: str) -> None:
        self.gate.set()
        for key in keys:
            assert self.queue.wait(key, 10), f"{key} has not ended"
