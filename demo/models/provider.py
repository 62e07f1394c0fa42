"""What the page asks of the models: a list to choose from, and a segmenter for a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from demo.models.settings import Settings
from llb.types import FrameResult, Mask, Rgb, TraceRequest


class Segmenter(Protocol):
    """One model on one clip; it alone holds the clip's memory (`llb.inference.VideoSegmenter`)."""

    def start(self, frame: Rgb, masks: Mapping[int, Mask], trace: TraceRequest | None = None) -> FrameResult:
        """Take the first frame and its masks."""
        ...

    def add_target(self, target_id: int, mask: Mask) -> None:
        """Let a target in on the next frame."""
        ...

    def correct(self, target_id: int, mask: Mask) -> None:
        """Say where a known target is on the next frame."""
        ...

    def observe(self, frame: Rgb, masks: Mapping[int, Mask], trace: TraceRequest | None = None) -> FrameResult:
        """Take in the next frame with masks that are known."""
        ...

    def read_ahead(self, frame: Rgb) -> None:
        """Begin the next frame ahead of its step, so that those who look where this one looks need not wait."""
        ...

    def step(self, frame: Rgb, trace: TraceRequest | None = None) -> FrameResult:
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
        """Start fresh segmenters by entry (`demo.models.settings.entry`); a model is loaded once and shared,
        its clip's memory never is. With shared regions the first one leads the others."""
        ...

    def fingerprint(self, name: str) -> str:
        """Return a text that changes with the model's weights."""
        ...
