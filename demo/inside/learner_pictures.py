"""Pictures of the few-shot learner's filters and masks: arrays in, pictures out."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from demo.browser_pictures import clear_address
from llb.types import Mask, Rgb, SearchRegion

FILTERS = 24  # of a channel that are shown
IN_A_ROW = 8
NEGATIVE, POSITIVE = np.array([33, 102, 172]), np.array([178, 24, 43])  # either side of white
MASK_COLOUR = (255, 0, 170)  # pink, which is rare in pictures
MASK_OPACITY = 150


def filters(kernels: Float[np.ndarray, "n 3 3"], limit: float) -> str:
    """Return 3 x 3 filters in rows, a pixel per weight, blue below 0 and red above, with clear gaps between them."""
    rows = -(-len(kernels) // IN_A_ROW)
    picture = np.zeros((4 * rows - 1, 4 * IN_A_ROW - 1, 4), np.uint8)
    for number, kernel in enumerate(kernels.astype(np.float32)):
        part = (kernel / limit).clip(-1, 1)[..., None]
        y, x = 4 * (number // IN_A_ROW), 4 * (number % IN_A_ROW)
        ends = np.where(part < 0, NEGATIVE, POSITIVE)
        picture[y : y + 3, x : x + 3, :3] = (255 + np.abs(part) * (ends - 255)).round()
        picture[y : y + 3, x : x + 3, 3] = 255
    return clear_address(picture)


def laid_over(mask: Mask, region: SearchRegion, width: int) -> UInt8[np.ndarray, "h w 4"]:
    """Return a frame's mask inside a search region in colour, clear where it is not."""
    part = cut(mask, region)
    size = (width, max(1, round(width * part.shape[0] / part.shape[1])))
    inside = cv2.resize(part.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(bool)
    picture = np.zeros((*inside.shape, 4), np.uint8)
    picture[inside] = (*MASK_COLOUR, MASK_OPACITY)
    return picture


def outlined(picture: Rgb, mask: Mask, region: SearchRegion) -> Rgb:
    """Draw the outline of a frame's mask on the picture of a search region, in white and black."""
    size = (picture.shape[1], picture.shape[0])
    inside = cv2.resize(cut(mask, region).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    found, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    drawn = picture.copy()
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.drawContours(drawn, found, -1, colour, thickness)
    return drawn


def cut(mask: Mask, region: SearchRegion) -> Mask:
    """Cut a search region out of a frame's mask; outside of the frame there is nothing."""
    height, width = mask.shape
    found = np.zeros((region.y1 - region.y0, region.x1 - region.x0), bool)
    top, left = max(region.y0, 0), max(region.x0, 0)
    inside = mask[top : max(region.y1, 0), left : max(region.x1, 0)]
    found[top - region.y0 :, left - region.x0 :][: inside.shape[0], : inside.shape[1]] = inside
    return found


def brightness(values: Float[np.ndarray, "d h w"]) -> Rgb:
    """Return a feature's mean over channels in grey, for a run that has no colours."""
    mean = values.astype(np.float32).mean(0)
    part = (mean - mean.min()) / max(float(mean.max() - mean.min()), 1e-12)
    return np.repeat((part * 255).round().astype(np.uint8)[..., None], 3, axis=2)
