"""Sample training clips by number: a clip depends on the seed and its number alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from llb.config import check_crop
from llb.data.clip import Clip, ClipBatch
from llb.data.hard_motion import motion_blur
from llb.data.image_cache import FrameCache
from llb.data.scene import Rendered, Scene, render
from llb.data.synthetic_clips import SyntheticSceneSampler
from llb.data.transforms import Box, colour_matrix, degrade, jitter_box, region_around, to_grey
from llb.data.video_clips import VideoSceneSampler

ATTEMPTS = 10
SLOWEST, FASTEST = 0.8, 1.5  # change of the region's area from frame to frame
MIN_TARGET = 0.002  # share of the first crop's pixels: a clip that shows less of its target there is drawn again


@dataclass(frozen=True)
class ClipConfig:
    """Settings of the training clips.

    Attributes:
        crop: (height, width) of the clips in pixels.
        frames: T, the reference included.
        real: share (0..1) of real clips, the rest being synthetic.
        paste: share of the real clips that get another object pasted in.
        gaps: largest gap between the frames of a real clip, at the first clip and after `gap_clips` clips.
        gap_clips: clips over which the gap grows.
        size_jitter: spread of the log size of the target's box, for the reference and for the other frames
            (paper: 0.25, 0.5; smaller here, since the engine's scale moves slowly).
        search_factor: side of the region over the root of the box's area.
        offset: centre jitter (x, y) in units of the root of the box's area, for the others (paper: 5.5, 4.5 in a region
            of factor 5); the reference takes 2.
        gentle: share of clips with a quarter of that jitter, as when tracking goes well.
        colour: strength of the colour change (0: none).
        shares: collections of objects with their weights (none: by their number of images).
        hard: share of the synthetic clips with the motion of `llb.data.hard_motion`; a third as many clips, real ones
            too, have motion blur.
        held_out: videos that no clip is made from.

    Raises:
        ValueError: the crop is not of multiples of 16, a clip has fewer than two frames, or a share is not in 0..1.
    """

    crop: tuple[int, int] = (240, 416)
    frames: int = 4
    real: float = 0.5
    paste: float = 0.5
    gaps: tuple[int, int] = (1, 5)
    gap_clips: int = 20_000
    size_jitter: tuple[float, float] = (0.25, 0.35)
    search_factor: float = 3.5
    offset: tuple[float, float] = (3.8, 2.6)
    gentle: float = 0.5
    colour: float = 0.2
    shares: tuple[tuple[str, float], ...] = ()
    hard: float = 0.0
    held_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_crop(self.crop)
        if self.frames < 2:
            raise ValueError(f"frames is {self.frames}: a clip needs a reference and at least one more frame.")
        if not all(0.0 <= share <= 1.0 for share in (self.real, self.paste, self.gentle, self.hard)):
            raise ValueError("real, paste, gentle and hard are shares: choose values from 0 to 1.")


class ClipSampler:
    """Draw clips from a cache; sampling changes no state."""

    config: ClipConfig
    seed: int
    _cache: FrameCache
    _synthetic: SyntheticSceneSampler
    _real: VideoSceneSampler | None

    def __init__(self, cache: FrameCache | Path, config: ClipConfig, seed: int) -> None:
        """Open the cache (a folder or an open one); raise ValueError when it has nothing to draw from."""
        self.config = config
        self.seed = seed
        folder, held_out = cache.folder if isinstance(cache, FrameCache) else cache, config.held_out
        known = isinstance(cache, FrameCache) and cache.held_out == held_out
        self._cache = cache if isinstance(cache, FrameCache) and known else FrameCache(folder, held_out)
        self._synthetic = SyntheticSceneSampler(self._cache, config.shares, config.hard)
        self._real = VideoSceneSampler(self._cache, self._synthetic, config.paste) if config.real > 0 else None

    def __getitem__(self, index: int) -> Clip:
        """Return clip number `index`."""
        rng = np.random.default_rng([self.seed, index])
        for _ in range(ATTEMPTS):
            rendered = self._draw(index, rng)
            if rendered[0].mask.mean() >= MIN_TARGET:
                break
        step = -1 if rng.random() < 0.5 else 1  # horizontal flip of the whole clip
        rgb = np.empty((self.config.frames, 3, *self.config.crop), np.uint8)
        for frame, image in enumerate(self._recolour([picture.rgb for picture in rendered], rng)):
            rgb[frame] = image[:, ::step].transpose(2, 0, 1)
        return Clip(rgb, np.stack([picture.mask[None, :, ::step] for picture in rendered]))

    def batch(self, indices: Sequence[int]) -> ClipBatch:
        """Return the clips of these numbers as one batch."""
        return ClipBatch.collate([self[index] for index in indices])

    def batches(self, size: int, numbers: Iterable[int]) -> Iterator[ClipBatch]:
        """Yield the batches of these numbers: batch n holds `size` clips from number n * size on."""
        return (self.batch(range(number * size, (number + 1) * size)) for number in numbers)

    def max_gap(self, index: int) -> int:
        """Return the largest frame gap for clip number `index`."""
        first, last = self.config.gaps
        return round(first + (last - first) * min(1.0, index / max(self.config.gap_clips, 1)))

    def _draw(self, index: int, rng: np.random.Generator) -> list[Rendered]:
        if self._real is not None and rng.random() < self.config.real:
            scene = self._real.scene(self.config.frames, self.max_gap(index), rng)
        else:
            scene = self._synthetic.scene(self.config.frames, rng)
        regions = self._regions(scene, rng)
        return [render(scene, frame, region, self.config.crop) for frame, region in enumerate(regions)]

    def _regions(self, scene: Scene, rng: np.random.Generator) -> list[Box]:
        """Return the jittered search regions; where the target is not visible, they stay where it was last.

        The size follows the target slowly, as in the engine, so that a sliver at the edge makes no tiny region.
        """
        config = self.config
        target = scene.layers[scene.target]
        strength = 0.25 if rng.random() < config.gentle else 1.0
        box = target.canvas_box(0, scene.canvas) or Box(scene.canvas[0] / 2, scene.canvas[1] / 2, *scene.canvas)
        regions = []
        for frame in range(config.frames):
            seen = target.canvas_box(frame, scene.canvas)
            box = seen.limited(box.area, SLOWEST, FASTEST) if seen else box
            factor = (2.0, 2.0) if frame == 0 else config.offset
            offset = (strength * factor[0], strength * factor[1])
            jittered = jitter_box(box, strength * config.size_jitter[min(frame, 1)], offset, rng)
            regions.append(region_around(jittered, scene.canvas, config.crop, config.search_factor))
        return regions

    def _recolour(self, images: Sequence[np.ndarray], rng: np.random.Generator) -> Sequence[np.ndarray]:
        """Change all frames' colours alike, with a small drift, at times to grey; then `degrade`."""
        strength = self.config.colour
        first, drift = colour_matrix(rng, strength), colour_matrix(rng, 0.15 * strength)
        first = to_grey(first) if rng.random() < 0.05 else first
        changed = []
        for step, image in enumerate(images):
            share = step / max(len(images) - 1, 1)
            changed.append(cv2.transform(image, first + share * (drift - np.eye(3, 4))))
        blurred = self.config.hard > 0 and rng.random() < self.config.hard / 3
        return degrade(motion_blur(changed, rng) if blurred else changed, rng)
