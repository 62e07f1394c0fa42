"""What the drawn scenes share: noise, sprites, compositing that keeps exact labels, and a camera's finish.

Pictures are float32 RGB in 0..1, sprites carry coverage in 0..1, sizes are (height, width), points (x, y) in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from jaxtyping import Float, UInt8

HEIGHT, WIDTH, FRAMES = 270, 480, 48
Picture = Float[np.ndarray, "height width 3"]
Plane = Float[np.ndarray, "height width"]
Shot = tuple[UInt8[np.ndarray, "height width 3"], UInt8[np.ndarray, "height width"]]


@dataclass(frozen=True)
class Sprite:
    """A small picture: its colours already multiplied by its coverage, and where its corner lies in the frame."""

    rgb: Picture
    alpha: Plane
    left: int = 0
    top: int = 0


class Stage:
    """One frame being painted back to front; it remembers how much of each pixel shows which object."""

    def __init__(self, background: Picture, objects: int) -> None:
        self.picture = background.copy()
        self._share = np.zeros((objects + 1, *background.shape[:2]), np.float32)
        self._share[0] = 1.0

    def draw(self, sprite: Sprite, label: int = 0) -> None:
        """Paint a sprite over everything so far; label 0 is scenery."""
        here, part = _overlap(sprite.left, sprite.top, sprite.alpha.shape)
        alpha = sprite.alpha[part]
        self.picture[here] = self.picture[here] * (1 - alpha[..., None]) + sprite.rgb[part]
        self._share[:, here[0], here[1]] *= 1 - alpha
        self._share[label][here] += alpha

    def shade(self, shadow: Plane, left: int = 0, top: int = 0) -> None:
        """Darken by a shadow map whose corner lies at (left, top), 0 = lit and 1 = black."""
        here, part = _overlap(left, top, shadow.shape)
        self.picture[here] *= 1 - shadow[part][..., None]

    def finish(self, rng: np.random.Generator) -> Shot:
        """Return the frame as a camera would: lens softness, vignette, sensor noise; and the largest share's label."""
        soft = cv2.GaussianBlur(self.picture, (0, 0), 0.55)
        soft *= _vignette()
        soft += 0.011 * rng.standard_normal((*soft.shape[:2], 1), np.float32)
        rgb = np.clip(soft * 255.0 + 0.5, 0, 255).astype(np.uint8)
        return rgb, self._share.argmax(0).astype(np.uint8)


def _overlap(left: int, top: int, size: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return what a window covers of the frame: as slices of the frame and as slices of the window."""
    y0, x0 = min(max(top, 0), HEIGHT), min(max(left, 0), WIDTH)
    y1, x1 = max(min(top + size[0], HEIGHT), y0), max(min(left + size[1], WIDTH), x0)
    return (slice(y0, y1), slice(x0, x1)), (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))


@cache
def _vignette() -> Float[np.ndarray, "height width 1"]:
    ys, xs = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    return np.asarray(1.0 - 0.13 * (xs**2 + ys**2), np.float32)[..., None]


def noise(
    size: tuple[int, int], cell: float, rng: np.random.Generator, octaves: int = 4, stretch: float = 1.0
) -> Plane:
    """Return fractal value noise in 0..1; `cell` is the coarsest detail in pixels, `stretch` its height over width."""
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        step = cell / 2**octave
        grid = rng.random((int(size[0] / (step * stretch)) + 3, int(size[1] / step) + 3), np.float32)
        total += cv2.resize(grid, size[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
    low, high = np.percentile(total, (1, 99))
    return np.clip((total - low) / (high - low), 0, 1).astype(np.float32)


def smoothstep(low: float, high: float, x: npt.NDArray[np.floating] | float) -> npt.NDArray[np.float32]:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((np.asarray(x, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blend(a: npt.ArrayLike, b: npt.ArrayLike, t: Plane) -> Picture:
    """Return colours or pictures a and b mixed by t in 0..1, pixel by pixel."""
    first, second = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return np.asarray(first + (second - first) * t[..., None], np.float32)


def warp(sprite: Sprite, matrix: Float[np.ndarray, "2 3"]) -> Sprite:
    """Move a sprite into the frame by an affine map of points."""
    height, width = sprite.alpha.shape
    corners = matrix @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    left, top = (int(value) for value in np.floor(corners.min(1)) - 1)
    right, bottom = (int(value) for value in np.ceil(corners.max(1)) + 1)
    matrix = matrix - np.array([[0, 0, left], [0, 0, top]])
    rgba = cv2.warpAffine(np.dstack((sprite.rgb, sprite.alpha)), matrix, (right - left, bottom - top))
    return Sprite(rgba[..., :3], rgba[..., 3], left, top)


def turn(centre: tuple[float, float], to: tuple[float, float], angle: float, scale: float) -> Float[np.ndarray, "2 3"]:
    """Return the affine map that turns by `angle` (radians, clockwise), scales, and moves `centre` to `to`."""
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    shift = (to[0] - cos * centre[0] + sin * centre[1], to[1] - sin * centre[0] - cos * centre[1])
    return np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])


def times() -> Iterator[tuple[int, float]]:
    """Yield each frame's number and its time from 0 to 1."""
    for index in range(FRAMES):
        yield index, index / (FRAMES - 1)


def sway(t: float, seed: float) -> float:
    """Return a hand-held camera's unsteadiness at time t, within about -1..1."""
    return float(
        0.5 * np.sin(7.1 * t + seed) + 0.3 * np.sin(15.7 * t + 2.3 * seed) + 0.2 * np.sin(29.0 * t + 4.1 * seed)
    )
