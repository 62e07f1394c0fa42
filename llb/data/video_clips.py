"""Scenes from annotated video: real clips, some with an object of another image or video pasted in."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from llb.data.image_cache import CachedFrame, FrameCache
from llb.data.scene import Layer, Scene
from llb.data.synthetic_clips import (
    SyntheticSceneSampler,
    Trajectory,
    camera_path,
    distractor_trajectory,
    extract_object,
    moving_layer,
    occluder_trajectory,
)
from llb.data.transforms import similarity

MIN_VISIBLE = 60  # pixels of the target in the first frame


class VideoSceneSampler:
    """Draw scenes from the videos of a cache; a share of them gets a pasted object."""

    _cache: FrameCache
    _videos: list[tuple[CachedFrame, ...]]
    _synthetic: SyntheticSceneSampler  # where pasted stills come from
    _paste: float

    def __init__(self, cache: FrameCache, synthetic: SyntheticSceneSampler, paste: float) -> None:
        """List the videos; `paste` (0..1) of the clips get a pasted object. Raise ValueError without videos."""
        self._cache = cache
        self._videos = [frames for frames in cache.videos().values() if any(frame.objects for frame in frames)]
        self._synthetic = synthetic
        self._paste = paste
        if not self._videos:
            raise ValueError(f"No video in {cache.folder}: real clips need davis16/train.")

    def scene(self, frames: int, max_gap: int, rng: np.random.Generator) -> Scene:
        """Draw a clip with gaps of 1..max_gap frames, in either direction of time."""
        clip = self._draw(frames, max_gap, rng)
        canvas = (clip[0].height, clip[0].width)
        camera = camera_path(canvas, frames, rng) if rng.random() < 0.3 else np.repeat(np.eye(3)[None], frames, axis=0)
        background = Layer([self._cache.rgb(frame) for frame in clip], None, camera)
        own = self._object_layer(clip, camera, painted=False)
        if rng.random() >= self._paste:
            return Scene(canvas, (background, own), 1)
        return self._pasted(canvas, background, own, max_gap=max_gap, rng=rng)

    def _draw(self, frames: int, max_gap: int, rng: np.random.Generator) -> tuple[CachedFrame, ...]:
        """Draw frames of one video, the object visible in the first of them; gaps shrink where the video is short."""
        video = self._videos[int(rng.integers(len(self._videos)))]
        gaps = rng.integers(1, max(1, min(max_gap, (len(video) - 1) // max(frames - 1, 1))) + 1, frames - 1)
        times = np.concatenate([[0], np.cumsum(gaps)])
        times = np.minimum(times + int(rng.integers(max(len(video) - int(times[-1]), 1))), len(video) - 1)
        clip = tuple(video[int(time)] for time in (times if rng.random() < 0.5 else times[::-1]))
        visible = sum(item.area for item in clip[0].objects) >= MIN_VISIBLE
        return clip if visible else self._draw(frames, max_gap, rng)

    def _object_layer(
        self, clip: tuple[CachedFrame, ...], camera: Float[np.ndarray, "frames 3 3"], painted: bool
    ) -> Layer:
        images = [self._cache.rgb(frame) for frame in clip]
        alphas = [(self._cache.mask(frame) > 0).astype(np.uint8) * np.uint8(255) for frame in clip]
        return Layer(images, alphas, camera, [_corners(frame) for frame in clip], painted=painted)

    def _pasted(
        self, canvas: tuple[int, int], background: Layer, own: Layer, *, max_gap: int, rng: np.random.Generator
    ) -> Scene:
        """Paste another object near the clip's own, in front or behind; in one of three scenes it is the target."""
        box = own.canvas_box(0, canvas)
        assert box is not None
        centres = _centres(own, canvas)
        place = Trajectory(box.area, centres)
        other_place = (
            occluder_trajectory(place, rng) if rng.random() < 0.35 else distractor_trajectory(place, rng, spread=0.4)
        )
        frames = len(centres)
        if rng.random() < 0.35:
            other = moving_layer(
                extract_object(self._cache, *self._synthetic.objects.pick(rng)), other_place, background.to_canvas, rng
            )
        else:
            other = self._other_video(frames, other_place, max_gap, rng)
        as_target = rng.random() < 0.35
        if rng.random() < 0.6:
            return Scene(canvas, (background, own, other), 2 if as_target else 1)
        own = Layer(own.images, own.alphas, own.to_canvas, own.outlines)
        return Scene(canvas, (background, other, own), 1 if as_target else 2)

    def _other_video(self, frames: int, place: Trajectory, max_gap: int, rng: np.random.Generator) -> Layer:
        """Return another video's object, scaled and shifted to a trajectory; it keeps its own motion."""
        clip = self._draw(frames, max_gap, rng)
        corners = _corners(clip[0])
        size = np.ptp(corners, axis=0)
        scale = float(np.sqrt(place.area / (size[0] * size[1])))
        middle = corners.mean(axis=0)
        flip = np.diag([float(rng.choice([-1.0, 1.0])), 1.0, 1.0])
        anchor = place.centres[int(rng.integers(frames))]
        fixed = similarity((0.0, 0.0), anchor, min(scale, 3.0), 0.0) @ flip
        moved = fixed @ similarity((float(middle[0]), float(middle[1])), np.zeros(2), 1.0, 0.0)
        return self._object_layer(clip, np.repeat(moved[None], frames, axis=0), painted=True)


def _corners(frame: CachedFrame) -> Float[np.ndarray, "n 2"]:
    """Return the corners (x, y) of the box around all objects of a frame; none when it has none."""
    if not frame.objects:
        return np.zeros((0, 2))
    boxes = np.array([(item.x0, item.y0, item.x1, item.y1) for item in frame.objects], float)
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _centres(layer: Layer, canvas: tuple[int, int]) -> Float[np.ndarray, "frames 2"]:
    """Return the object's centre (x, y) at every frame; where it is not visible, the last one."""
    centres: list[tuple[float, float]] = []
    for frame in range(len(layer.images)):
        box = layer.canvas_box(frame, canvas)
        centres.append((box.x, box.y) if box else centres[-1])
    return np.array(centres)
