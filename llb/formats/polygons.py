"""Objects as polygons, boxes and pixels: between masks and what other programs write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from llb.types import Mask

Point = tuple[float, float]  # x, y in pixels
LEAST_CORNERS = 3


@dataclass(frozen=True)
class Box:
    """The least upright box around a mask, in pixels."""

    x: int
    y: int
    width: int
    height: int


def box_of(mask: Mask) -> Box:
    """Return the box of a mask of at least one pixel."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return Box(int(xs[0]), int(ys[0]), int(xs[-1] - xs[0] + 1), int(ys[-1] - ys[0] + 1))


def outlines(mask: Mask) -> list[list[Point]]:
    """Return the outer contour of every part of a mask that has at least three corners, the largest part first.

    Holes are filled, as polygons without a direction cannot tell them.
    """
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    ordered = sorted(found, key=cv2.contourArea, reverse=True)
    return [[(float(x), float(y)) for x, y in part[:, 0]] for part in ordered if len(part) >= LEAST_CORNERS]


def filled(polygons: Sequence[Sequence[Point]], size: tuple[int, int]) -> Mask:
    """Return the mask (height, width) that polygons cover, each on its own."""
    canvas = np.zeros(size, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(canvas, [np.round(np.asarray(polygon, float)).astype(np.int32)], 1)
    return np.asarray(canvas > 0)
