"""GrabCut: the mask of an object from a box around it, or from clicks and scribbles on it and beside it."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

from llb.types import Labels, Mask, Rgb

Box = tuple[int, int, int, int]  # y0, x0, y1, x1 in pixels, the end excluded

WORKING = 360  # pixels of the longest side that GrabCut works on
ROUNDS = 5
CORE = 0.1  # part of a box around its middle that is the object for sure
LEAST_SIDE = 6  # pixels of a box
ON_IT, BESIDE_IT = 1, 2  # in a picture of hints
NOTHING_SAID = "First click or scribble on the object itself, then on what does not belong to it."
NOTHING_FOUND = "Nothing was found there: draw it again a little differently, or paint the object."


def from_box(frame: Rgb, box: Box) -> Mask:
    """Find the object that a box surrounds.

    Raises:
        ValueError: the box is too small, or nothing in it stands out.
    """
    y0, x0, y1, x1 = _clipped(box, frame)
    if min(y1 - y0, x1 - x0) < LEAST_SIDE:
        raise ValueError("This box is too small: draw it around the whole object.")
    work = _Crop((y0, x0, y1, x1), frame, margin=1.0)
    known = np.full(work.size, cv2.GC_BGD, np.uint8)
    top, left, bottom, right = work.inner
    inside = known[top:bottom, left:right]
    y, x = (np.linspace(-1, 1, side)[:, None] ** 2 for side in inside.shape)
    inside[:] = np.where(y + x.T < 1, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    inside[y + x.T < CORE] = cv2.GC_FGD
    return _biggest(work.grab_cut(known))


def from_hints(frame: Rgb, hints: Labels, mask: Mask) -> Mask:
    """Find the object that a visitor clicked or scribbled on, or make its mask better.

    Args:
        frame: the picture.
        hints: `ON_IT` where the visitor said that it is the object, `BESIDE_IT` where it is not, else 0.
        mask: the object as far as it is marked, or nothing. It gains near hints on it and loses near those beside it.

    Raises:
        ValueError: nothing is said to be the object and nothing is marked, or nothing stands out.
    """
    on_it, beside_it = hints == ON_IT, hints == BESIDE_IT
    if not on_it.any() and not mask.any():
        raise ValueError(NOTHING_SAID)
    box = _box_of(on_it | beside_it | mask)
    reach = _reach(box, frame, known=bool(mask.any()))
    y0, x0, y1, x1 = box
    work = _Crop(_clipped((y0 - reach, x0 - reach, y1 + reach, x1 + reach), frame), frame, margin=0.25)
    found = work.grab_cut(_first_guess(work, on_it, beside_it, mask))
    if mask.any():
        to_on_it, to_beside_it = _distance(on_it), _distance(beside_it)
        gained = found & ~mask & (to_on_it < np.minimum(to_beside_it, reach))
        lost = mask & ~found & (to_beside_it < np.minimum(to_on_it, reach))
        found = (mask | gained) & ~lost
    found = (found | on_it) & ~_refused(found, on_it, beside_it)
    parts = cv2.connectedComponents(found.astype(np.uint8), connectivity=8)[1]
    return np.isin(parts, np.unique(parts[found & (on_it | mask)]))


def _refused(found: Mask, on_it: Mask, beside_it: Mask) -> Mask:
    """Return what is not the object for sure: the hints beside it, and whole parts of what was found under them.

    A part goes whole that has no hint on the object and is not the largest: GrabCut cannot tell it from the object if
    it has its colours.
    """
    _, parts, stats, _ = cv2.connectedComponentsWithStats(np.uint8(found | on_it | beside_it), connectivity=8)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])) if len(stats) > 1 else 0
    under = set(np.unique(parts[beside_it])) - set(np.unique(parts[on_it])) - {0, largest}
    return beside_it | np.isin(parts, list(under))


def _first_guess(work: _Crop, on_it: Mask, beside_it: Mask, mask: Mask) -> Labels:
    """Return what GrabCut begins with: the hints are sure, the mask and what is near a hint are likely."""
    sure, never, marked = work.shrunk(on_it), work.shrunk(beside_it), work.shrunk(mask)
    known = np.full(work.size, cv2.GC_BGD, np.uint8)
    top, left, bottom, right = work.inner
    inside = np.zeros(work.size, bool)
    inside[top:bottom, left:right] = True
    known[inside] = cv2.GC_PR_BGD
    known[inside & (marked | _grown(sure))] = cv2.GC_PR_FGD
    known[inside & _grown(never) & ~_grown(sure)] = cv2.GC_PR_BGD
    known[sure] = cv2.GC_FGD
    known[never] = cv2.GC_BGD
    return known


def _grown(mask: Mask) -> Mask:
    """Return the surroundings of hints at the working size."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=WORKING // 24) > 0)


