"""Masks drawn elsewhere, fitted to a clip: their size, and the objects in them."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

from llb.types import LARGEST_ID, Labels

SAME_SHAPE = 0.02  # how far the aspect ratios of a clip and a mask may differ
LEAST_PIXELS = 20  # of an object that can be followed


def fit_labels(
    labels: Labels, size: tuple[int, int], name: str = "The mask", stored: tuple[int, int] | None = None
) -> UInt8[np.ndarray, "new_height new_width"]:
    """Bring a mask to a clip's size (height, width).

    Masks of the same shape are taken, and those of the `stored` size of a clip whose pixels are not square.

    Raises:
        ValueError: the mask has another shape; `name` is for the sentence.
    """
    if labels.shape == size:
        return labels
    if not any(_same_shape(labels.shape, wanted) for wanted in (size, stored) if wanted and min(wanted) > 0):
        turned = " (it seems to be turned by a quarter)" if labels.shape == size[::-1] else ""
        raise ValueError(
            f"{name} is {labels.shape[1]}x{labels.shape[0]} but the frames are {size[1]}x{size[0]}{turned}: "
            "choose a mask of this clip, drawn on its first frame."
        )
    return resize_labels(labels, size)


def resize_labels(labels: Labels, size: tuple[int, int]) -> UInt8[np.ndarray, "new_height new_width"]:
    """Resize object ids to (height, width): nearest where it grows; where it shrinks, a pixel that an object touches is
    that object's (of several, the one with the largest part), so that thin objects stay whole."""
    wanted = size[::-1]
    if size[0] >= labels.shape[0] and size[1] >= labels.shape[1]:
        return np.asarray(cv2.resize(labels, wanted, interpolation=cv2.INTER_NEAREST), np.uint8)
    result, most = np.zeros(size, np.uint8), np.full(size, 1e-4, np.float32)
    for target in np.unique(labels[labels > 0]):
        part = cv2.resize((labels == target).astype(np.float32), wanted, interpolation=cv2.INTER_AREA)
        result[part > most] = target
        most = np.maximum(most, part)
    return result


def check_objects(labels: Labels, most: int = LARGEST_ID) -> None:
    """Raise ValueError unless every object's id is at most `most` and every object is large enough to be followed."""
    counts = np.bincount(labels.ravel(), minlength=256)
    if not counts[1:].any():
        raise ValueError("The mask marks nothing: give each object a number from 1 on, 0 is the background.")
    for target in np.flatnonzero(counts[1:]) + 1:
        if target > most:
            raise ValueError(f"The mask holds object {target}: the numbers go from 1 to {most}.")
        if counts[target] < LEAST_PIXELS:
            raise ValueError(
                f"Object {target} of the mask has {counts[target]} pixels: it needs at least {LEAST_PIXELS} to be "
                "followed."
            )


def _same_shape(shape: tuple[int, ...], wanted: tuple[int, int]) -> bool:
    return abs(shape[1] * wanted[0] / (shape[0] * wanted[1]) - 1) <= SAME_SHAPE
