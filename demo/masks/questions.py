"""What the mask canvas may ask: each question is read from JSON, and checked as far as that needs no clip.

Every `from_json` raises ValueError, with a sentence, for a question that lacks something or has a bad value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from demo.json_values import read_number, read_text, to_number
from demo.masks.data_address import LARGEST, from_address
from demo.masks.grabcut import Box
from demo.runs.questions import reading_question
from llb.io.label_png import decode_labels
from llb.types import Labels, Mask

LONGEST_FILE_NAME = 80
LARGEST_SAVE = 10**15  # the browser counts in milliseconds since 1970


@dataclass(frozen=True)
class AboutFrame:
    """A question about the frame `index` alone."""

    index: int

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> AboutFrame:
        return cls(read_number(question, "index"))


@dataclass(frozen=True)
class SaveLabels:
    """Keep these labels of a frame; `number` grows from one such question to the next."""

    index: int
    labels: Labels
    number: int

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> SaveLabels:
        number = read_number(question, "number", LARGEST_SAVE)
        return cls(read_number(question, "index"), _painting(question, "labels"), number)


@dataclass(frozen=True)
class CutBox:
    """Find the object that a box surrounds."""

    index: int
    box: Box

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> CutBox:
        if len(question["box"]) != 4:
            raise ValueError("A box has four sides: draw it again.")
        y0, x0, y1, x1 = (to_number(side, "box") for side in question["box"])
        return cls(read_number(question, "index"), (y0, x0, y1, x1))


@dataclass(frozen=True)
class CutHints:
    """Find the object that was clicked or scribbled on (`demo.masks.grabcut.from_hints`); `mask` is what it has now."""

    index: int
    hints: Labels
    mask: Mask

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> CutHints:
        return cls(read_number(question, "index"), _painting(question, "hints"), _painting(question, "mask") > 0)


@dataclass(frozen=True)
class ImportPicture:
    """Read a mask from a picture file."""

    index: int
    data: bytes
    file_name: str

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> ImportPicture:
        name = PurePath(read_text(question, "file_name", 1000)).name[:LONGEST_FILE_NAME]
        return cls(read_number(question, "index"), from_address(read_text(question, "file", LARGEST)), name)


@dataclass(frozen=True)
class RenameObject:
    """Name an object; an empty name takes its name away."""

    target: int
    name: str

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> RenameObject:
        return cls(read_number(question, "target"), read_text(question, "name"))


@dataclass(frozen=True)
class ProposeLabels:
    """Begin a correction of what a model of a run has on a frame."""

    run: str
    model: str
    index: int

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> ProposeLabels:
        return cls(read_text(question, "run"), read_text(question, "name"), read_number(question, "index"))


def _painting(question: Mapping[str, Any], key: str) -> Labels:
    return decode_labels(from_address(read_text(question, key, LARGEST)), "The painting")
