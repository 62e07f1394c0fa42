"""Label pictures: the DAVIS palette, reading and writing masks, and masks drawn over a frame."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image

from llb.io.label_values import labels_of
from llb.io.picture_file import decoding, is_lossy
from llb.types import VOID, Labels, Rgb

Palette = UInt8[np.ndarray, "256 3"]  # RGB of each id


@cache
def davis_palette() -> Palette:
    """Return the colour map of PASCAL VOC and DAVIS: black, dark red, dark green, ... (read-only).

    The bits of an id are dealt to R, G and B in turn, from the highest bit of the colour downwards.

    >>> davis_palette()[:4].tolist()
    [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    """
    ids = np.arange(256)
    palette = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            palette[:, channel] |= (((ids >> (3 * (bit // 3) + channel)) & 1) << (7 - bit // 3)).astype(np.uint8)
    palette.flags.writeable = False
    return palette


def read_labels(path: str | Path, keep_void: bool = False) -> Labels:
    """Read a mask picture as object ids, 0 = background (`decode_labels`).

    Raises:
        ValueError: there is no such file, or it is no mask whose ids are certain.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"There is no mask file {path}: give a PNG with one number per object.") from error
    return decode_labels(data, path.name, keep_void)


def decode_labels(data: bytes, name: str, keep_void: bool = False) -> Labels:
    """Return the object ids of an encoded mask picture; `name` is for the error's sentence.

    A palette picture gives its indices, a grey one its values; a grey picture of 0 and 255 alone is one object, id 1.
    Colour pictures are understood if they hold colours of the DAVIS palette (or black and white) alone; what is
    transparent is background. Beside other ids, 255 is void, which is no object: background, unless `keep_void` leaves
    it as it is.

    Raises:
        ValueError: it is no picture that can be read, it is too large, or its ids are uncertain: a lossy or soft-edged
            picture, other colours, more than 8 bits.
    """
    if is_lossy(data):
        raise ValueError(f"{name} is a lossy picture, whose object numbers are uncertain: save the mask as PNG.")
    with decoding(data, name) as image:
        values = labels_of(image, davis_palette(), name)
    if not keep_void and values.max(initial=0) == VOID and ((values > 0) & (values < VOID)).any():
        values = np.where(values == VOID, 0, values).astype(np.uint8)
    return values


def encode_labels(labels: Labels) -> bytes:
    """Return object ids as a PNG with the DAVIS palette."""
    image = Image.fromarray(np.ascontiguousarray(labels))
    image.putpalette(davis_palette().tobytes())
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def write_labels(path: str | Path, labels: Labels) -> None:
    """Write object ids as a PNG with the DAVIS palette; `read_labels` gives the same array back."""
    Path(path).write_bytes(encode_labels(labels))


def overlay(rgb: Rgb, labels: Labels, alpha: float = 0.5, palette: Palette | None = None) -> Rgb:
    """Tint each object with its palette colour and outline it in white and black, so that colour is not the only cue.

    Args:
        rgb: the frame.
        labels: object ids of the same size.
        alpha: 0 keeps the frame's colours, 1 paints the objects solid.
        palette: the colour of each id; None is DAVIS's.

    Raises:
        ValueError: `alpha` is not between 0 and 1.

    >>> overlay(np.full((3, 3, 3), 100, np.uint8), np.ones((3, 3), np.uint8))[1, 1].tolist()
    [114, 50, 50]
    """
    assert rgb.shape[:2] == labels.shape
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha is {alpha}: choose a value from 0 to 1.")
    if not labels.any():
        return rgb.copy()
    tint = np.take(davis_palette() if palette is None else palette, labels, axis=0)
    result = cv2.addWeighted(rgb, 1.0 - alpha, tint, alpha, 0.0)
    result = np.where((labels > 0)[..., None], result, rgb)
    kernel = np.ones((3, 3), np.uint8)
    edge = (cv2.erode(labels, kernel) != labels) | (cv2.dilate(labels, kernel) != labels)
    result[edge & (labels == 0)] = 0
    result[edge & (labels > 0)] = 255
    return np.asarray(result, np.uint8)
