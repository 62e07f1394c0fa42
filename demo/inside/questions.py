"""The questions to the inside of a run, as the page's components ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.json_values import read_number, read_text
from demo.runs.questions import reading_question

CLIP_SCALE = "clip"


@dataclass(frozen=True)
class Place:
    """A model, an object and a frame of a run."""

    model: str
    target: int
    frame: int

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> Place:
        """Read the keys `name` (of the model), `target` and `index` (of the frame)."""
        return cls(read_text(entries, "name"), read_number(entries, "target"), read_number(entries, "index"))


@dataclass(frozen=True)
class Looks:
    """How numbers become colours.

    `reduction` says what becomes of a feature's channels: "pca", "mean", "max" or the number of one channel.
    `clip_scale` spreads the colours of the gates over their range in this clip instead of 0 to 1.
    """

    reduction: str = "pca"
    clip_scale: bool = False

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> Looks:
        """Read the keys `how` (the reduction) and `scale` ("clip" for `clip_scale`), which may lack."""
        return cls(read_text(entries, "how"), entries.get("scale") == CLIP_SCALE)


@dataclass(frozen=True)
class DiagramQuestion:
    """The whole diagram at a place.

    `past` is the frame in the memory (or the place's own) whose label input, E1, E2 and W are shown; the newest in the
    memory if it is None or another.
    """

    place: Place
    looks: Looks = Looks()
    past: int | None = None

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> DiagramQuestion:
        """Read the keys of `Place` and `Looks`, and `past`, which may lack."""
        past = None if entries.get("past") is None else read_number(entries, "past")
        return cls(Place.from_json(entries), Looks.from_json(entries), past)


@dataclass(frozen=True)
class DetailQuestion:
    """One box of the diagram (a key of `demo.inside.diagram.BOXES`), large, at a place."""

    place: Place
    box: str
    looks: Looks = Looks()

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> DetailQuestion:
        """Read the keys of `Place` and `Looks`, and `key` (of the box)."""
        return cls(Place.from_json(entries), read_text(entries, "key"), Looks.from_json(entries))


@dataclass(frozen=True)
class PixelQuestion:
    """A pixel (row `y`, column `x`) of the frame at a place."""

    place: Place
    y: int
    x: int

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> PixelQuestion:
        """Read the keys of `Place`, `y` and `x`."""
        return cls(Place.from_json(entries), read_number(entries, "y"), read_number(entries, "x"))
