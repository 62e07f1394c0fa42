"""Clips as layers: pictures with alpha that move over a canvas, rendered only inside each frame's search region.

The canvas is the (virtual) video frame; each layer has its own map to it at every frame. One warp takes a layer
straight to the crop, so that no full frame is ever rendered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from llb.data.transforms import Box, box_of_points

CELL = 16  # pixels between the nodes at which bent layers are evaluated exactly


@dataclass(frozen=True)
class Wave:
    """A travelling sine that bends a layer: `amplitude` in source pixels, `frequency` in radians per pixel (x, y)."""

    amplitude: Float[np.ndarray, " 2"]
    frequency: Float[np.ndarray, " 2"]
    phase: Float[np.ndarray, " frames"]


@dataclass(frozen=True)
class Layer:
    """A moving picture.

    Attributes:
        images: one per frame.
        alphas: their opacity, 0 to 255; None for a background, which is opaque and mirrored at its edges.
        to_canvas: homography of each frame, from (x, y) in the picture to the canvas.
        outlines: points (x, y) of each picture that enclose the object.
        waves: bend the picture.
        painted: False where the pixels are in the background already and only the mask counts.
    """

    images: Sequence[UInt8[np.ndarray, "h w 3"]]
    alphas: Sequence[UInt8[np.ndarray, "h w"]] | None
    to_canvas: Float[np.ndarray, "frames 3 3"]
    outlines: Sequence[Float[np.ndarray, "n 2"]] = ()
    waves: tuple[Wave, ...] = ()
    painted: bool = True

    def canvas_box(self, frame: int, canvas: tuple[int, int]) -> Box | None:
        """Return the object's box inside the canvas at `frame`, None when it is outside or empty."""
        outline = self.outlines[frame]
        return box_of_points(_project(self.to_canvas[frame], outline), canvas) if len(outline) else None


@dataclass(frozen=True)
class Scene:
    """Layers from back to front; `target` is the index of the layer to be segmented. `canvas` is (height, width)."""

    canvas: tuple[int, int]
    layers: tuple[Layer, ...]
    target: int


@dataclass(frozen=True)
class Rendered:
    """A crop and the target's visible mask (0, 1)."""

    rgb: UInt8[np.ndarray, "height width 3"]
    mask: UInt8[np.ndarray, "height width"]


def render(scene: Scene, frame: int, region: Box, crop: tuple[int, int]) -> Rendered:
    """Return the region at `frame`, resized to `crop`; outside the canvas the edge repeats and the mask is 0."""
    inner = _inner_rectangle(region, scene.canvas, crop)
    y0, x0, y1, x1 = inner
    view = _crop_to_canvas(region, crop)
    rgb = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for number, layer in enumerate(scene.layers):
        place = inner if layer.alphas is None else _layer_rectangle(layer, frame, view, inner)
        if place is None:
            continue
        image, alpha = _warp(layer, frame, view, place)
        window = np.s_[place[0] - y0 : place[2] - y0, place[1] - x0 : place[3] - x0]
        if image is not None:
            rgb[window] = image if alpha is None else _blend(rgb[window], image, alpha)
        if number == scene.target and alpha is not None:
            mask[window] = alpha
        elif number > scene.target and alpha is not None:
            mask[window] = np.where(alpha > 127, 0, mask[window])
    border = (y0, crop[0] - y1, x0, crop[1] - x1)
    if any(border):
        rgb = np.asarray(cv2.copyMakeBorder(rgb, *border, cv2.BORDER_REPLICATE), np.uint8)
        mask = np.asarray(cv2.copyMakeBorder(mask, *border, cv2.BORDER_CONSTANT, value=0), np.uint8)
    return Rendered(rgb, (mask > 127).astype(np.uint8))


def _crop_to_canvas(region: Box, crop: tuple[int, int]) -> Float[np.ndarray, "3 3"]:
    """Return the map of crop pixel centres to canvas pixel centres, (x, y)."""
    sy, sx = region.height / crop[0], region.width / crop[1]
    x0, y0 = region.x - region.width / 2, region.y - region.height / 2
    return np.array([[sx, 0.0, x0 + sx / 2 - 0.5], [0.0, sy, y0 + sy / 2 - 0.5], [0.0, 0.0, 1.0]])


