"""Presentation times that rise, from the time stamps of a file, which may be missing, wild, or start anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
NUDGE = 0.001  # seconds that a frame comes after another one with the same stamp
RESTART = 1.0  # seconds; a clock that falls back further than this has begun anew


def steady_times(stamped: Iterable[tuple[float | None, T]], step: float) -> Iterator[tuple[float, T]]:
    """Yield each item with its time in seconds from the first, rising; looks one item ahead.

    A stamp that the next one belies (it lies beyond it, or before the last) is replaced, a missing one comes `step`
    after the last; gaps stay, and a clock that begins anew goes on from where it was.

    >>> [time for time, _ in steady_times([(5.0, "a"), (5.5, "b"), (90.0, "c"), (6.5, "d"), (8.5, "e")], 0.5)]
    [0.0, 0.5, 1.0, 1.5, 3.5]
    """
    clock = _Clock(step)
    waiting: tuple[float | None, T] | None = None
    for stamp, item in stamped:
        if waiting is not None:
            yield clock.time(waiting[0], stamp), waiting[1]
        waiting = stamp, item
    if waiting is not None:
        yield clock.time(waiting[0], None), waiting[1]


class _Clock:
    """Turns one stamp after the other into a time."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._shift = 0.0  # of the stamps, since the clock began anew
        self._last: float | None = None
        self._origin = 0.0

    def time(self, stamp: float | None, following: float | None) -> float:
        """Return the time of a stamp, given the one that follows."""
        if self._last is None:
            self._last = self._origin = self._first(stamp, following)
        else:
            self._last = self._next(self._last, stamp, following)
        return self._last - self._origin

    def _first(self, stamp: float | None, following: float | None) -> float:
        if following is not None and (stamp is None or stamp > following):
            return following - self._step
        return stamp or 0.0

    def _next(self, last: float, stamp: float | None, following: float | None) -> float:
        if stamp is None:
            return last + self._step
        stamp += self._shift
        if following is not None:
            following += self._shift
            if last < following and not last < stamp <= following:
                return last + min(self._step, (following - last) / 2)
        if stamp < last - RESTART:
            self._shift += last + self._step - stamp
            return last + self._step
        return stamp if stamp > last else last + min(NUDGE, self._step)
