"""Label pictures: the DAVIS palette, reading and writing masks, and masks drawn over a frame."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError

from llb.types import Labels, Rgb


@cache
def davis_palette() -> UInt8[np.ndarray, "256 3"]:
    """Return the colour map of PASCAL VOC and DAVIS: black, dark red, dark green, ... (read-only).

    The bits of an id are dealt to R, G and B in turn, from the highest bit of the colour downwards.
    """
    ids = np.arange(256)
    palette = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            palette[:, channel] |= (((ids >> (3 * (bit // 3) + channel)) & 1) << (7 - bit // 3)).astype(np.uint8)
    palette.flags.writeable = False
    return palette


def read_labels(path: str | Path) -> Labels:
    """Read a mask picture as object ids, 0 = background.

    A palette picture gives its indices, a grey one its values; a grey picture of 0 and 255 alone is one object, id 1.
    Colour pictures are understood if they hold colours of the DAVIS palette (or black and white) alone. Raise
    ValueError for anything else.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"There is no mask file {path}: give a PNG with one number per object.") from error
    return decode_labels(data, path.name)


def decode_labels(data: bytes, name: str) -> Labels:
    """Return the object ids of an encoded mask picture, as `read_labels` does; `name` is for the error's sentence."""
    try:
        with Image.open(BytesIO(data)) as image:
            values = _indices(image, name)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise ValueError(f"{name} is not a picture that can be read: give the mask as PNG.") from error
    if values.size and set(np.unique(values)) <= {0, 255}:
        values = np.minimum(values, 1)
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


def overlay(rgb: Rgb, labels: Labels, alpha: float = 0.5) -> Rgb:
    """Tint each object with its palette colour and outline it in white and black, so that colour is not the only cue.

    Args:
        rgb: the frame.
        labels: object ids of the same size.
        alpha: 0 keeps the frame's colours, 1 paints the objects solid.

    Raises:
        ValueError: `alpha` is not between 0 and 1.
    """
    assert rgb.shape[:2] == labels.shape
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha is {alpha}: choose a value from 0 to 1.")
    if not labels.any():
        return rgb.copy()
    tint = np.take(davis_palette(), labels, axis=0)
    result = cv2.addWeighted(rgb, 1.0 - alpha, tint, alpha, 0.0)
    result = np.where((labels > 0)[..., None], result, rgb)
    kernel = np.ones((3, 3), np.uint8)
    edge = (cv2.erode(labels, kernel) != labels) | (cv2.dilate(labels, kernel) != labels)
    result[edge & (labels == 0)] = 0
    result[edge & (labels > 0)] = 255
    return np.asarray(result, np.uint8)


def _indices(image: Image.Image, name: str) -> Labels:
    if image.mode in ("P", "L", "LA"):
        return np.array(image if image.mode != "LA" else image.convert("L"), np.uint8)
    if image.mode == "1":
        return np.array(image, np.uint8) * 255
    if image.mode in ("RGB", "RGBA"):
        return _from_colours(np.array(image.convert("RGB"), np.uint8), name)
    raise ValueError(f"{name} has the pixel type {image.mode}: save the mask as an 8-bit grey or palette PNG.")


def _from_colours(rgb: Rgb, name: str) -> Labels:
    packed = rgb.astype(np.int32) @ np.array([65536, 256, 1], np.int32)
    keys = davis_palette().astype(np.int32) @ np.array([65536, 256, 1], np.int32)
    colours = np.unique(packed)
    if set(colours) <= {0, 0xFFFFFF}:
        return (packed > 0).astype(np.uint8)
    order = np.argsort(keys)
    place = np.clip(np.searchsorted(keys[order], colours), 0, 255)
    if (keys[order][place] != colours).any():
        raise ValueError(
            f"{name} is a colour picture, so its object numbers are unknown: save the mask as an 8-bit grey or "
            "palette PNG (background 0, objects 1, 2, ...)."
        )
    return order[np.searchsorted(keys[order], packed)].astype(np.uint8)