def _inner_rectangle(region: Box, canvas: tuple[int, int], crop: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the half-open part (y0, x0, y1, x1) of the crop that lies inside the canvas; at least one pixel."""
    spans = []
    for centre, size, extent, pixels in (
        (region.y, region.height, canvas[0], crop[0]),
        (region.x, region.width, canvas[1], crop[1]),
    ):
        start = centre - size / 2
        low = int(np.clip(np.ceil(-start * pixels / size - 0.5), 0, pixels - 1))
        high = int(np.clip(np.ceil((extent - start) * pixels / size - 0.5), low + 1, pixels))
        spans.append((low, high))
    return spans[0][0], spans[1][0], spans[0][1], spans[1][1]


def _layer_rectangle(
    layer: Layer, frame: int, view: Float[np.ndarray, "3 3"], inner: tuple[int, int, int, int]
) -> tuple[int, int, int, int] | None:
    """Return the part of the crop that the layer may touch, None when there is none."""
    outline = layer.outlines[frame]
    if not len(outline):
        return None
    points = _project(np.linalg.inv(view) @ layer.to_canvas[frame], outline)
    margin = 2.0 + 0.15 * float(np.ptp(points, axis=0).max()) * bool(layer.waves)
    (left, top), (right, bottom) = points.min(axis=0) - margin, points.max(axis=0) + margin
    y0, x0 = max(inner[0], int(top)), max(inner[1], int(left))
    y1, x1 = min(inner[2], int(bottom) + 1), min(inner[3], int(right) + 1)
    return (y0, x0, y1, x1) if y1 - y0 > 1 and x1 - x0 > 1 else None


def _warp(
    layer: Layer, frame: int, view: Float[np.ndarray, "3 3"], place: tuple[int, int, int, int]
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the layer's pixels (None when not painted) and alpha (None when opaque) in the rectangle `place`."""
    y0, x0, y1, x1 = place
    shift = np.array([[1.0, 0.0, x0], [0.0, 1.0, y0], [0.0, 0.0, 1.0]])
    to_source = np.linalg.inv(layer.to_canvas[frame]) @ view @ shift
    size = (x1 - x0, y1 - y0)
    plain = not layer.waves and np.allclose(to_source[2, :2], 0.0)
    grid = None if plain else _bent_grid(to_source, layer.waves, frame, size)

    def take(image: np.ndarray, border: int) -> np.ndarray:
        if grid is None:
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            return cv2.warpAffine(image, to_source[:2] / to_source[2, 2], size, flags=flags, borderMode=border)
        return np.asarray(cv2.remap(image, grid, None, cv2.INTER_LINEAR, borderMode=border))  # type: ignore[call-overload]

    if layer.alphas is None:
        return take(layer.images[frame], cv2.BORDER_REFLECT_101), None
    alpha = take(layer.alphas[frame], cv2.BORDER_CONSTANT)
    return (take(layer.images[frame], cv2.BORDER_REPLICATE) if layer.painted else None), alpha


def _bent_grid(
    to_source: Float[np.ndarray, "3 3"], waves: tuple[Wave, ...], frame: int, size: tuple[int, int]
) -> Float[np.ndarray, "h w 2"]:
    """Return source positions (x, y) for every pixel of a rectangle (width, height), exact at nodes, linear between."""
    columns, rows = (-(-length // CELL) + 2 for length in size)
    xs = (np.arange(columns) - 0.5) * CELL - 0.5
    ys = (np.arange(rows) - 0.5) * CELL - 0.5
    nodes = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    points = _project(to_source, nodes)
    bent = points.copy()
    for wave in waves:
        bent += np.sin(points @ wave.frequency + wave.phase[frame])[:, None] * wave.amplitude
    grid = bent.reshape(rows, columns, 2).astype(np.float32)
    full = cv2.resize(grid, (columns * CELL, rows * CELL), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full[CELL : CELL + size[1], CELL : CELL + size[0]])


def _project(matrix: Float[np.ndarray, "3 3"], points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def _blend(
    below: UInt8[np.ndarray, "h w 3"], above: UInt8[np.ndarray, "h w 3"], alpha: UInt8[np.ndarray, "h w"]
) -> UInt8[np.ndarray, "h w 3"]:
    weight = alpha.astype(np.float32) * np.float32(1 / 255)
    return cv2.blendLinear(above, np.ascontiguousarray(below), weight, 1 - weight)
