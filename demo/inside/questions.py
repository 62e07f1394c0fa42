"""The questions to the inside of a run, as the page's components ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.json_values import read_number, read_text
from demo.runs.questions import reading_question


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
class DiagramQuestion:
    """The whole diagram at a place.

    `reduction` says how a feature's channels become colours: "pca", "mean", "max" or the number of one channel.
    """

    place: Place
    reduction: str = "pca"

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> DiagramQuestion:
        """Read the keys of `Place` and `how` (the reduction)."""
        return cls(Place.from_json(entries), read_text(entries, "how"))


@dataclass(frozen=True)
class DetailQuestion:
    """One box of the diagram (a key of `demo.inside.diagram.BOXES`), large, at a place."""

    place: Place
    box: str
    reduction: str = "pca"

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> DetailQuestion:
        """Read the keys of `Place`, `key` (of the box) and `how` (the reduction)."""
        return cls(Place.from_json(entries), read_text(entries, "key"), read_text(entries, "how"))


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
