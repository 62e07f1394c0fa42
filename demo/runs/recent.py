"""Values that are kept in memory for a while: the ones that were used last."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass
class Recent(Generic[K, V]):
    """Up to `most` values by their keys, for several threads; the one that was not used longest goes first.

    >>> squares = Recent[int, int](most=2)
    >>> for number in (1, 2, 1, 3):
    ...     if squares.get(number) is None:
    ...         squares.keep(number, number**2)
    >>> squares.get(1), squares.get(2), squares.get(3)
    (1, None, 9)
    """

    most: int
    _values: dict[K, V] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def get(self, key: K) -> V | None:
        """Return the value of a key, None if it is not here (any more)."""
        with self._lock:
            if key not in self._values:
                return None
            value = self._values[key] = self._values.pop(key)
            return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = value
            while len(self._values) > self.most:
                del self._values[next(iter(self._values))]
