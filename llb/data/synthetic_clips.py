"""Synthetic scenes: objects cut out of still images (and of video frames) that move smoothly over another image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from llb.data.hard_motion import draw_bars, fast_turns, leave_and_return
from llb.data.image_cache import CachedFrame, CachedObject, FrameCache
from llb.data.object_picker import Group, ObjectPicker, siblings
from llb.data.scene import Layer, Scene, Wave
from llb.data.transforms import similarity, smooth_path

CANVASES = ((480, 854), (320, 568), (480, 640), (640, 480))  # (height, width)
CANVAS_SHARES = (0.65, 0.15, 0.15, 0.05)
IN_PLACE = 0.3  # share of scenes whose target stays part of its own photo, which moves as a whole
SIBLING = 0.6  # share of a hard scene's distractors that come from the target's own photo, where it has others
RETURNS, BARS = 0.2, 0.15  # shares of the hard scenes whose target leaves and comes back, and that have thin bars


@dataclass(frozen=True)
class CutOut:
    """An object's pixels within its box, and its alpha (0..255)."""

    rgb: UInt8[np.ndarray, "h w 3"]
    alpha: UInt8[np.ndarray, "h w"]


@dataclass(frozen=True)
class Trajectory:
    """Where an object is on the canvas: the area of its box in canvas pixels, and its centre (x, y) at every frame."""

    area: float
    centres: Float[np.ndarray, "frames 2"]


def extract_object(cache: FrameCache, frame: CachedFrame, item: CachedObject) -> CutOut:
    """Return an object of a cached frame as a cut-out, with a margin of two pixels where the image has them."""
    y0, x0 = max(item.y0 - 2, 0), max(item.x0 - 2, 0)
    window = np.s_[y0 : item.y1 + 2, x0 : item.x1 + 2]
    alpha = np.where(cache.mask(frame)[window] == item.id, 255, 0).astype(np.uint8)
    return CutOut(cache.rgb(frame)[window], alpha)


