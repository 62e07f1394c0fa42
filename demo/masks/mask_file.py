"""Masks that were drawn elsewhere: a picture file, fitted to a clip."""

from __future__ import annotations

from demo.runs.run_setup import MOST_OBJECTS
from llb.io.label_fit import fit_labels
from llb.io.label_png import decode_labels
from llb.types import Labels


def from_picture(data: bytes, name: str, height: int, width: int, stored: tuple[int, int] | None = None) -> Labels:
    """Read a mask picture (`decode_labels`) for a clip of a size; another size of its shape is fitted.

    `stored` is the size of the clip's file where its pixels are not square.

    Raises:
        ValueError: it is no such picture, has another shape, is empty, or holds more objects than are allowed.
    """
    labels = fit_labels(decode_labels(data, name), (height, width), name, stored)
    if labels.max() == 0:
        raise ValueError(f"{name} marks nothing: every pixel of it is background.")
    if labels.max() > MOST_OBJECTS:
        raise ValueError(f"{name} holds object {labels.max()}: the numbers go from 1 to {MOST_OBJECTS}.")
    return labels
