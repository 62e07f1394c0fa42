"""Look for a target that was lost: when it counts as lost, where each frame is searched, and what counts as found.

Neither the paper nor the released code does so (`InferenceConfig.search_again`): they go on where the last mask was.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, cycle
from statistics import median

import torch
from jaxtyping import Float
from torch import Tensor

from llb.inference.search_region import TargetState

# How sure a model is of a mask tells a target from what it makes of an empty place: on clips with occlusions made from
# five sequences (scripts/build_occlusions.py) it is 0.97 or more on each of 53 frames with the target, and so on 3 of
# 50 without it where the mask has a quarter of the target's area, too (docs/log.md).
UNSURE, SURE = 0.94, 0.965  # mean probability within a mask: below, the target is not seen; from there on it is found
BELOW_USUAL = 0.03  # where a target's own masks are usually less sure, so far below those instead
FIRST = 5  # frames that all count as sights: from these on it is known what is usual
EXPECTED = 20  # latest frames with the target: their medians say which area, scale and certainty to expect
LEAST, MOST = 0.1, 4.0  # area of a target that is found, over the expected one
PATIENCE = 5  # frames in a row without the target, after which it is lost
SPACING = 0.6  # between the windows of a search, as a share of their sides
MOST_WINDOWS = 25  # of one round; smaller windows grow until so many cover the frame


@dataclass(frozen=True)
class Sight:
    """A soft mask's area in pixels, and its certainty: the mean probability of its pixels above one half (0: none)."""

    area: float
    certainty: float

    @classmethod
    def of(cls, prob: Float[Tensor, "height width"]) -> Sight:
        """Measure a soft mask."""
        inside = prob > 0.5
        count = inside.sum()
        area, total, pixels = torch.stack([prob.sum(), (prob * inside).sum(), count.to(prob.dtype)]).tolist()
        return cls(area, total / pixels if pixels else 0.0)


class Search:
    """Whether one target is seen, and where to look for it once it is lost.

    `note` what the last frame showed, ask for the `next_window`, and whether what is seen there `is_found`.
    """

    _sights: deque[Sight]  # the latest with the target
    _scales: deque[float]
    _last: TargetState  # where the target was seen last
    _unseen: int  # frames in a row
    _just_found: bool  # in the last frame, which does not join the memory: the next one tells whether it was right
    _windows: Iterator[TargetState] | None  # while the target is lost

    def __init__(self, start: TargetState) -> None:
        self._sights, self._scales = deque(maxlen=EXPECTED), deque(maxlen=EXPECTED)
        self._last, self._unseen, self._just_found, self._windows = start, 0, False, None

    def note(self, state: TargetState, sight: Sight, least: float) -> None:
        """Take in what the last frame showed and where the target is then; an area below `least` is no sight of it."""
        if self.shows(sight, least):
            self._sights.append(sight)
            self._scales.append(state.scale)
            self._last, self._unseen = state, 0
        else:  # what was just found and is gone again was perhaps another thing
            self._unseen = PATIENCE if self._just_found else self._unseen + 1
        self._just_found = False

    def shows(self, sight: Sight, least: float) -> bool:
        """Tell whether a frame shows the target."""
        return sight.area >= least and sight.certainty >= self._bar(UNSURE)

    def may_join(self, sight: Sight, least: float) -> bool:
        """Tell whether a frame may join the memory."""
        return not self._just_found and self.shows(sight, least)

    def next_window(self, image: tuple[int, int], crop: tuple[int, int]) -> TargetState | None:
        """Return where to look in the next frame; None, where the mask was, unless the target is lost."""
        if self._unseen < PATIENCE:
            self._windows = None
            return None
        if self._windows is None:
            scale = median(self._scales) if self._scales else self._last.scale
            self._windows = cycle(search_windows(self._last, scale, image, crop))
        return next(self._windows)

    def is_found(self, sight: Sight, least: float) -> bool:
        """Tell whether the lost target is what a window shows; if so, it is followed again."""
        usual = median(sight.area for sight in self._sights) if self._sights else sight.area
        right_size = max(least, LEAST * usual) <= sight.area <= MOST * usual
        if not right_size or sight.certainty < self._bar(SURE):
            return False
        self._unseen, self._just_found = 0, True
        return True

    def _bar(self, certainty: float) -> float:
        if len(self._sights) < FIRST:
            return 0.0
        return min(certainty, median(sight.certainty for sight in self._sights) - BELOW_USUAL)


def search_windows(home: TargetState, scale: float, image: tuple[int, int], crop: tuple[int, int]) -> list[TargetState]:
    """Return one round of a search: windows that cover the frame, the nearest first, and `home` before every two."""
    while (places := _places(scale, image, crop)) and len(places) > MOST_WINDOWS:
        scale *= 1.1
    places.sort(key=lambda place: math.dist(place, home.position))
    around = [replace(home, position=place, scale=scale) for place in places]
    return list(chain.from_iterable((home, *around[first : first + 2]) for first in range(0, len(around), 2)))


def _places(scale: float, image: tuple[int, int], crop: tuple[int, int]) -> list[tuple[float, float]]:
    """Return the centres of windows that cover the frame, evenly spaced."""
    shrink = max(1.0, min(scale * side / length for side, length in zip(crop, image, strict=True)))
    rows, columns = (_centres(scale / shrink * side, length) for side, length in zip(crop, image, strict=True))
    return [(y, x) for y in rows for x in columns]


def _centres(side: float, length: int) -> list[float]:
    gaps = math.ceil(max(0.0, length - side) / (SPACING * side))
    return [side / 2 + gap * (length - side) / gaps for gap in range(gaps + 1)] if gaps else [length / 2]
