"""The object ids that a mask picture means: by indices, grey values or colours, with or without transparency."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

from llb.types import Labels, Rgb

Palette = UInt8[np.ndarray, "256 3"]
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
    alpha = np.array(image.convert("RGBA"), np.uint8)[..., 3]
    if (alpha == alpha[0, 0]).all():
        return None
    if ((alpha > 0) & (alpha < WHITE)).any():
        raise _soft(name)
    return alpha > 0


def _from_indices(image: Image.Image, palette: Palette, name: str, opaque: Opaque | None) -> Labels:
    """Return a palette picture's indices, unless its entry 0 is seen and not black: then what its colours mean."""
    indices = np.array(image, np.uint8)
    colours = np.array(image.getpalette() or [], np.uint8).reshape(-1, 3)
    used = np.unique(indices if opaque is None else indices[opaque])
    if used[-1] >= len(colours):
        return indices
    if used[0] == 0 and colours[0].any():
        return _from_colours(colours[np.minimum(indices, len(colours) - 1)], palette, name, opaque)
    if _is_grey(colours[used]) and has_soft_edges(colours[np.minimum(indices, len(colours) - 1)][..., 0]):
        raise _soft(name)
    one = set(used) <= {0, WHITE} and (colours[used[-1]] == WHITE).all()
    return np.minimum(indices, 1) if one else indices


def _from_grey(values: Labels, name: str) -> Labels:
    if set(np.unique(values)) <= {0, WHITE}:
        return np.minimum(values, 1)
    if has_soft_edges(values):
        raise _soft(name)
    return values


def _from_colours(rgb: Rgb, palette: Palette, name: str, opaque: Opaque | None) -> Labels:
    if opaque is not None:
        rgb = np.where(opaque[..., None], rgb, 0).astype(np.uint8)
    if _is_grey(rgb) and has_soft_edges(rgb[..., 0]):
        raise _soft(name)
    packed = _packed(rgb)
    keys = _packed(palette)
    colours = np.unique(packed)
    if set(colours) <= {0, 0xFFFFFF}:
        return (packed > 0).astype(np.uint8)
    order = np.argsort(keys)
    place = np.clip(np.searchsorted(keys[order], colours), 0, 255)
    if (keys[order][place] == colours).all():
        return order[np.searchsorted(keys[order], packed)].astype(np.uint8)
    if _is_grey(rgb):
        return _from_grey(rgb[..., 0], name)
    raise ValueError(
        f"{name} is a colour picture, so its object numbers are unknown: save the mask as an 8-bit grey or palette PNG "
        "(background 0 in black, objects 1, 2, ...)."
    )


def has_soft_edges(values: Labels) -> bool:
    """Tell whether grey values are a soft edge rather than ids: several, nowhere thick, mostly beside a higher one."""
    kernel = np.ones((3, 3), np.uint8)
    thick = np.unique(values[cv2.erode(values, kernel) == cv2.dilate(values, kernel)])
    thin = np.setdiff1d(np.unique(values[values >= LEAST_GREY]), thick)
    if len(thin) < LEAST_SOFT:
        return False
    at = np.isin(values, thin)
    rising = cv2.dilate(values, kernel) > values
    return bool((at & rising).sum() > at.sum() / 2)


def _is_grey(rgb: UInt8[np.ndarray, "*shape 3"]) -> bool:
    return bool((rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 0] == rgb[..., 2]).all())


def _packed(rgb: UInt8[np.ndarray, "*shape 3"]) -> np.ndarray:
    return rgb.astype(np.int32) @ np.array([65536, 256, 1], np.int32)


def _soft(name: str) -> ValueError:
    return ValueError(
        f"{name} has soft edges, so its object numbers are uncertain: save the mask without smoothing, one flat value "
        "per object."
    )
