"""One line of a parity report."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A compared entry: its error, and the limit the error must not exceed."""

    name: str
    error: float
    limit: float

    @property
    def ok(self) -> bool:
        """Whether the error is finite and within the limit."""
        return math.isfinite(self.error) and self.error <= self.limit
