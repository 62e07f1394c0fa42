"""Masks that were drawn elsewhere: a picture file, fitted to a clip."""

from __future__ import annotations

import cv2
import numpy as np

from llb.io.label_png import decode_labels
from llb.types import Labels

OBJECTS = 8  # most objects of a clip
SAME_SHAPE = 0.02  # how far the aspect ratios of a clip and a mask may differ


def from_picture(data: bytes, name: str, height: int, width: int) -> Labels:
    """Read a palette, grey or black-and-white mask picture for a clip of a size; another size of its shape is fitted.

    Raises:
        ValueError: it is no such picture, has another shape, is empty, or holds more objects than are allowed.
    """
    labels = decode_labels(data, name)
    if abs(labels.shape[1] * height / (labels.shape[0] * width) - 1) > SAME_SHAPE:
        raise ValueError(
            f"{name} is {labels.shape[1]} x {labels.shape[0]} but the clip is {width} x {height}: "
            "choose a mask of this clip."
        )
    if labels.max() == 0:
        raise ValueError(f"{name} marks nothing: every pixel of it is background.")
    if labels.max() > OBJECTS:
        raise ValueError(f"{name} holds object {labels.max()}: the numbers go from 1 to {OBJECTS}.")
    return np.asarray(cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
