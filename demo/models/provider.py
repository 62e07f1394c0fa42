"""What the page asks of the models: a list to choose from, and a segmenter for a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from demo.models.settings import Settings
from llb.model.network import LLB
from llb.types import FrameResult, Mask, Rgb, TraceRequest


class Segmenter(Protocol):
    """One model on one clip, frame by frame; it holds all that it remembers of the clip.

    `llb.inference.VideoSegmenter` is one; `demo.models.simple_segmenter.SimpleSegmenter` makes one of two methods.
    Every method that takes a frame returns its `FrameResult`; a model without an inside leaves `traces` empty.
    """

    def start(self, frame: Rgb, masks: Mapping[int, Mask], trace: TraceRequest | None = None) -> FrameResult:
        """Take the first frame and the masks of its objects, by id (1 to 255)."""
        ...

    def add_target(self, target_id: int, mask: Mask) -> None:
        """Give the mask of a new object on the next frame."""
        ...

    def correct(self, target_id: int, mask: Mask) -> None:
        """Give the mask of a known object on the next frame; an empty one says that it is not to be seen."""
        ...

    def observe(self, frame: Rgb, masks: Mapping[int, Mask], trace: TraceRequest | None = None) -> FrameResult:
        """Take the next frame with the known masks of all objects; nothing is segmented."""
        ...

    def read_ahead(self, frame: Rgb) -> None:
        """Begin the next frame before its `step`, so that models that share this one's search regions need not wait.

        Only a model that others share search regions with has something to do here.
        """
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


@dataclass(frozen=True)
class ModelFacts:
    """What a run notes of a model when it starts; empty where it is not known.

    `weights_sha256` is of the weights' file, `precision` the numbers computed in (``fp32`` or ``bf16``).
    """

    weights_sha256: str = ""
    precision: str = ""


class ModelProvider(Protocol):
    """Where the page's models come from; a fake one serves the tests."""

    def choices(self) -> list[ModelChoice]:
        """List the models, also those that cannot run."""
        ...

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        """Return fresh segmenters by entry (`demo.models.settings.entry_name`), in the order in which they are run.

        A model is loaded once and shared, its memory of a clip never is. With shared regions, the first of the family
        leads those with crops of its size (`demo.models.settings.with_leads`).
        """
        ...

    def facts(self, name: str) -> ModelFacts:
        """Return what a run notes of a model."""
        ...

    def network(self, name: str) -> LLB | None:
        """Return the network behind an entry, a knock-out's as it is knocked out; None for a model of another kind."""
        ...