def convex_hull(alpha: UInt8[np.ndarray, "h w"]) -> Float[np.ndarray, "n 2"]:
    """Return the corners (x, y) of a mask's convex hull; none for an empty mask."""
    contours, _ = cv2.findContours(alpha, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.convexHull(np.concatenate(contours))[:, 0].astype(float) if contours else np.zeros((0, 2))


class SyntheticSceneSampler:
    """Draw synthetic scenes from a cache.

    `hard` (0..1) of the scenes have the motion of `llb.data.hard_motion`, and other objects of the target's own photo
    beside it. `shares` are `ObjectPicker`'s.
    """

    objects: ObjectPicker
    _cache: FrameCache
    _scenery: list[CachedFrame]  # that may be a background
    _hard: float

    def __init__(self, cache: FrameCache, shares: Sequence[tuple[str, float]] = (), hard: float = 0.0) -> None:
        """List the objects that can be cut out; raise ValueError when none is large enough, or has a share."""
        self.objects = ObjectPicker(cache, shares)
        self._cache = cache
        self._scenery = [frame for frame in cache.frames if frame.scenery]
        self._hard = hard

    def scene(self, frames: int, rng: np.random.Generator) -> Scene:
        """Draw a scene: a background, a target, up to three distractors around it and sometimes an occluder."""
        canvas = CANVASES[int(rng.choice(len(CANVASES), p=CANVAS_SHARES))]
        camera = camera_path(canvas, frames, rng)
        hard = self._hard > 0 and rng.random() < self._hard
        frame, item = self.objects.pick(rng)
        cut = extract_object(self._cache, frame, item)
        if frame.scenery and rng.random() < IN_PLACE:
            background = self._background(frame, canvas, camera, zoom=2.0, rng=rng)
            target = self._target_in_own_photo(background, frame, item)
            box = target.canvas_box(0, canvas)
            place = Trajectory(box.area, np.repeat([[box.x, box.y]], frames, axis=0)) if box else None
        else:
            background = self._background(self._any_frame(rng), canvas, camera, zoom=1.5, rng=rng)
            place = self._target_trajectory(canvas, frames, rng)
            if hard and rng.random() < RETURNS:
                place = replace(place, centres=leave_and_return(place.centres, canvas, rng))
            target = moving_layer(cut, place, camera, rng, hard=hard)
        photo = siblings(frame, item) if hard else []
        behind, front = self._others(cut, place, camera, photo, hard=hard, rng=rng) if place else ([], [])
        if hard and rng.random() < BARS:
            front.append(self._bars(canvas, frames, rng))
        if behind and not target.painted:
            target = replace(target, painted=True)
        return Scene(canvas, (background, *behind, target, *front), 1 + len(behind))

    def _any_frame(self, rng: np.random.Generator) -> CachedFrame:
        return self._scenery[int(rng.integers(len(self._scenery)))]

    def _target_in_own_photo(self, background: Layer, frame: CachedFrame, item: CachedObject) -> Layer:
        """Return an object of the background's own photo as a layer that moves with it."""
        alpha = np.where(self._cache.mask(frame) == item.id, 255, 0).astype(np.uint8)
        frames = len(background.images)
        return replace(background, alphas=[alpha] * frames, outlines=[convex_hull(alpha)] * frames, painted=False)

    def _target_trajectory(self, canvas: tuple[int, int], frames: int, rng: np.random.Generator) -> Trajectory:
        """Draw the target's size (log-uniform) and path; one in twelve leaves the canvas."""
        fraction = float(np.exp(rng.uniform(np.log(0.003), np.log(0.4))))
        area = fraction * canvas[0] * canvas[1]
        start = rng.uniform(0.1, 0.9, 2) * canvas[::-1]
        speed = 0.15 * np.sqrt(area) * np.exp(rng.normal(0.0, 0.7))
        path = start + smooth_path(rng, frames, np.full(2, speed))
        if rng.random() < 1 / 12:
            angle = rng.uniform(0, 2 * np.pi)
            exit_speed = 1.3 * max(canvas) / frames * np.array([np.cos(angle), np.sin(angle)])
            path = path + np.maximum(np.arange(frames) - frames // 2, 0)[:, None] * exit_speed
        return Trajectory(area, path)

    def _others(
        self,
        cut: CutOut,
        place: Trajectory,
        camera: Float[np.ndarray, "frames 3 3"],
        photo: Group,
        *,
        hard: bool,
        rng: np.random.Generator,
    ) -> tuple[list[Layer], list[Layer]]:
        """Draw the layers behind and in front of the target; a distractor is at times a copy of it.

        `photo` are other objects of its photo, often of its kind, which are drawn before any others.
        """
        behind: list[Layer] = []
        front: list[Layer] = []
        for _ in range(int(rng.choice(4, p=(0.25, 0.35, 0.25, 0.15)))):
            twin = rng.random() < 0.3
            sibling = not twin and bool(photo) and rng.random() < SIBLING
            picked = photo[int(rng.integers(len(photo)))] if sibling else None
            other = cut if twin else extract_object(self._cache, *(picked or self.objects.pick(rng)))
            beside = distractor_trajectory(place, rng, spread=0.15 if twin else 0.5)
            (front if rng.random() < 0.5 else behind).append(moving_layer(other, beside, camera, rng, hard=hard))
        if rng.random() < 0.2:
            across = occluder_trajectory(place, rng)
            front.append(moving_layer(extract_object(self._cache, *self.objects.pick(rng)), across, camera, rng))
        return behind, front

    def _bars(self, canvas: tuple[int, int], frames: int, rng: np.random.Generator) -> Layer:
        """Return thin bars with another picture's pixels, which move as a camera of their own does."""
        image = np.asarray(cv2.resize(self._cache.rgb(self._any_frame(rng)), canvas[::-1]), np.uint8)
        alpha = draw_bars(canvas, rng)
        outlines, path = [convex_hull(alpha)] * frames, camera_path(canvas, frames, rng)
        return Layer([image] * frames, [alpha] * frames, path, outlines)

    def _background(
        self,
        frame: CachedFrame,
        canvas: tuple[int, int],
        camera: Float[np.ndarray, "frames 3 3"],
        *,
        zoom: float,
        rng: np.random.Generator,
    ) -> Layer:
        """Return a frame as background, up to `zoom` times larger than needed to cover the canvas; half are bent."""
        image = self._cache.rgb(frame)
        cover = max(canvas[0] / frame.height, canvas[1] / frame.width) * float(rng.uniform(1.05, zoom))
        slack = np.array([frame.width, frame.height]) * cover - canvas[::-1]
        centre = np.array(canvas[::-1]) / 2 + rng.uniform(-0.45, 0.45, 2) * slack
        flat = similarity((frame.width / 2, frame.height / 2), centre, cover, float(rng.normal(0.0, 0.1)))
        waves = random_waves(float(max(image.shape[:2])), 0.008, len(camera), rng) if rng.random() < 0.5 else ()
        return Layer([image] * len(camera), None, camera @ flat, waves=waves)


def camera_path(canvas: tuple[int, int], frames: int, rng: np.random.Generator) -> Float[np.ndarray, "frames 3 3"]:
    """Return a random camera motion: pan, zoom, roll, a little perspective; at times it stands still."""
    strength = float(rng.choice([0.0, 0.5, 1.0, 2.0]))
    sigma = strength * np.array([0.02 * canvas[1], 0.02 * canvas[0], 0.02, 0.015, 2e-5, 2e-5])
    path = smooth_path(rng, frames, sigma)
    middle = (canvas[1] / 2, canvas[0] / 2)
    return np.stack(
        [
            similarity(middle, np.add(middle, row[:2]), float(np.exp(row[2])), row[3], perspective=(row[4], row[5]))
            for row in path
        ]
    )


def moving_layer(
    cut: CutOut,
    place: Trajectory,
    camera: Float[np.ndarray, "frames 3 3"],
    rng: np.random.Generator,
    *,
    hard: bool = False,
) -> Layer:
    """Return a cut-out as a layer that follows a trajectory and smoothly turns, grows, shears and bends on the way.

    A `hard` one turns fast, too, in the image plane and out of it.
    """
    small, scale = shrink_to(cut, place.area)
    height, width = small.alpha.shape
    frames = len(camera)
    path = smooth_path(rng, frames, np.array([0.05, 0.08, 0.04, 0.05, 0.05]))
    path += rng.normal(0.0, 1.0, 5) * (0.0, 0.15, 0.08, 0.05, 0.05)
    flip = np.diag([float(rng.choice([-1.0, 1.0])), 1.0, 1.0])
    centred = similarity((width / 2, height / 2), np.zeros(2), 1.0, 0.0)
    moves = [
        similarity(
            (0.0, 0.0),
            centre,
            scale * float(np.exp(row[0])),
            row[1],
            shear=row[2],
            perspective=(row[3] / width, row[4] / height),
        )
        for centre, row in zip(place.centres, np.clip(path, -0.6, 0.6), strict=True)
    ]
    waves = random_waves(float(max(height, width)), 0.03, frames, rng) if rng.random() < 0.6 else ()
    turns = fast_turns(frames, rng) if hard else np.eye(3)
    to_canvas = camera @ np.stack(moves) @ turns @ flip @ centred
    return Layer([small.rgb] * frames, [small.alpha] * frames, to_canvas, [convex_hull(small.alpha)] * frames, waves)


def shrink_to(cut: CutOut, area: float) -> tuple[CutOut, float]:
    """Return the cut-out shrunk to a box of about `area` pixels, and the factor (at most 3) by which to enlarge it."""
    height, width = cut.alpha.shape
    scale = float(np.sqrt(area / (height * width)))
    if scale >= 0.8:
        return cut, min(scale, 3.0)
    size = (max(round(width * scale), 4), max(round(height * scale), 4))
    rgb = cv2.resize(cut.rgb, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(cut.alpha, size, interpolation=cv2.INTER_AREA)
    return CutOut(rgb, alpha), 1.0


def random_waves(length: float, strength: float, frames: int, rng: np.random.Generator) -> tuple[Wave, ...]:
    """Return two travelling waves with an amplitude around `strength` x `length` and 0.5 to 1.5 periods on `length`."""
    waves = []
    for _ in range(2):
        angle, periods = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.5)
        frequency = 2 * np.pi * periods / length * np.array([np.cos(angle), np.sin(angle)])
        phase = rng.uniform(0, 2 * np.pi) + np.arange(frames) * rng.normal(0.0, 0.6)
        amplitude = strength * length * rng.normal(0.0, 1.0, 2).clip(-2.0, 2.0)
        waves.append(Wave(amplitude, frequency, phase))
    return tuple(waves)


def distractor_trajectory(place: Trajectory, rng: np.random.Generator, spread: float) -> Trajectory:
    """Return a trajectory with its own motion that starts beside another object, mostly inside its search region."""
    side = np.sqrt(place.area)
    area = place.area * float(np.exp(rng.normal(0.0, 2 * spread)))
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.7, 3.0) * side
    start = place.centres[0] + distance * np.array([1.2 * np.cos(angle), 0.8 * np.sin(angle)])
    return Trajectory(area, start + smooth_path(rng, len(place.centres), np.full(2, 0.2 * side)))


def occluder_trajectory(place: Trajectory, rng: np.random.Generator) -> Trajectory:
    """Return a trajectory that crosses another object's after the first frame."""
    frames, side = len(place.centres), np.sqrt(place.area)
    angle = rng.uniform(0, 2 * np.pi)
    step = rng.uniform(0.4, 1.2) * side * np.array([np.cos(angle), np.sin(angle)])
    meeting = rng.uniform(1.0, max(frames - 1, 1))
    centres = place.centres + (np.arange(frames)[:, None] - meeting) * step
    return replace(place, area=place.area * float(np.exp(rng.uniform(-0.7, 0.7))), centres=centres)
