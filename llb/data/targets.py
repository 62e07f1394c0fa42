"""Targets of a data set: objects that clips are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from llb.types import Mask, Rgb

MIN_VISIBLE = 100  # pixels: a target counts as visible from here on, as in the engine


@dataclass(frozen=True)
class TargetFrame:
    """A frame and the mask of the target in it."""

    rgb: Rgb
    mask: Mask


@runtime_checkable
class TargetSource(Protocol):
    """A data set as a list of targets; drawing changes no state."""

    def __len__(self) -> int:
        """Count the targets."""

    def draw(self, target: int, frames: int, rng: np.random.Generator) -> list[TargetFrame] | None:
        """Return a reference frame and `frames` - 1 others of target number `target`; None if it is never visible."""


def read_rgb(path: Path) -> Rgb:
    """Decode an image; raise ValueError where there is none or it is damaged."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path} cannot be read as an image: complete the data set.")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
