"""How a stored picture is turned and mirrored to be seen upright: the display matrix of mp4, mov and mkv files."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import UInt8

from llb.types import Rgb


@dataclass(frozen=True)
class Orientation:
    """One of the eight: rows and columns change places first (`transpose`), then the result is mirrored.

    >>> Orientation.of_matrix(0, 1, -1, 0)
    Orientation(transpose=True, mirror_x=True, mirror_y=False)
    """

    transpose: bool = False
    mirror_x: bool = False  # left and right
    mirror_y: bool = False  # top and bottom

    @classmethod
    def of_matrix(cls, a: int, b: int, c: int, d: int) -> Orientation:
        """Return the orientation nearest to a matrix that shows the pixel (x, y) at (a x + c y, b x + d y)."""
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(True, mirror_x=c < 0, mirror_y=b < 0)
        return cls(False, mirror_x=a < 0, mirror_y=d < 0)

    @classmethod
    def of_frame(cls, frame: Any) -> Orientation:
        """Return the orientation that a decoded frame asks for."""
        matrix = frame.side_data.get("DISPLAYMATRIX")
        if matrix is None:
            return cls()
        a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix)[:36])
        return cls.of_matrix(a, b, c, d)

    @property
    def note(self) -> str:
        """What is done to the frames, in two words at most; empty for nothing."""
        if self.transpose != (self.mirror_x != self.mirror_y):
            return "mirrored as the file says"
        return "turned upright" if self.transpose or self.mirror_x else ""

    def apply(self, rgb: Rgb) -> UInt8[np.ndarray, "new_height new_width 3"]:
        """Return a stored picture as it is to be seen."""
        rgb = rgb.swapaxes(0, 1) if self.transpose else rgb
        rgb = rgb[:, ::-1] if self.mirror_x else rgb
        return np.ascontiguousarray(rgb[::-1] if self.mirror_y else rgb)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width as seen, of those stored."""
        return (width, height) if self.transpose else (height, width)
