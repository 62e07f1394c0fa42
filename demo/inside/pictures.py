"""Arrays in, uint8 RGB pictures out: nothing here knows the page, a file or a model."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from demo.browser_pictures import shrink
from llb.inference.tracing import filter_background
from llb.io.label_png import overlay
from llb.types import Labels, Rgb, SearchRegion

MEAN_RGB = (127.0, 127.0, 127.0)  # of the lite models, which are the ones that the page runs
FRAME_WIDTH = 400  # pixels of a frame in the inside view


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
    return _mapped((values - low) / max(high - low, 1e-12), cv2.COLORMAP_VIRIDIS)


def diverging(values: Float[np.ndarray, "h w"], limit: float = 1.0) -> Rgb:
    """Map -limit..limit to blue, white at 0, and red."""
    part = (values / limit).clip(-1, 1)[..., None]
    ends = np.where(part < 0, np.array([33, 102, 172]), np.array([178, 24, 43]))
    return np.asarray((255 + np.abs(part) * (ends - 255)).round(), np.uint8)


def heat(picture: Rgb, weights: Float[np.ndarray, "h w"], most: float) -> Rgb:
    """Lay weights over a picture: dim where there is none, yellow where there is `most`; by square roots between."""
    size = (picture.shape[1], picture.shape[0])
    share = np.sqrt((weights / max(most, 1e-12)).clip(0, 1)).astype(np.float32)
    part = cv2.resize(share, size, interpolation=cv2.INTER_NEAREST)[..., None]
    yellow = np.array([255, 214, 64], np.float32)
    return np.asarray(picture * 0.5 * (1 - 0.8 * part) + yellow * 0.8 * part, np.uint8)


def background_filtered(picture: Rgb, mask: UInt8[np.ndarray, "h w"]) -> Rgb:
    """Return the background-filtered frame: where the mask (0..255) is 0, the network's mean colour."""
    size = (picture.shape[1], picture.shape[0])
    part = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    return filter_background(picture, part, MEAN_RGB)


def grey(mask: UInt8[np.ndarray, "h w"]) -> Rgb:
    """Return a mask as a picture."""
    return np.repeat(mask[..., None], 3, axis=2)


def cividis(values: Float[np.ndarray, "h w"]) -> Rgb:
    """Map 0..1 to cividis, which readers with any colour vision see as dark to light."""
    return _mapped(values, cv2.COLORMAP_CIVIDIS)


def _mapped(values: Float[np.ndarray, "h w"], colours: int) -> Rgb:
    levels = (np.nan_to_num(values).clip(0, 1) * 255).round().astype(np.uint8)
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(levels, colours), cv2.COLOR_BGR2RGB), np.uint8)


def framed(frame: Rgb, region: SearchRegion, width: int) -> Rgb:
    """Return a frame with its search region outlined in white and black."""
    drawn = frame.copy()
    corners = ((region.x0, region.y0), (region.x1 - 1, region.y1 - 1))
    for colour, thickness in (((0, 0, 0), 6), ((255, 255, 255), 3)):
        cv2.rectangle(drawn, *corners, colour, thickness)
    return shrink(drawn, width)


def thumbnail(frame: Rgb, labels: Labels, width: int = FRAME_WIDTH) -> Rgb:
    """Draw the labels over a frame and shrink it."""
    return shrink(overlay(frame, labels), width)
