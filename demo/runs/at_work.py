"""What is under way for each visitor beside runs: clips that are read, files that are written."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from demo import text


@dataclass
class AtWork:
    """The visitors, by token, for whom this server is doing something: their sessions stay.

    For each of them one clip is read at a time, and no run starts meanwhile.
    """

    _pieces: Counter[str] = field(default_factory=Counter)
    _readers: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def work(self, token: str) -> Iterator[None]:
        """Count a piece of work as long as it takes."""
        with self._lock:
            self._pieces[token] += 1
        try:
            yield
        finally:
            with self._lock:
                self._pieces[token] -= 1
                if not self._pieces[token]:
                    del self._pieces[token]

    @contextmanager
    def reading(self, token: str) -> Iterator[None]:
        """Count the reading of a clip; raise ValueError if another one of the visitor is being read."""
        with self._lock:
            self._check_no_reading(token)
            self._readers.add(token)
        try:
            with self.work(token):
                yield
        finally:
            with self._lock:
                self._readers.discard(token)

    def check_no_reading(self, token: str) -> None:
        """Raise ValueError while a clip of the visitor is being read."""
        with self._lock:
            self._check_no_reading(token)

    def tokens(self) -> frozenset[str]:
        """Return for whom something is under way."""
        with self._lock:
            return frozenset(self._pieces)

    def _check_no_reading(self, token: str) -> None:
        if token in self._readers:
            raise ValueError(text.CLIP_BEING_READ)
