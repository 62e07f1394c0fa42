"""GrabCut: the mask of an object from a box around it or a scribble over it."""

from __future__ import annotations

import cv2
import numpy as np

from llb.types import Labels, Mask, Rgb

Box = tuple[int, int, int, int]  # y0, x0, y1, x1 in pixels, the end excluded

WORKING = 360  # pixels of the longest side that GrabCut works on
ROUNDS = 5
CORE = 0.1  # part of a box around its middle that is the object for sure
LEAST_SIDE = 6  # pixels of a box
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


def from_scribble(frame: Rgb, scribble: Mask) -> Mask:
    """Find the object that a scribble runs over.

    Raises:
        ValueError: the scribble is empty, or nothing around it belongs to it.
    """
    ys, xs = np.nonzero(scribble)
    if len(ys) == 0:
        raise ValueError("Nothing was scribbled: draw a line over the object.")
    y0, x0, y1, x1 = int(ys.min()), int(xs.min()), int(ys.max()) + 1, int(xs.max()) + 1
    reach = max(24, y1 - y0, x1 - x0)
    work = _Crop(_clipped((y0 - reach, x0 - reach, y1 + reach, x1 + reach), frame), frame, margin=0.25)
    sure = work.shrunk(scribble)
    known = np.full(work.size, cv2.GC_BGD, np.uint8)
    top, left, bottom, right = work.inner
    known[top:bottom, left:right] = cv2.GC_PR_BGD
    near = cv2.dilate(sure.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(3, WORKING // 24)) > 0
    known[near & (known == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    known[sure] = cv2.GC_FGD
    found = work.grab_cut(known) | scribble
    parts = cv2.connectedComponents(found.astype(np.uint8), connectivity=8)[1]
    return np.isin(parts, np.unique(parts[scribble]))


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
