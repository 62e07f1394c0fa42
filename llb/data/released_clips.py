"""Clips of the released training: one target of COCO, or of YouTube-VOS and DAVIS, with the release's augmentation.

The target's box is jittered and the search region around it cut out of each frame; grey and flip are rolled once for
the reference and once for the others; rotation, scale and brightness once per frame, after the crop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Shaped

from llb.config import check_crop
from llb.data.clip import Clip
from llb.data.targets import TargetFrame, TargetSource
from llb.data.transforms import Box, jitter_box, region_around
from llb.types import Mask, Rgb

DataSet = Literal["coco", "youtube_vos", "davis"]
ATTEMPTS = 50  # draws of a clip whose reference shows its target


@dataclass(frozen=True)
class ReleasedClipConfig:
    """Settings of the released training's clips; the defaults are as released.

    Attributes:
        shares: the data sets (``coco``, ``youtube_vos``, ``davis``) and their shares of the clips.
        crop: (height, width) of the clips in pixels.
        frames: T, the reference included.
        search_factor: side of the region over the root of the box's area.
        epoch_clips: clips of an epoch; a clip depends on the seed, its epoch and its number in the epoch alone.
        size_jitter: spread of the log size of the box, for the reference and for the other frames.
        offsets: centre jitter (x, y) in units of the root of the box's area, for the reference and for the others.
        grey, flip: chances (0..1), rolled once for the reference and once for all other frames.
        rotation: largest angle, in degrees.
        scale: largest log scale.
        brightness: largest relative change.

    Raises:
        ValueError: the crop is not of multiples of 16, or a clip has fewer than two frames.
    """

    shares: tuple[tuple[DataSet, float], ...] = (("coco", 1.0),)
    crop: tuple[int, int] = (480, 832)
    frames: int = 4
    search_factor: float = 5.0
    epoch_clips: int = 32_000
    size_jitter: tuple[float, float] = (0.25, 0.5)
    offsets: tuple[tuple[float, float], tuple[float, float]] = ((3.0, 3.0), (5.5, 4.5))
    grey: float = 0.05
    flip: float = 0.5
    rotation: float = 15.0
    scale: float = 0.2
    brightness: float = 0.2

    def __post_init__(self) -> None:
        check_crop(self.crop)
        if self.frames < 2:
            raise ValueError(f"frames is {self.frames}: a clip needs a reference and at least one more frame.")


class ReleasedClips:
    """Draw clips from data sets, each with its share of the clips; inside one, every target is as likely as another."""

    config: ReleasedClipConfig
    seed: int
    _sources: Sequence[TargetSource]
    _shares: Sequence[float]

    def __init__(self, sources: Sequence[TargetSource], config: ReleasedClipConfig, seed: int) -> None:
        """Draw from `sources`, which stand in the order of the configuration's shares."""
        self.config, self.seed, self._sources = config, seed, sources
        shares = [share for _, share in config.shares]
        self._shares = [share / sum(shares) for share in shares]

    def __getitem__(self, index: int) -> Clip:
        """Return clip number `index`; raise ValueError where no target that was drawn is visible."""
        rng = np.random.default_rng([self.seed, *divmod(index, self.config.epoch_clips)])
        for _ in range(ATTEMPTS):
            source = self._sources[int(rng.choice(len(self._sources), p=self._shares))]
            drawn = source.draw(int(rng.integers(len(source))), self.config.frames, rng)
            clip = self._augment(drawn, rng) if drawn else None
            if clip is not None and clip.mask[0].any():
                return clip
        raise ValueError(f"None of {ATTEMPTS} targets drawn for clip {index} is visible: check the data set's masks.")

    def _augment(self, drawn: Sequence[TargetFrame], rng: np.random.Generator) -> Clip:
        rolls = [rng.random(2) < (self.config.grey, self.config.flip) for _ in range(2)]
        frames = [
            self._augment_frame(frame, number > 0, rolls[min(number, 1)].tolist(), rng)
            for number, frame in enumerate(drawn)
        ]
        rgb = np.stack([frame.rgb.transpose(2, 0, 1) for frame in frames])
        return Clip(rgb, np.stack([frame.mask[None].astype(np.uint8) for frame in frames]))

    def _augment_frame(
        self, frame: TargetFrame, tracked: bool, rolls: Sequence[bool], rng: np.random.Generator
    ) -> TargetFrame:
        """Return a frame's crop; `rolls` tells whether it becomes grey and whether it is flipped."""
        config, (grey, flip) = self.config, rolls
        rgb, mask = (frame.rgb[:, ::-1], frame.mask[:, ::-1]) if flip else (frame.rgb, frame.mask)
        box = jitter_box(box_of_mask(mask), config.size_jitter[tracked], config.offsets[tracked], rng)
        region = region_around(box, mask.shape, config.crop, config.search_factor)
        patch = cut(rgb, mask, region, config.crop)
        turned = turn(patch, rng.uniform(-config.rotation, config.rotation), np.exp(rng.uniform(-1, 1) * config.scale))
        gain = 1 + rng.uniform(-1, 1) * config.brightness
        bright = cv2.convertScaleAbs(_to_grey(turned.rgb) if grey else turned.rgb, alpha=gain)
        return TargetFrame(np.asarray(bright, np.uint8), turned.mask)


def box_of_mask(mask: Mask) -> Box:
    """Return the bounding box of a mask that is not empty."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    height, width = int(ys[-1] - ys[0] + 1), int(xs[-1] - xs[0] + 1)
    return Box(ys[0] + height / 2, xs[0] + width / 2, float(height), float(width))


def cut(rgb: Rgb, mask: Mask, region: Box, crop: tuple[int, int]) -> TargetFrame:
    """Cut a region, in whole pixels, and resize it: images bilinearly, masks to the nearest pixel.

    Outside the image its edge is repeated; the mask is 0 there.
    """
    size = (max(round(region.height), 1), max(round(region.width), 1))
    y0, x0 = round(region.y - size[0] / 2), round(region.x - size[1] / 2)
    y1, x1 = y0 + size[0], x0 + size[1]
    height, width = mask.shape
    borders = (max(-y0, 0), max(y1 - height, 0), max(-x0, 0), max(x1 - width, 0))
    inside = np.s_[max(y0, 0) : min(y1, height), max(x0, 0) : min(x1, width)]
    image = cv2.copyMakeBorder(rgb[inside], *borders, cv2.BORDER_REPLICATE)
    shown = cv2.copyMakeBorder(mask[inside].astype(np.uint8), *borders, cv2.BORDER_CONSTANT, value=0)
    return TargetFrame(
        np.asarray(cv2.resize(image, crop[::-1], interpolation=cv2.INTER_LINEAR), np.uint8),
        np.asarray(cv2.resize(shown, crop[::-1], interpolation=cv2.INTER_NEAREST), bool),
    )


def turn(frame: TargetFrame, angle: float, scale: float) -> TargetFrame:
    """Rotate by `angle` degrees and scale around the middle; what comes in at the border is black."""
    height, width = frame.mask.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, float(scale))

    def warp(image: Shaped[np.ndarray, "h w *c"], flags: int) -> np.ndarray:
        return cv2.warpAffine(image, matrix, (width, height), flags=flags)

    mask = warp(frame.mask.astype(np.uint8), cv2.INTER_NEAREST)
    return TargetFrame(np.asarray(warp(frame.rgb, cv2.INTER_LINEAR), np.uint8), mask.astype(bool))


def _to_grey(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)
