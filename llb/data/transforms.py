"""Geometry and colours of training clips: search regions, jitter, smooth motion, degradations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

NOISE_SHIFT = 32  # pixels


@dataclass(frozen=True)
class Box:
    """A box in canvas pixels by its centre and size; it may reach outside the canvas."""

    y: float
    x: float
    height: float
    width: float

    @property
    def area(self) -> float:
        """Height times width."""
        return self.height * self.width

    def limited(self, area: float, low: float, high: float) -> Box:
        """Return the box with its area limited to `low` to `high` times `area`, its aspect unchanged."""
        factor = float(np.sqrt(np.clip(self.area, low * area, high * area) / self.area))
        return Box(self.y, self.x, self.height * factor, self.width * factor)


def box_of_points(points: Float[np.ndarray, "n 2"], canvas: tuple[int, int]) -> Box | None:
    """Return the box of (x, y) points inside the canvas (height, width); None where a side is under 3 pixels."""
    (x0, y0), (x1, y1) = np.maximum(points.min(axis=0), 0.0), np.minimum(points.max(axis=0), canvas[::-1])
    if x1 - x0 < 3.0 or y1 - y0 < 3.0:
        return None
    return Box(float(y0 + y1) / 2, float(x0 + x1) / 2, float(y1 - y0), float(x1 - x0))


def jitter_box(box: Box, size_sigma: float, offset: tuple[float, float], rng: np.random.Generator) -> Box:
    """Return the box, its size x exp(N(0, size_sigma)) per axis, its centre + U(-1/2, 1/2) x offset (x, y) x side."""
    height, width = np.array([box.height, box.width]) * np.exp(rng.normal(0.0, size_sigma, 2))
    shift = rng.uniform(-0.5, 0.5, 2) * offset * np.sqrt(height * width)
    return Box(box.y + float(shift[1]), box.x + float(shift[0]), float(height), float(width))


def region_around(box: Box, canvas: tuple[int, int], crop: tuple[int, int], factor: float) -> Box:
    """Return the search region around a target's box: `factor`^2 times its area, in the aspect of `crop`.

    `canvas` and `crop` are (height, width). A region larger than the canvas on both axes shrinks until one axis fits;
    then it is shifted inside on each axis, or centred where it cannot fit ("inside major", as released).
    """
    scale = factor * np.sqrt(box.area / (crop[0] * crop[1]))
    size = scale * np.array(crop, float)
    size /= max(1.0, float(np.min(size / canvas)))
    half, extent = size / 2, np.array(canvas, float)
    centre = np.clip([box.y, box.x], np.minimum(half, extent - half), np.maximum(half, extent - half))
    centre = np.where(size > extent, extent / 2, centre)
    return Box(float(centre[0]), float(centre[1]), float(size[0]), float(size[1]))


def smooth_path(rng: np.random.Generator, frames: int, sigma: Float[np.ndarray, " n"]) -> Float[np.ndarray, "frames n"]:
    """Return a path from 0 with a random velocity of spread `sigma` per frame and a smaller random acceleration."""
    steps = np.arange(frames, dtype=float)[:, None]
    velocity = rng.normal(0.0, 1.0, len(sigma)) * sigma
    acceleration = rng.normal(0.0, 0.3, len(sigma)) * sigma
    return steps * velocity + 0.5 * steps**2 * acceleration


def similarity(
    centre_from: tuple[float, float],
    centre_to: Float[np.ndarray, " 2"],
    scale: float,
    angle: float,
    *,
    shear: float = 0.0,
    perspective: tuple[float, float] = (0.0, 0.0),
) -> Float[np.ndarray, "3 3"]:
    """Return the homography (x, y) that moves `centre_from` to `centre_to`, turned by `angle` (radians) and scaled.

    `shear` adds shear x y to x; `perspective` are the denominators' coefficients, per source pixel from the centre.
    """
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    to_origin = np.array([[1.0, 0.0, -centre_from[0]], [0.0, 1.0, -centre_from[1]], [0.0, 0.0, 1.0]])
    bend = np.array([[1.0, shear, 0.0], [0.0, 1.0, 0.0], [*perspective, 1.0]])
    turn = np.array([[cos, -sin, centre_to[0]], [sin, cos, centre_to[1]], [0.0, 0.0, 1.0]])
    return np.asarray(turn @ bend @ to_origin)


def colour_matrix(rng: np.random.Generator, strength: float) -> Float[np.ndarray, "3 4"]:
    """Return a random affine change of RGB (0..255): saturation, contrast, channel gains and brightness."""
    saturation, contrast = np.exp(rng.normal(0.0, strength, 2))
    gains = np.exp(rng.normal(0.0, 0.3 * strength, 3)) * contrast
    grey = np.array([0.299, 0.587, 0.114])
    linear = gains[:, None] * (saturation * np.eye(3) + (1.0 - saturation) * grey)
    brightness = 255.0 * rng.normal(0.0, 0.4 * strength) + 110.0 * (1.0 - contrast)
    return np.column_stack([linear, np.full(3, brightness)])


def to_grey(matrix: Float[np.ndarray, "3 4"]) -> Float[np.ndarray, "3 4"]:
    """Return the colour change followed by the mean of its channels."""
    return np.repeat(np.array([[0.299, 0.587, 0.114]]) @ matrix, 3, axis=0)


def add_noise(
    images: Sequence[UInt8[np.ndarray, "h w 3"]], sigma: float, rng: np.random.Generator
) -> list[UInt8[np.ndarray, "h w 3"]]:
    """Return the images with grey Gaussian noise of spread `sigma` (grey levels): one field, shifted per image."""
    height, width = images[0].shape[:2]
    field = rng.standard_normal((height + NOISE_SHIFT, width + NOISE_SHIFT), dtype=np.float32) * np.float32(sigma)
    grain = cv2.merge([field.astype(np.int16)] * 3)
    noisy = []
    for image in images:
        y, x = (int(step) for step in rng.integers(0, NOISE_SHIFT, 2))
        noisy.append(np.asarray(cv2.add(image, grain[y : y + height, x : x + width], dtype=cv2.CV_8U)))
    return noisy


def degrade(
    images: Sequence[UInt8[np.ndarray, "h w 3"]], rng: np.random.Generator
) -> Sequence[UInt8[np.ndarray, "h w 3"]]:
    """Blur (15 %), add noise (15 %) and compress (10 %) all images of a clip alike."""
    blurred, noisy, compressed = rng.random(3) < (0.15, 0.15, 0.1)
    if blurred:
        sigma = rng.uniform(0.4, 1.5)
        images = [cv2.GaussianBlur(image, (0, 0), sigma) for image in images]
    if noisy:
        images = add_noise(images, rng.uniform(2.0, 8.0), rng)
    if compressed:
        quality = int(rng.integers(20, 80))
        images = [compress(image, quality) for image in images]
    return images


def compress(image: UInt8[np.ndarray, "h w 3"], quality: int) -> UInt8[np.ndarray, "h w 3"]:
    """Return the image after JPEG of the given quality (1..100)."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
