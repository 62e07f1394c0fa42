"""Animated WebP files, which FFmpeg does not decode, read with Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from llb.io.picture_file import DAMAGED, black_where_transparent, is_animation, opened
from llb.io.pixel_budget import DECODING
from llb.types import Rgb

HEAD = 32  # bytes that tell what a file is
UNSAID = 0.1  # seconds of a frame that gives no duration, as browsers show it


class AnimatedWebp:
    """The frames of an animated WebP file. Raise ValueError on opening if it cannot be read."""

    width: int
    height: int

    def __init__(self, path: Path) -> None:
        self._data, self._name = path.read_bytes(), path.name
        with opened(self._data, self._name) as image:
            (self.width, self.height), self._frames = image.size, int(getattr(image, "n_frames", 1))

    def __len__(self) -> int:
        return self._frames

    def read(self) -> Iterator[tuple[float, Rgb]]:
        """Yield each frame with its duration in seconds; stop where the file is damaged."""
        with opened(self._data, self._name) as image:
            for index in range(self._frames):
                with DECODING.claim(self.width * self.height):
                    try:
                        image.seek(index)
                        rgb = black_where_transparent(np.asarray(image.convert("RGBA")))
                    except DAMAGED:
                        return
                yield float(image.info.get("duration", 0)) / 1000 or UNSAID, rgb


def is_animated_webp(path: Path) -> bool:
    """Tell whether a file is an animated WebP, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) == b"RIFF" and is_animation(b"RIFF" + file.read(HEAD))
