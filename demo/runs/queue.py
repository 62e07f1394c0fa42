"""The queue of runs: one worker thread computes them all, in fair turns between the visitors.

A short run is computed in one go. A long one gives way after each turn (`TURN`) while others wait: it is set aside and
goes on later. At most `STARTED` runs are begun at a time, because each holds its models' memory. Work in the
background, which nobody waits for, is done while no visitor's run is there, and gives way at its next step.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
State = Literal["waiting", "working", "set aside", "done", "stopped", "cancelled", "failed"]

TURN = 20.0  # seconds that a run may work while others wait
STARTED = 2  # most runs that are begun and not finished
WAITING = 60  # most runs that wait
REMEMBERED = 500  # finished runs whose end can still be asked for

log = logging.getLogger(__name__)


class QueueFull(ValueError):
    """Too many runs wait; the sentence says so to the visitor."""


@dataclass(frozen=True)
class Job(Generic[T]):
    """A run to compute.

    Attributes:
        key: unique name, such as the run's folder.
        visitor: whose it is; visitors take turns.
        seconds: how long it will take, estimated.
        start: begins the work; each item that it yields is a step after which the run may be set aside.
        on_cancel: called once if the job is cancelled before it began.
        left: tells from an item how many seconds the work will still take; None where only `seconds` is known.
        background: whether nobody waits for it.
    """

    key: str
    visitor: str
    seconds: float
    start: Callable[[], Generator[T, None, None]]
    on_cancel: Callable[[], object] = lambda: None
    left: Callable[[T], float | None] = lambda item: None
    background: bool = False


@dataclass(frozen=True)
class Place(Generic[T]):
    """Where a job stands.

    Attributes:
        state: waiting, working, set aside (begun, and another has its turn); then done, stopped (asked to end early),
            cancelled (before it began) or failed (an error, which is in the server's log).
        position: 1 for the next to begin; 0 once it has begun.
        waiting: how many jobs wait.
        seconds: until it begins (waiting) or ends (working), estimated.
        latest: the newest item of its work.
    """

    state: State
    position: int
    waiting: int
    seconds: float
    latest: T | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self.state not in ("waiting", "working", "set aside")


@dataclass
class _Entry(Generic[T]):
    """A job in the queue, and how far it is."""

    job: Job[T]
    number: int
    state: State = "waiting"
    worked: float = 0.0  # seconds
    work: Generator[T, None, None] | None = None
    latest: T | None = None
    stop: bool = False

    @property
    def seconds_left(self) -> float:
        left = None if self.latest is None else self.job.left(self.latest)
        return max(1.0, self.job.seconds - self.worked if left is None else left)


@dataclass
class RunQueue(Generic[T]):
    """Jobs in the order in which they will have their turn.

    Args:
        turn: seconds that a run may work while others wait; infinite where a run cannot be set aside.
        clock: tells the time in seconds; the tests bring their own.
    """

    turn: float = TURN
    clock: Callable[[], float] = time.monotonic
    _entries: dict[str, _Entry[T]] = field(default_factory=dict)
    _finished: dict[str, _Entry[T]] = field(default_factory=dict)
    _served: dict[str, float] = field(default_factory=dict)  # visitor -> seconds, counted as in fair queueing
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _count: int = 0
    _closed: bool = False

    def submit(self, job: Job[T]) -> None:
        """Add a job; the worker begins by itself.

        Raises:
            QueueFull: `WAITING` jobs wait already.
            ValueError: there is a job of this key.
        """
        with self._changed:
            if job.key in self._entries:
                raise ValueError("This run is in the queue already.")
            if self._closed:
                raise QueueFull("The server is being closed: try again in a minute.")
            if not job.background:
                if sum(entry.state == "waiting" for entry in self._visitors_entries()) >= WAITING:
                    raise QueueFull(f"{WAITING} runs are waiting already: try again in a few minutes.")
                self._welcome(job.visitor)
            self._count += 1
            self._entries[job.key] = _Entry(job, self._count)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="runs")
                self._thread.start()
            self._changed.notify_all()

    def cancel(self, key: str) -> None:
        """End a job: one that waits goes at once, one that has begun is closed after its current step."""
        with self._changed:
            entry = self._entries.get(key)
            if entry is None:
                return
            entry.stop = True
            if entry.state == "waiting":
                self._finish(entry, "cancelled")
            self._changed.notify_all()
        if entry.state == "cancelled":
            entry.job.on_cancel()

    def hand_over(self, key: str, visitor: str) -> None:
        """Make a job that of another visitor, who waits for it from now on; one that has ended stays as it is."""
        with self._changed:
            entry = self._entries.get(key)
            if entry is None:
                return
            before = entry.job.visitor
            self._welcome(visitor)
            entry.job = replace(entry.job, visitor=visitor, background=False)
            self._forget_absent(before)
            self._changed.notify_all()

    def close(self, seconds: float = 10.0) -> None:
        """Take no more jobs and end all that are there; wait for the one at work, at most so many seconds."""
        with self._changed:
            self._closed = True
            keys = list(self._entries)
            self._changed.notify_all()
        for key in keys:
            self.cancel(key)
        with self._changed:
            self._changed.wait_for(lambda: not self._entries, seconds)

    def place(self, key: str) -> Place[T] | None:
        """Return where a job stands, None if it was never here or ended long ago."""
        with self._changed:
            entry = self._entries.get(key) or self._finished.get(key)
            if entry is None:
                return None
            ahead, order = 0.0, self._order()
            for other in order:
                if other is entry:
                    break
                ahead += other.seconds_left
            waiting = [other for other in order if other.state == "waiting" and not other.job.background]
            position = waiting.index(entry) + 1 if entry in waiting else 0
            seconds = entry.seconds_left if entry.state == "working" else ahead
            return Place(entry.state, position, len(waiting), seconds, entry.latest)

    def visitors(self) -> frozenset[str]:
        """Return who has a job that waits or is at work."""
        with self._changed:
            return frozenset(entry.job.visitor for entry in self._visitors_entries())

    def seconds_ahead(self) -> float:
        """Return how long a job that came now would wait, estimated."""
        with self._changed:
            return sum(entry.seconds_left for entry in self._visitors_entries())

    def in_background(self) -> int:
        """Return how many jobs are there that nobody waits for."""
        with self._changed:
            return len(self._entries) - len(self._visitors_entries())

    def wait(self, key: str, seconds: float) -> bool:
        """Wait until a job has ended, at most so many seconds; tell whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: key not in self._entries, seconds)

    def _order(self) -> list[_Entry[T]]:
        """Return the jobs as they will have their turn: who is at work, then by what each visitor has had."""
        background = [entry for entry in self._entries.values() if entry.job.background]
        background.sort(key=lambda entry: (not entry.stop, entry.state == "waiting", entry.number))
        ending = [entry for entry in background if entry.stop]
        return [*ending, *self._order_of_visitors(), *background[len(ending) :]]

    def _order_of_visitors(self) -> list[_Entry[T]]:
        entries = sorted(self._visitors_entries(), key=lambda e: (self._served[e.job.visitor], e.number))
        begun = [entry for entry in entries if entry.state != "waiting"]
        fresh = [entry for entry in entries if entry.state == "waiting"]
        begun.sort(key=lambda entry: (not entry.stop, entry.state != "working"))
        if len(begun) >= STARTED or (begun and begun[0].stop):
            return begun + fresh
        return begun[:1] + fresh + begun[1:] if begun and begun[0].state == "working" else fresh + begun

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._entries) or self._closed)
                if not self._entries:
                    return
                entry = self._order()[0]
                entry.state = "working"
            self._take_turn(entry)

    def _take_turn(self, entry: _Entry[T]) -> None:
        """Compute a job until it ends, or until its turn is over and another one waits."""
        begun = last = self.clock()
        state: State = "done"
        try:
            if entry.work is None:
                entry.work = entry.job.start()
            for item in () if entry.stop else entry.work:
                now = self.clock()
                with self._changed:
                    entry.latest = item
                    self._count_time(entry, now - last)
                    last = now
                    self._changed.notify_all()
                    if not entry.stop and self._gives_way(entry, now - begun):
                        entry.state = "set aside"
                        return
                if entry.stop:
                    break
            if entry.stop:
                entry.work.close()
                state = "stopped"
        except Exception:  # noqa: BLE001 (the worker goes on with the next run, whatever happened to this one)
            log.exception("The run %s failed.", entry.job.key)
            state = "failed"
        with self._changed:
            self._count_time(entry, self.clock() - last)
            self._finish(entry, state)
            self._changed.notify_all()

    def _gives_way(self, entry: _Entry[T], worked: float) -> bool:
        """Tell whether a job's turn is over: it was long enough for the others, or one set aside is to end at once."""
        others = [other for other in self._entries.values() if other is not entry]
        long_enough = entry.job.background or worked >= self.turn
        return any(other.stop for other in others) or (
            long_enough and any(not other.job.background for other in others)
        )

    def _count_time(self, entry: _Entry[T], seconds: float) -> None:
        entry.worked += seconds
        if not entry.job.background:
            self._served[entry.job.visitor] += seconds

    def _visitors_entries(self) -> list[_Entry[T]]:
        return [entry for entry in self._entries.values() if not entry.job.background]

    def _welcome(self, visitor: str) -> None:
        """Count what a visitor has had from what the one has who had least."""
        present = [self._served[entry.job.visitor] for entry in self._visitors_entries()]
        floor = min(present, default=0.0)
        self._served[visitor] = max(self._served.get(visitor, floor), floor)

    def _forget_absent(self, visitor: str) -> None:
        """Forget what a visitor without a job has had."""
        if not any(entry.job.visitor == visitor for entry in self._visitors_entries()):
            self._served.pop(visitor, None)

    def _finish(self, entry: _Entry[T], state: State) -> None:
        entry.state, entry.work = state, None
        del self._entries[entry.job.key]
        self._finished[entry.job.key] = entry
        while len(self._finished) > REMEMBERED:
            del self._finished[next(iter(self._finished))]
        self._forget_absent(entry.job.visitor)
