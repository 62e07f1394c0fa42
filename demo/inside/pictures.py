"""Arrays in, uint8 RGB pictures out: nothing here knows the page, a file or a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from demo.browser_pictures import shrink
from demo.screen_colours import screen_palette
from llb.inference.tracing import filter_background
from llb.io.label_png import overlay
from llb.types import Labels, Rgb, SearchRegion

MEAN_RGB = (127.0, 127.0, 127.0)  # of the lite models, which are the ones that the page runs
FRAME_WIDTH = 400  # pixels of a frame in the inside view


@dataclass(frozen=True)
class Basis:
    """The mean of features, their three principal axes, and the range along each that is spread over 0..255.

    `explained` is the part of the features' variance that the three axes hold, 0..1.
    """

    mean: Float[np.ndarray, " d"]
    axes: Float[np.ndarray, "3 d"]
    low: Float[np.ndarray, "3"]
    high: Float[np.ndarray, "3"]
    explained: float

    def to_json(self) -> dict[str, Any]:
        """Return the basis as JSON values."""
        mean, axes, low, high = (array.tolist() for array in (self.mean, self.axes, self.low, self.high))
        return {"mean": mean, "axes": axes, "low": low, "high": high, "explained": self.explained}

    @classmethod
    def from_json(cls, entries: dict[str, Any]) -> Basis:
        """Undo `to_json`."""
        mean, axes, low, high = (np.array(entries[key]) for key in ("mean", "axes", "low", "high"))
        return cls(mean, axes, low, high, entries["explained"])


def fit_basis(samples: Float[np.ndarray, "n d"]) -> Basis:
    """Find the three axes of most variance; each is signed so that its largest entry is positive.

    A channel that is always 0 has no part in them. The shown range runs from the 1st to the 99th percentile, so that a
    few outliers do not grey out the rest.
    """
    mean = samples.mean(0, dtype=np.float64)
    data = samples - mean
    variances, vectors = np.linalg.eigh(data.T @ data / len(data))
    axes = vectors[:, ::-1][:, :3].T
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1))
    low, high = np.percentile(data @ axes.T, (1, 99), axis=0)
    explained = float(variances[-3:].sum() / max(variances.sum(), 1e-12))
    return Basis(mean, axes, low, high, explained)


def feature_picture(feature: Float[np.ndarray, "d h w"], basis: Basis) -> Rgb:
    """Paint each cell with its three principal coordinates as red, green and blue."""
    coordinates = (np.moveaxis(feature, 0, -1).astype(np.float64) - basis.mean) @ basis.axes.T
    shown = (coordinates - basis.low) / np.maximum(basis.high - basis.low, 1e-12)
    return np.asarray((np.nan_to_num(shown).clip(0, 1) * 255).round(), np.uint8)


def region_picture(frame: Rgb, region: SearchRegion, width: int = FRAME_WIDTH) -> Rgb:
    """Cut the search region out of the frame; outside of it the border is repeated."""
    height, columns = frame.shape[:2]
    rows = np.arange(region.y0, region.y1).clip(0, height - 1)
    across = np.arange(region.x0, region.x1).clip(0, columns - 1)
    crop = frame[rows][:, across]
    size = (width, max(1, round(width * crop.shape[0] / crop.shape[1])))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)


def reduce(feature: Float[np.ndarray, "d h w"], how: str) -> Float[np.ndarray, "h w"]:
    """Reduce a feature's channels to one number per cell: their "mean", their "max", or the channel of a number.

    Raises:
        ValueError: the feature has no such channel.
    """
    values = feature.astype(np.float32)
    if how in ("mean", "max"):
        return np.asarray(values.mean(0) if how == "mean" else values.max(0))
    if not how.isdecimal() or int(how) >= len(values):
        raise ValueError(f"There is no channel {how}: choose 0 to {len(values) - 1}.")
    return np.asarray(values[int(how)])


def sequential(values: Float[np.ndarray, "h w"], low: float, high: float) -> Rgb:
    """Map `low`..`high` to viridis, dark to light."""
    levels = (np.nan_to_num((values - low) / max(high - low, 1e-12)).clip(0, 1) * 255).round().astype(np.uint8)
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB), np.uint8)


def heat(picture: Rgb, weights: Float[np.ndarray, "h w"], most: float) -> Rgb:
    """Lay weights over a greyed picture: orange where there is `most`; by square roots, so that little shows too."""
    size = (picture.shape[1], picture.shape[0])
    share = np.sqrt((weights / max(most, 1e-12)).clip(0, 1)).astype(np.float32)
    part = 0.9 * cv2.resize(share, size, interpolation=cv2.INTER_NEAREST)[..., None]
    grey_part = picture.mean(2, keepdims=True, dtype=np.float32)
    base = 45 + 0.65 * (0.7 * grey_part + 0.3 * picture)
    return np.asarray((base * (1 - part) + np.array([255, 140, 0], np.float32) * part).round(), np.uint8)


def cell_marked(picture: Rgb, cell: tuple[int, int], cells: tuple[int, int]) -> Rgb:
    """Outline a cell (row, column) of a grid of `cells` (rows, columns) over a picture, in white and black."""
    drawn = picture.copy()
    tall, wide = picture.shape[0] / cells[0], picture.shape[1] / cells[1]
    start = round(cell[1] * wide), round(cell[0] * tall)
    end = round((cell[1] + 1) * wide), round((cell[0] + 1) * tall)
    for colour, thickness in (((0, 0, 0), 5), ((255, 255, 255), 2)):
        cv2.rectangle(drawn, start, end, colour, thickness)
    return drawn


def background_filtered(picture: Rgb, mask: UInt8[np.ndarray, "h w"]) -> Rgb:
    """Return the background-filtered frame: where the mask (0..255) is 0, the network's mean colour."""
    size = (picture.shape[1], picture.shape[0])
    part = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    return filter_background(picture, part, MEAN_RGB)


def grey(mask: UInt8[np.ndarray, "h w"]) -> Rgb:
    """Return a mask as a picture."""
    return np.repeat(mask[..., None], 3, axis=2)


def framed(frame: Rgb, region: SearchRegion, width: int) -> Rgb:
    """Return a frame with its search region outlined in white and black."""
    drawn = frame.copy()
    corners = ((region.x0, region.y0), (region.x1 - 1, region.y1 - 1))
    for colour, thickness in (((0, 0, 0), 6), ((255, 255, 255), 3)):
        cv2.rectangle(drawn, *corners, colour, thickness)
    return shrink(drawn, width)


def thumbnail(frame: Rgb, labels: Labels, width: int = FRAME_WIDTH) -> Rgb:
    """Draw the labels over a frame in the screen's colours and shrink it."""
    return shrink(overlay(frame, labels, palette=screen_palette()), width)
