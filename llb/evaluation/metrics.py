"""Segmentation quality as DAVIS defines it: region similarity J and contour accuracy F."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from llb.types import Mask

BOUND = 0.008  # tolerance of the contour measure, as a share of the image diagonal


@dataclass(frozen=True)
class Score:
    """J and F of one mask or their means, 0 to 1."""

    j: float
    f: float

    @property
    def mean(self) -> float:
        """J&F."""
        return (self.j + self.f) / 2


def score(predicted: Bool[np.ndarray, "_ _"], truth: Bool[np.ndarray, "_ _"]) -> Score:
    """Return J and F of a predicted mask.

    >>> truth = np.zeros((40, 60), bool)
    >>> truth[10:20, 10:30] = True
    >>> score(truth, truth)
    Score(j=1.0, f=1.0)
    >>> score(np.zeros_like(truth), truth).mean
    0.0

    Raises:
        ValueError: the sizes differ.
    """
    if predicted.shape != truth.shape:
        raise ValueError(f"The masks differ in size, {predicted.shape} and {truth.shape}: resize the predicted one.")
    return Score(region_similarity(predicted, truth), contour_accuracy(predicted, truth))


def region_similarity(predicted: Mask, truth: Mask) -> float:
    """Return J, intersection over union; 1 where both masks are empty.

    >>> region_similarity(np.array([[True, True, False]]), np.array([[False, True, True]]))
    0.3333333333333333
    """
    union = np.count_nonzero(predicted | truth)
    return float(np.count_nonzero(predicted & truth) / union) if union else 1.0


def contour_accuracy(predicted: Mask, truth: Mask) -> float:
    """Return F, the harmonic mean of the contours' precision and recall.

    A contour pixel counts as matched if the other contour passes within a disk whose radius is 0.008 of the image
    diagonal, rounded up. Two empty contours score 1, a single empty one 0.
    """
    radius = math.ceil(BOUND * math.hypot(*predicted.shape))
    ours, theirs = boundary(predicted), boundary(truth)
    if not ours.any() or not theirs.any():
        return float(ours.any() == theirs.any())
    window = _window(ours | theirs, radius)
    ours, theirs = ours[window], theirs[window]
    disk = _disk(radius)
    precision = np.count_nonzero(ours & cv2.dilate(theirs, disk)) / np.count_nonzero(ours)
    recall = np.count_nonzero(theirs & cv2.dilate(ours, disk)) / np.count_nonzero(theirs)
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def boundary(mask: Mask) -> UInt8[np.ndarray, "height width"]:
    """Return 1 where a mask differs from its neighbour to the right, below, or below right.

    In the last row and column only the neighbours that exist count.
    """
    values = mask.astype(np.uint8)
    result = np.zeros_like(values)
    result[:, :-1] |= values[:, :-1] ^ values[:, 1:]
    result[:-1] |= values[:-1] ^ values[1:]
    result[:-1, :-1] |= values[:-1, :-1] ^ values[1:, 1:]
    return result


def _disk(radius: int) -> UInt8[np.ndarray, "side side"]:
    """Return a disk of ones: all offsets up to `radius` long."""
    offsets = np.arange(-radius, radius + 1) ** 2
    return (offsets[:, None] + offsets[None] <= radius**2).astype(np.uint8)


def _window(mask: UInt8[np.ndarray, "height width"], margin: int) -> tuple[slice, slice]:
    """Return the bounding box of a non-empty mask with a margin; no pixel outside it can match."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(int(ys[0]) - margin, 0), int(ys[-1]) + margin + 1),
        slice(max(int(xs[0]) - margin, 0), int(xs[-1]) + margin + 1),
    )
