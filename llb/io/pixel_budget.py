"""Bounded memory for decoding: the largest picture that is read, and how many pixels are decoded at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

LARGEST = 7680 * 4320  # pixels of one frame, 8K; all that are decoded at the same time together have no more


class PixelBudget:
    """Let callers decode as long as their pixels together stay within `most`; the others wait in the order they came.

    A thread that holds a claim must not make another one.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._used = 0
        self._waiting: deque[object] = deque()
        self._changed = Condition()

    @property
    def used(self) -> int:
        """Pixels that are being decoded now."""
        return self._used

    @contextmanager
    def claim(self, pixels: int) -> Iterator[None]:
        """Hold so many pixels of the budget while the block runs, once they are free; more than `most` count as it."""
        pixels, ticket = min(pixels, self.most), object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket and self._used + pixels <= self.most)
            self._waiting.popleft()
            self._used += pixels
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._used -= pixels
                self._changed.notify_all()


DECODING = PixelBudget(LARGEST)  # of this process


def check_size(name: str, width: int, height: int) -> None:
    """Raise ValueError for a picture or a video frame without pixels, or with more than `LARGEST`."""
    if width < 1 or height < 1:
        raise ValueError(f"{name} is {width} x {height}: it needs at least one pixel on each side.")
    if width * height > LARGEST:
        raise ValueError(
            f"{name} is {width} x {height}, which is too large: make it smaller, at most {LARGEST:,} pixels (8K)."
        )
