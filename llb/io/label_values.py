"""The object ids that a mask picture means: by indices, grey values or colours, with or without transparency."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8, UInt32
from PIL import Image

from llb.types import Labels, Rgb

Palette = UInt8[np.ndarray, "256 3"]
Packed = UInt32[np.ndarray, "*shape"]
Opaque = Bool[np.ndarray, "height width"]
WHITE = 255
LEAST_SOFT = 3  # levels of a soft edge; fewer thin ids may be objects
LEAST_GREY = 16  # of those levels; smaller numbers are ids, as people draw them
GREY_MODES, COLOUR_MODES = ("1", "L", "LA"), ("P", "PA", "RGB", "RGBA")


def labels_of(image: Image.Image, palette: Palette, name: str) -> Labels:
    """Return the object ids of an open picture, 0 = background.

    Raises:
        ValueError: its numbers are uncertain: other colours than the palette's, soft edges, or more than 8 bits.
    """
    if image.mode not in GREY_MODES + COLOUR_MODES:
        raise ValueError(f"{name} has the pixel type {image.mode}: save the mask as an 8-bit grey or palette PNG.")
    opaque = _opaque(image, name)
    if image.mode == "P":
        labels = _from_indices(image, palette, name, opaque)
    elif image.mode in GREY_MODES:
        labels = _from_grey(np.array(image.convert("L"), np.uint8), name)
    else:
        labels = _from_colours(np.array(image.convert("RGB"), np.uint8), palette, name, opaque)
    if opaque is None:
        return labels
    inside = np.where(opaque, labels, 0).astype(np.uint8)
    return inside if inside.any() else opaque.astype(np.uint8)


def _opaque(image: Image.Image, name: str) -> Opaque | None:
    """Return where a picture is not transparent; None if it is alike everywhere."""
    if not image.has_transparency_data:
        return None
    alpha = np.array(image.getchannel("A") if "A" in image.getbands() else image.convert("RGBA").getchannel("A"))
    levels = np.flatnonzero(_count(alpha))
    if len(levels) == 1:
        return None
    if not set(levels) <= {0, WHITE}:
        raise _soft(name)
    return alpha > 0


def _from_indices(image: Image.Image, palette: Palette, name: str, opaque: Opaque | None) -> Labels:
    """Return a palette picture's indices, unless its entry 0 is seen and not black: then what its colours mean."""
    indices = np.array(image, np.uint8)
    colours = np.zeros((256, 3), np.uint8)
    given = np.array(image.getpalette() or [], np.uint8).reshape(-1, 3)
    colours[: len(given)] = given
    used = np.flatnonzero(_count(indices if opaque is None else indices[opaque]))
    if _is_grey(colours[used]) and has_soft_edges(colours[:, 0][indices]):
        raise _soft(name)
    if used[0] == 0 and colours[0].any():
        meant = np.zeros(256, np.uint8)
        meant[used] = _ids_of(_packed(colours[used]), palette, name)
        return meant[indices]
    one = set(used) <= {0, WHITE} and (colours[used[-1]] == WHITE).all()
    return np.minimum(indices, 1) if one else indices


def _from_grey(values: Labels, name: str) -> Labels:
    if set(np.flatnonzero(_count(values))) <= {0, WHITE}:
        return np.minimum(values, 1)
    if has_soft_edges(values):
        raise _soft(name)
    return values


def _from_colours(rgb: Rgb, palette: Palette, name: str, opaque: Opaque | None) -> Labels:
    if opaque is not None:
        rgb[~opaque] = 0
    if _is_grey(rgb) and has_soft_edges(rgb[..., 0]):
        raise _soft(name)
    packed = _packed(rgb)
    colours = np.unique(packed)
    if _is_grey(rgb) and not np.isin(colours, _packed(palette)).all():
        return _from_grey(rgb[..., 0], name)
    labels = np.zeros(packed.shape, np.uint8)
    for colour, label in zip(colours, _ids_of(colours, palette, name), strict=True):
        labels[packed == colour] = label
    return labels


def _ids_of(colours: Packed, palette: Palette, name: str) -> UInt8[np.ndarray, "*shape"]:
    """Return what each of some packed colours means: ids of the palette, or one object in white on black."""
    if set(colours) <= {0, 0xFFFFFF}:
        return (colours > 0).astype(np.uint8)
    keys = _packed(palette)
    if not np.isin(colours, keys).all():
        raise ValueError(
            f"{name} is a colour picture, so its object numbers are unknown: save the mask as an 8-bit grey or palette "
            "PNG (background 0 in black, objects 1, 2, ...)."
        )
    order = np.argsort(keys)
    return order[np.searchsorted(keys[order], colours)].astype(np.uint8)


def has_soft_edges(values: Labels) -> bool:
    """Tell whether grey values are a soft edge rather than ids: several, nowhere thick, mostly beside a higher one."""
    kernel = np.ones((3, 3), np.uint8)
    highest = cv2.dilate(values, kernel)
    thick = _count(values[cv2.erode(values, kernel) == highest]) > 0
    thin = (_count(values) > 0) & ~thick
    thin[:LEAST_GREY] = False
    if thin.sum() < LEAST_SOFT:
        return False
    at = thin[values]
    return bool((at & (highest > values)).sum() > at.sum() / 2)


def _count(values: UInt8[np.ndarray, "*shape"]) -> Float32[np.ndarray, "256"]:
    """Return how often each value occurs."""
    if values.size == 0:
        return np.zeros(256, np.float32)
    return np.asarray(cv2.calcHist([values.reshape(-1, 1)], [0], None, [256], [0, 256]), np.float32).ravel()


def _is_grey(rgb: UInt8[np.ndarray, "*shape 3"]) -> bool:
    return bool((rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 0] == rgb[..., 2]).all())


def _packed(rgb: UInt8[np.ndarray, "*shape 3"]) -> Packed:
    """Return each colour as one number."""
    packed = rgb[..., 0].astype(np.uint32)
    for channel in (1, 2):
        packed <<= 8
        packed |= rgb[..., channel]
    return packed


def _soft(name: str) -> ValueError:
    return ValueError(
        f"{name} has soft edges, so its object numbers are uncertain: save the mask without smoothing, one flat value "
        "per object."
    )
