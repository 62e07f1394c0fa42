"""J, F and DAVIS's statistics once more, from their definitions and by other means than `llb.evaluation`.

J counts pixels in sets; F's contours come from neighbours compared one by one and are matched by a distance transform,
where the package dilates with a disk; mean, recall and decay go over lists.
"""

from __future__ import annotations

import math

import numpy as np

from tests.support.clips import Array


def second_j(predicted: Array, truth: Array, void: Array) -> float:
    """Intersection over union of the pixels that are not void; two empty masks agree."""
    ours, theirs, nobody = (set(map(tuple, np.argwhere(mask))) for mask in (predicted, truth, void))
    union = (ours | theirs) - nobody
    return len((ours & theirs) - nobody) / len(union) if union else 1.0


def second_f(predicted: Array, truth: Array, void: Array) -> float:
    """The harmonic mean of the contours' precision and recall within 0.008 of the diagonal, rounded up."""
    radius = math.ceil(0.008 * math.sqrt(predicted.shape[0] ** 2 + predicted.shape[1] ** 2))
    ours, theirs = (contour(mask & ~void) for mask in (predicted, truth))
    if not ours and not theirs:
        return 1.0
    if not ours or not theirs:
        return 0.0
    precision = sum(near(pixel, theirs, radius) for pixel in ours) / len(ours)
    recall = sum(near(pixel, ours, radius) for pixel in theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def contour(mask: Array) -> set[tuple[int, int]]:
    """Pixels that differ from the one to the right, below, or below right, where there is such a one."""
    height, width = mask.shape
    return {
        (y, x)
        for y in range(height)
        for x in range(width)
        for dy, dx in ((0, 1), (1, 0), (1, 1))
        if y + dy < height and x + dx < width and mask[y, x] != mask[y + dy, x + dx]
    }


def near(pixel: tuple[int, int], others: set[tuple[int, int]], radius: int) -> bool:
    """Tell whether one of the others lies within the radius."""
    y, x = pixel
    reach = range(-radius, radius + 1)
    return any((y + dy, x + dx) in others for dy in reach for dx in reach if dy * dy + dx * dx <= radius * radius)


def second_statistics(values: list[float]) -> tuple[float, float, float]:
    """Mean, share above one half, and the mean of the first quarter minus that of the last, ends included."""
    count = len(values)
    marks = [math.floor(1 + (count - 1) * quarter / 4 + 0.5 + 1e-10) - 1 for quarter in range(5)]
    first, last = values[marks[0] : marks[1] + 1], values[marks[3] : marks[4] + 1]
    recall = sum(value > 0.5 for value in values) / count
    return sum(values) / count, recall, sum(first) / len(first) - sum(last) / len(last)