def _distance(mask: Mask) -> Float[np.ndarray, "height width"]:
    """Return how many pixels each place is from a mask; infinite without one."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(np.uint8(~mask), cv2.DIST_L2, 5))


def _box_of(mask: Mask) -> Box:
    ys, xs = np.nonzero(mask)
    return int(ys.min()), int(xs.min()), int(ys.max()) + 1, int(xs.max()) + 1


def _reach(box: Box, frame: Rgb, known: bool) -> int:
    """Return how many pixels around the hints may belong to the object: a click alone tells nothing of its size."""
    longest = max(box[2] - box[0], box[3] - box[1])
    return max(24, longest // 3) if known else max(24, longest, min(frame.shape[:2]) // 4)


class _Crop:
    """The part of a frame around a box at the size that GrabCut works on; `inner` is the box there."""

    def __init__(self, box: Box, frame: Rgb, margin: float) -> None:
        y0, x0, y1, x1 = box
        grow_y, grow_x = max(8, round(margin * (y1 - y0))), max(8, round(margin * (x1 - x0)))
        self._outer = _clipped((y0 - grow_y, x0 - grow_x, y1 + grow_y, x1 + grow_x), frame)
        self._shape = frame.shape[:2]
        top, left, bottom, right = self._outer
        self._scale = min(1.0, WORKING / max(bottom - top, right - left))
        crop = frame[top:bottom, left:right]
        self._rgb = cv2.resize(crop, None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        self.size = self._rgb.shape[:2]
        corners = ((y0 - top), (x0 - left), (y1 - top), (x1 - left))
        self.inner = tuple(round(corner * self._scale) for corner in corners)

    def shrunk(self, mask: Mask) -> Mask:
        """Bring a mask of the frame to the working size; thin lines stay."""
        top, left, bottom, right = self._outer
        inside = mask[top:bottom, left:right].astype(np.float32)
        return np.asarray(cv2.resize(inside, self.size[::-1], interpolation=cv2.INTER_AREA) > 0)

    def grab_cut(self, known: Labels) -> Mask:
        """Cut the object out, beginning with what is known; the answer has the frame's size."""
        cv2.setRNGSeed(0)
        background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
        try:
            cv2.grabCut(self._rgb, known, (0, 0, 1, 1), background, foreground, ROUNDS, cv2.GC_INIT_WITH_MASK)
        except cv2.error as error:
            raise ValueError(NOTHING_FOUND) from error
        found = (known == cv2.GC_FGD) | (known == cv2.GC_PR_FGD)
        top, left, bottom, right = self._outer
        size = (right - left, bottom - top)
        whole = np.zeros(self._shape, bool)
        smooth = cv2.GaussianBlur(found.astype(np.float32), (3, 3), 0)
        whole[top:bottom, left:right] = cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR) > 0.5
        return whole


def _biggest(mask: Mask) -> Mask:
    """Keep the largest connected part and those of at least a tenth of it; raise ValueError if there is none."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        raise ValueError(NOTHING_FOUND)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(parts, 1 + np.flatnonzero(areas >= areas.max() / 10))


def _clipped(box: Box, frame: Rgb) -> Box:
    height, width = frame.shape[:2]
    (y0, y1), (x0, x1) = sorted((box[0], box[2])), sorted((box[1], box[3]))
    return max(0, y0), max(0, x0), min(height, y1), min(width, x1)
