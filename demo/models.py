"""What the page asks of the models: a list to choose from, and a segmenter for a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import UInt8

from demo.settings import Settings
from llb.types import FrameResult, Mask, TraceRequest


class Segmenter(Protocol):
    """One model on one clip; it alone holds the clip's memory."""

    def start(
        self, frame: UInt8[np.ndarray, "height width 3"], masks: dict[int, Mask], trace: TraceRequest | None = None
    ) -> FrameResult:
        """Take the first frame and its masks."""
        ...

    def step(self, frame: UInt8[np.ndarray, "height width 3"], trace: TraceRequest | None = None) -> FrameResult:
        """Segment the next frame."""
        ...


@dataclass(frozen=True)
class ModelChoice:
    """A model as the page lists it. `reason` says why it cannot run, and is empty if it can.

    `facts` is a line of what is known of it: parameters, J&F, time per frame.
    """

    name: str
    title: str
    difference: str
    reason: str = ""
    facts: str = ""


class ModelProvider(Protocol):
    """Where the page's models come from; a fake one serves the tests."""

    def choices(self) -> list[ModelChoice]:
        """List the models, also those that cannot run."""
        ...

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        """Start fresh segmenters by entry (`demo.settings.entry`); a model is loaded once and shared, its clip's memory
        never is. With shared regions the first one leads the others."""
        ...

    def fingerprint(self, name: str) -> str:
        """Return a text that changes with the model's weights."""
        ...
