"""Motion in which targets are lost: fast turns, leaving and coming back, thin bars in front, blur."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from llb.data.transforms import similarity
from llb.types import Rgb

FASTEST_TURN = 0.35  # radians per frame, the spread of both turns
LARGEST_YAW = 1.2  # radians: a picture keeps at least a third of its width
LONGEST_BLUR = 15  # pixels


def fast_turns(frames: int, rng: np.random.Generator) -> Float[np.ndarray, "frames 3 3"]:
    """Return maps that turn a picture around its centre, the origin: in the image plane and about its upright axis.

    A turn out of the plane is shown by the width, which shrinks by the cosine of the angle.
    """
    steps = np.arange(frames)
    spin = rng.normal(0.0, FASTEST_TURN) * steps
    yaw = rng.uniform(-LARGEST_YAW, LARGEST_YAW) + rng.normal(0.0, FASTEST_TURN) * steps
    turns = np.stack([similarity((0.0, 0.0), np.zeros(2), 1.0, angle) for angle in spin])
    turns[:, :, 0] *= np.cos(np.clip(yaw, -LARGEST_YAW, LARGEST_YAW))[:, None]
    return turns


def leave_and_return(
    centres: Float[np.ndarray, "frames 2"], canvas: tuple[int, int], rng: np.random.Generator
) -> Float[np.ndarray, "frames 2"]:
    """Return a path (x, y) that swings out of the canvas (height, width) and is back at the last frame."""
    angle = rng.uniform(0, 2 * np.pi)
    swing = np.sin(np.pi * np.linspace(0.0, 1.0, len(centres)))
    return centres + 1.5 * max(canvas) * swing[:, None] * (np.cos(angle), np.sin(angle))


def draw_bars(canvas: tuple[int, int], rng: np.random.Generator) -> UInt8[np.ndarray, "h w"]:
    """Return the alpha of one to five bars across the canvas (height, width), 2 to 8 pixels wide."""
    alpha = np.zeros(canvas, np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        (x0, y0), (x1, y1) = (rng.uniform(-0.2, 1.2, (2, 2)) * canvas[::-1]).astype(int).tolist()
        cv2.line(alpha, (x0, y0), (x1, y1), 255, int(rng.integers(2, 9)), cv2.LINE_AA)
    return alpha


def motion_blur(images: Sequence[Rgb], rng: np.random.Generator) -> list[Rgb]:
    """Blur all images of a clip along one direction, each by a length of its own, as a shaken camera does."""
    direction = rng.uniform(0, np.pi)
    lengths = rng.integers(1, LONGEST_BLUR + 1, len(images))
    return [_blur(image, int(length), direction) for image, length in zip(images, lengths, strict=True)]


def _blur(image: Rgb, length: int, direction: float) -> Rgb:
    if length < 3:
        return image
    centre = length // 2
    offset = np.array([np.cos(direction), np.sin(direction)]) * (length - 1) / 2
    (x0, y0), (x1, y1) = (np.round([centre - offset, centre + offset])).astype(int).tolist()
    kernel = cv2.line(np.zeros((2 * centre + 1, 2 * centre + 1), np.float32), (x0, y0), (x1, y1), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.uint8)
