"""Picture files (PNG, JPEG, WebP, GIF, TIFF, BMP): what the header says, and frames in RGB. Nothing is decoded before
its size is known, and no more at once than `llb.io.pixel_budget` allows."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from jaxtyping import UInt8, UInt16
from PIL import Image, ImageOps

from llb.io.pixel_budget import DECODING, check_size
from llb.types import Rgb

BAND = 1 << 20  # pixels that are worked on at a time
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")
# What Pillow raises for damaged files, beside OSError and ValueError
DAMAGED = (
    *(OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, AttributeError, OverflowError),
    *(NotImplementedError, RuntimeError, MemoryError, struct.error, zlib.error, Image.DecompressionBombError),
    Image.DecompressionBombWarning,
)
Deep = UInt8[np.ndarray, "height width 3"] | UInt16[np.ndarray, "height width 3"]


@dataclass(frozen=True)
class PictureHeader:
    """What a picture file says of itself: format, stored size in pixels, and whether it has transparent parts."""

    format: str
    width: int
    height: int
    alpha: bool


def opened(data: bytes, name: str) -> Image.Image:
    """Open an encoded picture with Pillow; nothing is decoded yet, and its size is within bounds.

    Raises:
        ValueError: it is none, damaged, or too large; `name` is for the sentence.
    """
    if data[8:12] == b"WEBP":  # Pillow allots the canvas while it opens such a file
        check_size(name, *_webp_size(data))
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"{name} is too large: make the picture smaller.") from error
    except DAMAGED as error:
        raise _unreadable(name) from error
    check_size(name, *image.size)
    return image


@contextmanager
def decoding(data: bytes, name: str) -> Iterator[Image.Image]:
    """Decode an encoded picture with Pillow, and hold its pixels of the budget while the block uses it.

    Raises:
        ValueError: as `opened`, and where the file proves damaged.
    """
    with opened(data, name) as image, DECODING.claim(image.width * image.height):
        try:
            image.load()
        except DAMAGED as error:
            raise _unreadable(name) from error
        yield image


def read_header(data: bytes, name: str) -> PictureHeader:
    """Read a picture's header; raise ValueError if it is no picture that can be read, or too large."""
    with opened(data, name) as image:
        return PictureHeader(image.format or "", *image.size, image.has_transparency_data)


def decode_picture(data: bytes, name: str) -> Deep:
    """Decode a picture to upright RGB, of 8 or 16 bits as it is stored. Transparent parts come out black.

    Raises:
        ValueError: it is no picture that can be read, or too large; `name` is for the sentence.
    """
    header = read_header(data, name)
    if header.alpha:
        return _decode_transparent(data, name)
    deep = cv2.IMREAD_ANYDEPTH if header.format in ("PNG", "TIFF") else 0
    with DECODING.claim(header.width * header.height):
        try:
            bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | deep)
        except cv2.error as error:
            raise _unreadable(name) from error
        if bgr is None:
            raise _unreadable(name)
        if bgr.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"{name} holds {bgr.dtype} numbers: save the pictures with 8 or 16 bits per channel.")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def black_where_transparent(rgba: UInt8[np.ndarray, "height width 4"]) -> Rgb:
    """Lay a picture over black."""
    result = np.empty((*rgba.shape[:2], 3), np.uint8)
    rows = max(1, BAND // max(1, rgba.shape[1]))
    for top in range(0, len(rgba), rows):
        band = rgba[top : top + rows]
        result[top : top + rows] = band[..., :3].astype(np.uint16) * band[..., 3:] // 255
    return result


def is_animation(data: bytes) -> bool:
    """Tell whether a PNG or WebP file holds several frames, by its first chunks."""
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return b"acTL" in data[: max(data.find(b"IDAT"), 0)]
    return data[8:16] == b"WEBPVP8X" and len(data) > 20 and bool(data[20] & 2)


def is_lossy(data: bytes) -> bool:
    """Tell whether a picture's format does not keep its values exactly: JPEG, and WebP unless it is lossless."""
    return data[:2] == b"\xff\xd8" or (data[8:12] == b"WEBP" and b"VP8 " in data[12:4096])


def _decode_transparent(data: bytes, name: str) -> Rgb:
    with decoding(data, name) as image:
        with suppress(*DAMAGED):  # damaged EXIF data: the picture stays as it is stored
            image = ImageOps.exif_transpose(image)
        return black_where_transparent(np.asarray(image.convert("RGBA")))


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a WebP file's canvas; 0 x 0 if its first chunk is none that has them."""
    kind, body = data[12:16], data[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return 0, 0


def _unreadable(name: str) -> ValueError:
    return ValueError(f"{name} is not a picture that can be read: replace or remove it.")
