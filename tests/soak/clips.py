"""Small drawn clips, another one for every visitor: whoever gets an answer of another clip can see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from llb.io.label_png import write_labels
from llb.io.video_reader import write_video
from llb.types import Labels, Rgb
from tests.support.clips import iou

COLOURS = ((230, 60, 40), (60, 220, 60), (70, 90, 240), (230, 210, 50))
FITS = 0.6  # IoU with the drawn truth in every frame; of another visitor's object it is about 0


@dataclass(frozen=True)
class DrawnClip:
    """A square that moves over a dim ground. Its frame size, length, place, side and colour follow from its number."""

    number: int
    length: int = 0  # frames; 0: 4 to 6, by the number
    scale: int = 1  # of the frames and all in them

    @property
    def name(self) -> str:
        """What the page calls the clip."""
        return f"visitor{self.number}"

    @property
    def size(self) -> tuple[int, int]:
        """Height and width; a visitor and the next eleven have different ones."""
        return self.scale * (64 + 16 * (self.number // 4 % 3)), self.scale * (96 + 16 * (self.number % 4))

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self.length or 4 + self.number % 3

    @property
    def side(self) -> int:
        """Of the square, in pixels."""
        return self.scale * (22 + self.number % 5)

    def corner(self, index: int) -> tuple[int, int]:
        """Return row and column of the square's first pixel in a frame: to and fro, so that it stays in any clip."""
        height, width = self.size
        there, edge = self.scale * abs((index + 8) % 16 - 8), self.scale * 5
        row = edge if self.number // 12 % 2 == 0 else height - self.side - edge
        column = edge + there if self.number % 2 == 0 else width - self.side - edge - there
        return row, column

    @cached_property
    def labels(self) -> Labels:
        """The truth, ids [T, H, W]."""
        found = np.zeros((self.frames, *self.size), np.uint8)
        for index in range(self.frames):
            row, column = self.corner(index)
            found[index, row : row + self.side, column : column + self.side] = 1
        return found

    @cached_property
    def rgb(self) -> Sequence[Rgb]:
        """The frames."""
        ground = np.random.default_rng(self.number).integers(50, 110, (*self.size, 3)).astype(np.uint8)
        frames = np.repeat(cv2.blur(ground, (5, 5))[None], self.frames, 0)
        frames[self.labels > 0] = COLOURS[self.number % len(COLOURS)]
        return list(frames)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the clip as H.264 and the mask of its first frame; return both files."""
        folder.mkdir(parents=True, exist_ok=True)
        clip, mask = folder / f"{self.name}.mp4", folder / f"{self.name}.png"
        write_video(clip, self.rgb, 10.0)
        write_labels(mask, self.labels[0])
        return clip, mask

    def check(self, masks: Sequence[Labels]) -> float:
        """Return the least IoU of masks with the truth.

        Raises:
            AssertionError: they are not of this clip: other size, more frames, or the object elsewhere.
        """
        assert 0 < len(masks) <= self.frames, f"{self.name}: {len(masks)} masks of {self.frames} frames"
        sizes = {labels.shape for labels in masks}
        assert sizes == {self.size}, f"{self.name}: masks of {sizes}, not {self.size}"
        least = min(iou(labels == 1, truth == 1) for labels, truth in zip(masks, self.labels, strict=False))
        assert least >= FITS, f"{self.name}: the IoU with the truth is {least:.2f} in the worst frame"
        return least
