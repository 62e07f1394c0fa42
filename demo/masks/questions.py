"""What the mask canvas may ask: each question is read from JSON, and checked as far as that needs no clip.

Every `from_json` raises ValueError, with a sentence, for a question that lacks something or has a bad value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from demo.masks.data_address import from_address
from demo.masks.grabcut import Box
from demo.runs.questions import reading_question
from llb.io.label_png import decode_labels
from llb.types import Labels, Mask

LONGEST_FILE_NAME = 80


@dataclass(frozen=True)
class AboutFrame:
    """A question about the frame `index` alone."""

    index: int

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> AboutFrame:
        return cls(int(question["index"]))


@dataclass(frozen=True)
class SaveLabels:
    """Keep these labels of a frame."""

    index: int
    labels: Labels

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> SaveLabels:
        return cls(int(question["index"]), _painting(question["labels"]))


@dataclass(frozen=True)
class CutBox:
    """Find the object that a box surrounds."""

    index: int
    box: Box

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> CutBox:
        y0, x0, y1, x1 = (int(side) for side in question["box"])
        return cls(int(question["index"]), (y0, x0, y1, x1))


@dataclass(frozen=True)
class CutScribble:
    """Find the object that a scribble runs over."""

    index: int
    scribble: Mask

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> CutScribble:
        return cls(int(question["index"]), _painting(question["mask"]) > 0)


@dataclass(frozen=True)
class ImportPicture:
    """Read a mask from a picture file."""

    index: int
    data: bytes
    file_name: str

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> ImportPicture:
        name = PurePath(str(question["file_name"])).name[:LONGEST_FILE_NAME]
        return cls(int(question["index"]), from_address(str(question["file"])), name)


@dataclass(frozen=True)
class RenameObject:
    """Name an object; an empty name takes its name away."""

    target: int
    name: str

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> RenameObject:
        return cls(int(question["target"]), str(question["name"]))


@dataclass(frozen=True)
class ProposeLabels:
    """Begin a correction of what a model of a run has on a frame."""

    run: str
    model: str
    index: int

    @classmethod
    @reading_question()
    def from_json(cls, question: Mapping[str, Any]) -> ProposeLabels:
        return cls(str(question["run"]), str(question["name"]), int(question["index"]))


def _painting(address: Any) -> Labels:
    return decode_labels(from_address(str(address)), "The painting")
