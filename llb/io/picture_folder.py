"""A folder of pictures as a clip: their order, one size, and 16-bit pictures of cameras that use fewer bits."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from llb.io.picture_file import Deep, decode_picture
from llb.types import Rgb

FOLDER_FPS = 24.0  # a folder of pictures has no clock; DAVIS plays at 24
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"})
BIT_DEPTHS = (10, 12, 14, 16)  # of cameras and microscopes that store 16-bit pictures
SAMPLES = 5  # pictures of a folder that are looked at for their bits


class PictureFolder:
    """The frames of a folder in natural order of their names, upright, in 8-bit RGB, all of one size.

    Raise ValueError on opening if there is no picture or the first cannot be read.
    """

    paths: list[Path]
    height: int
    width: int
    bits: int  # of each channel that are in use; those of 16-bit pictures are stretched to 8

    def __init__(self, folder: Path) -> None:
        self.paths = list_pictures(folder)
        first = _decode(self.paths[0])
        self.height, self.width = first.shape[:2]
        self.bits = 8 if first.dtype == np.uint8 else self._bits(first)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the pictures, if anything."""
        return (f"16-bit pictures that use {self.bits} bits, stretched",) if 8 < self.bits < 16 else ()

    def read(self, index: int) -> Rgb:
        """Return a frame; raise ValueError if it cannot be read or differs in size from the first."""
        path = self.paths[index]
        picture = _decode(path)
        if picture.shape[:2] != (self.height, self.width):
            raise ValueError(
                f"{path.name} is {picture.shape[1]}x{picture.shape[0]} but {self.paths[0].name} is "
                f"{self.width}x{self.height}: make all pictures of the folder the same size."
            )
        if picture.dtype == np.uint16:
            picture = np.minimum(picture >> (max(self.bits, 9) - 8), 255).astype(np.uint8)
        return np.asarray(picture, np.uint8)

    def _bits(self, first: Deep) -> int:
        """Return how many bits some of the pictures use."""
        step = max(1, len(self) // SAMPLES)
        most = max(int(first.max()), *(int(_decode(path).max()) for path in self.paths[step::step][:SAMPLES]), 0)
        return next(bits for bits in BIT_DEPTHS if most < 1 << bits)


def list_pictures(folder: Path) -> list[Path]:
    """Return a folder's pictures (png, jpg, webp, tif, bmp) in natural order. Raise ValueError if there are none.

    Natural order puts 2.png before 10.png. Two pictures that differ in their ending alone are an error too.
    """
    found = [p for p in folder.iterdir() if p.suffix.lower() in PICTURES and not p.name.startswith(".")]
    if not found:
        raise ValueError(f"The folder {folder} holds no pictures: put png, jpg, webp, tif or bmp frames there.")
    stems = [p.stem for p in found]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None) if len(set(stems)) < len(stems) else None
    if twice is not None:
        raise ValueError(f"The folder {folder} holds {twice!r} with two endings: keep one picture of each name.")
    return sorted(found, key=lambda path: natural_key(path.name))


def natural_key(name: str) -> list[tuple[int, str]]:
    """Return what to sort names by so that numbers count as numbers.

    >>> sorted(["10.png", "2.png", "1²3.png"], key=natural_key)
    ['1²3.png', '2.png', '10.png']
    """
    return [
        (int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name)
    ]


def _decode(path: Path) -> Deep:
    return decode_picture(path.read_bytes(), path.name)
