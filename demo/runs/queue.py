"""The queue of runs: one worker thread computes them all, in fair turns between the visitors (`demo.runs.turns`).

A short run is computed in one go. A long one gives way after each turn (`TURN`) while others wait: it is set aside and
goes on later. Work in the background, which nobody waits for, is done while no visitor's run is there, and gives way at
its next step.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from demo.runs.job import Job, Place, State
from demo.runs.turns import Claim, order, waits

T = TypeVar("T")

TURN = 20.0  # seconds that a run may work while others wait
WAITING = 60  # most runs that wait
FORECAST = 0.5  # seconds for which the times that are told stay as they are: many ask for them several times a second
REMEMBERED = 500  # finished runs whose end can still be asked for

log = logging.getLogger(__name__)


class QueueFull(ValueError):
    """Too many runs wait; the sentence says so to the visitor."""


@dataclass
class _Entry(Generic[T]):
    """A job in the queue, and how far it is."""

    job: Job[T]
    number: int
    state: State = "waiting"
    worked: float = 0.0  # seconds
    used: float = 0.0  # seconds of the turn that it has now or had last
    work: Generator[T, None, None] | None = None
    latest: T | None = None
    stop: bool = False
    reason: str = ""

    @property
    def seconds_left(self) -> float:
        left = None if self.latest is None else self.job.left(self.latest)
        return max(1.0, self.job.seconds - self.worked if left is None else left)


@dataclass
class RunQueue(Generic[T]):
    """Jobs in the order in which they will have their turn.

    Args:
        turn: seconds that a run may work while others wait.
        clock: tells the time in seconds; the tests bring their own.
    """

    turn: float = TURN
    clock: Callable[[], float] = time.monotonic
    _entries: dict[str, _Entry[T]] = field(default_factory=dict)
    _finished: dict[str, _Entry[T]] = field(default_factory=dict)
    _served: dict[str, float] = field(default_factory=dict)  # visitor -> seconds, counted from `_fair` at the coming
    _fair: float = 0.0  # seconds that a visitor who was always here would have had
    _waits: dict[str, float] = field(default_factory=dict)  # key -> seconds, as they were when `_waits_of` were here
    _waits_of: tuple[tuple[str, State], ...] = ()
    _waits_until: float = 0.0
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
                self._served.setdefault(job.visitor, self._fair)
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
        """Make a job that of a visitor who waits for it from now on; one that has ended stays as it is."""
        with self._changed:
            entry = self._entries.get(key)
            if entry is None:
                return
            before = entry.job.visitor
            self._served.setdefault(visitor, self._fair)
            entry.job = replace(entry.job, visitor=visitor, background=False)
            self._forget_absent(before)
            self._waits_of = ()
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
            begins = self._forecast()
            waiting = [other.job.key for other in self._visitors_entries() if other.state == "waiting"]
            waiting.sort(key=begins.__getitem__)
            position = waiting.index(key) + 1 if key in waiting else 0
            seconds = entry.seconds_left if entry.state == "working" else begins.get(key, 0.0)
            return Place(entry.state, position, len(waiting), seconds, entry.latest, entry.reason)

    def visitors(self) -> frozenset[str]:
        """Return who has a job that waits or is at work."""
        with self._changed:
            return frozenset(entry.job.visitor for entry in self._visitors_entries())

    def in_background(self) -> int:
        """Return how many jobs are there that nobody waits for."""
        with self._changed:
            return len(self._entries) - len(self._visitors_entries())

    def wait(self, key: str, seconds: float) -> bool:
        """Wait until a job has ended, at most so many seconds; tell whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: key not in self._entries, seconds)

    def _claims(self) -> list[Claim]:
        """Return what every job claims of the time."""
        return [
            Claim(
                key,
                entry.job.visitor,
                entry.number,
                self._served.get(entry.job.visitor, 0.0),
                entry.seconds_left,
                begun=entry.state != "waiting",
                working=entry.state == "working",
                used=entry.used,
                stop=entry.stop,
                background=entry.job.background,
            )
            for key, entry in self._entries.items()
        ]

    def _forecast(self) -> dict[str, float]:
        """Return the seconds until each job's next turn, computed anew after a while and when a job came or went."""
        here = tuple((key, entry.state) for key, entry in self._entries.items())
        now = time.monotonic()
        if here != self._waits_of or now > self._waits_until:
            self._waits, self._waits_of = waits(self._claims(), self.turn), here
            self._waits_until = now + FORECAST
        return self._waits

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._entries) or self._closed)
                if not self._entries:
                    return
                entry = self._entries[order(self._claims(), self.turn)[0].key]
                entry.state, entry.used = "working", 0.0
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
                    entry.latest, entry.used = item, now - begun
                    self._count_time(entry, now - last)
                    last = now
                    self._changed.notify_all()
                    if not entry.stop and self._gives_way(entry):
                        entry.state = "set aside"
                        return
                if entry.stop:
                    break
            if entry.stop:
                entry.work.close()
                state = "stopped"
        except Exception as error:  # noqa: BLE001 (the worker goes on with the next run, whatever happened to this one)
            log.exception("The run %s failed.", entry.job.key)
            state, entry.reason = "failed", entry.job.explain(error)
        with self._changed:
            self._count_time(entry, self.clock() - last)
            self._finish(entry, state)
            self._changed.notify_all()

    def _gives_way(self, entry: _Entry[T]) -> bool:
        """Tell whether a job's turn is over: it was long enough for the others, or one set aside is to end at once."""
        if any(other.stop for other in self._entries.values() if other is not entry):
            return True
        others = [other for other in self._visitors_entries() if other is not entry]
        return bool(others) and (entry.job.background or entry.used >= self.turn)

    def _count_time(self, entry: _Entry[T], seconds: float) -> None:
        entry.worked += seconds
        if not entry.job.background:
            self._served[entry.job.visitor] += seconds
            self._fair += seconds / len(self._served)

    def _visitors_entries(self) -> list[_Entry[T]]:
        return [entry for entry in self._entries.values() if not entry.job.background]

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
