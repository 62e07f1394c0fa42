"""Arrays in, uint8 RGB pictures out: nothing here knows the page, a file or a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from llb.palette import overlay
from llb.types import SearchRegion

Rgb = UInt8[np.ndarray, "height width 3"]
Labels = UInt8[np.ndarray, "height width"]

FRAME_WIDTH = 400  # pixels of a frame in the inside view
CELL = 8  # pixels per feature cell in the pictures of E1 and E2
DIM = 0.35  # what is left of the frame's brightness outside the search region


@dataclass(frozen=True)
class Centre:
    """Where one encoder's output lies: its mean, and the root mean square distance from it."""

    mean: Float[np.ndarray, " d"]
    spread: float

    @classmethod
    def of(cls, cells: Float[np.ndarray, "n d"]) -> Centre:
        """Measure cells of one output over a clip."""
        mean = cells.mean(0, dtype=np.float64)
        return cls(mean, float(np.sqrt(np.mean((cells - mean) ** 2) + 1e-12)))

    def remove(self, cells: Float[np.ndarray, "*n d"]) -> Float[np.ndarray, "*n d"]:
        """Centre and scale cells, so that the outputs of different encoders share one range."""
        return (cells.astype(np.float64) - self.mean) / self.spread


@dataclass(frozen=True)
class Basis:
    """Three principal axes of centred features, and the range of each that is spread over 0..255.

    `explained` is the part of the features' variance that the three axes hold, 0..1.
    """

    axes: Float[np.ndarray, "3 d"]
    low: Float[np.ndarray, "3"]
    high: Float[np.ndarray, "3"]
    explained: float


def fit_basis(samples: Float[np.ndarray, "n d"]) -> Basis:
    """Find the three axes of most variance of centred samples; each is signed so that its largest entry is positive.

    The shown range runs from the 1st to the 99th percentile, so that a few outliers do not grey out the rest.
    """
    data = samples.astype(np.float64)
    variances, vectors = np.linalg.eigh(data.T @ data / len(data))
    axes = vectors[:, ::-1][:, :3].T
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1))
    low, high = np.percentile(data @ axes.T, (1, 99), axis=0)
    explained = float(variances[-3:].sum() / max(variances.sum(), 1e-12))
    return Basis(axes, low, high, explained)


def feature_picture(feature: Float[np.ndarray, "d h w"], centre: Centre, basis: Basis) -> Rgb:
    """Paint each cell with its three principal coordinates as red, green and blue."""
    coordinates = centre.remove(np.moveaxis(feature, 0, -1)) @ basis.axes.T
    shown = (coordinates - basis.low) / np.maximum(basis.high - basis.low, 1e-12)
    picture = (shown.clip(0, 1) * 255).round().astype(np.uint8)
    return picture.repeat(CELL, 0).repeat(CELL, 1)


def gate_picture(gate: Float[np.ndarray, "h w"], region: SearchRegion, frame: Rgb) -> Rgb:
    """Place a gate's map (0..1) in its search region within the frame; the frame around it is dimmed."""
    small, scale = _shrink(frame)
    canvas = (small * DIM).astype(np.uint8)
    y0, x0, y1, x1 = (round(side * scale) for side in (region.y0, region.x0, region.y1, region.x1))
    size = (max(1, x1 - x0), max(1, y1 - y0))
    placed = cividis(cv2.resize(gate.astype(np.float32), size, interpolation=cv2.INTER_NEAREST))
    top, left, bottom, right = max(0, y0), max(0, x0), min(canvas.shape[0], y1), min(canvas.shape[1], x1)
    canvas[top:bottom, left:right] = placed[top - y0 : bottom - y0, left - x0 : right - x0]
    return canvas


def region_picture(frame: Rgb, labels: Labels, region: SearchRegion, target: int, width: int = FRAME_WIDTH) -> Rgb:
    """Cut the search region out of the frame, with the target tinted and outlined; the border is repeated outside."""
    drawn = overlay(frame, np.where(labels == target, labels, 0).astype(np.uint8), alpha=0.35)
    height, columns = drawn.shape[:2]
    rows = np.arange(region.y0, region.y1).clip(0, height - 1)
    across = np.arange(region.x0, region.x1).clip(0, columns - 1)
    crop = drawn[rows][:, across]
    size = (width, max(1, round(width * crop.shape[0] / crop.shape[1])))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)


def colour_bar(width: int = 128, height: int = 8) -> Rgb:
    """Return the scale of the gates' colours, 0 at the left, 1 at the right."""
    return cividis(np.linspace(0, 1, width, dtype=np.float32)[None].repeat(height, 0))


def cividis(values: Float[np.ndarray, "h w"]) -> Rgb:
    """Map 0..1 to cividis, which readers with any colour vision see as dark to light."""
    grey = (values.clip(0, 1) * 255).round().astype(np.uint8)
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_CIVIDIS), cv2.COLOR_BGR2RGB), np.uint8)


def thumbnail(frame: Rgb, labels: Labels, width: int = FRAME_WIDTH) -> Rgb:
    """Draw the labels over a frame and shrink it."""
    return _shrink(overlay(frame, labels), width)[0]


def paint_to_labels(layers: Sequence[UInt8[np.ndarray, "height width 4"]], palette: UInt8[np.ndarray, "n 3"]) -> Labels:
    """Read object ids off painted layers: each painted pixel gets the id of the nearest colour; later layers win.

    `palette` holds the colours of the ids 1, 2, ... in its rows.
    """
    assert layers
    labels = np.zeros(layers[0].shape[:2], np.uint8)
    for layer in layers:
        painted = layer[..., 3] >= 64
        distance = np.abs(layer[painted][:, None, :3].astype(np.int16) - palette[None].astype(np.int16)).sum(-1)
        labels[painted] = distance.argmin(1) + 1
    return labels


def _shrink(frame: Rgb, width: int = FRAME_WIDTH) -> tuple[Rgb, float]:
    scale = min(1.0, width / frame.shape[1])
    size = (round(frame.shape[1] * scale), max(1, round(frame.shape[0] * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8), scale
