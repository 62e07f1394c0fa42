"""Koi in a pond seen from above: the marked fish meets another of the same kind, which swims across it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from demo.scenes.canvas import (
    HEIGHT,
    WIDTH,
    Picture,
    Plane,
    Shot,
    Sprite,
    Stage,
    blend,
    noise,
    smoothstep,
    sway,
    times,
    turn,
    warp,
)

POND = (380, 640)
FISH = (110, 240)  # the drawn fish: head to the right, spine on the middle row
WATER = (0.16, 0.33, 0.31)
WHITE, ORANGE, BLACK, GOLD = (0.93, 0.90, 0.84), (0.90, 0.30, 0.06), (0.10, 0.09, 0.10), (0.86, 0.62, 0.20)


@dataclass(frozen=True)
class Fish:
    """A koi's look and its way: start, end and bend of the path in pond pixels, size, and where its stroke begins."""

    body: Sprite
    start: tuple[float, float]
    end: tuple[float, float]
    bend: float
    size: float
    phase: float

    def at(self, t: float) -> tuple[tuple[float, float], float]:
        """Return the place and the heading (radians, clockwise from right) at time t."""
        (x0, y0), (x1, y1) = self.start, self.end
        across = np.array([y0 - y1, x1 - x0]) * self.bend
        place = np.array([x0, y0]) * (1 - t) + np.array([x1, y1]) * t + across * np.sin(np.pi * t)
        speed = np.array([x1 - x0, y1 - y0]) + across * np.pi * np.cos(np.pi * t)
        return (float(place[0]), float(place[1])), float(np.arctan2(speed[1], speed[0]))


def frames() -> Iterator[Shot]:
    """Yield the clip; label 1 is the fish that enters from the left."""
    rng = np.random.default_rng(5)
    floor = _floor(rng)
    light = [noise(POND, 52, rng, 2) for _ in range(2)]
    target = Fish(_koi(rng, WHITE, ORANGE), (165, 215), (500, 170), 0.10, 0.78, 0.0)
    others = (
        Fish(_koi(rng, GOLD, WHITE), (475, 108), (375, 98), 0.08, 0.62, 1.0),
        Fish(_koi(rng, WHITE, ORANGE), (480, 300), (205, 145), 0.04, 0.76, 2.0),
    )
    for _, t in times():
        middle = (305 + 40 * t + 4 * sway(t, 1.0), 196 - 10 * t + 4 * sway(t, 5.0))
        camera = turn(middle, (WIDTH / 2, HEIGHT / 2), 0.03 * sway(t, 2.0), 1.06 + 0.05 * t)
        floor_here = cv2.warpAffine(floor, camera, (WIDTH, HEIGHT))
        stage = Stage(floor_here * _caustics(light, t, camera)[..., None], 1)
        for fish, label in ((others[0], 0), (target, 1), (others[1], 0)):
            sprite = _swim(fish, t, camera)
            soft = cv2.GaussianBlur(np.pad(sprite.alpha, 16), (0, 0), 5)
            stage.shade(0.42 * soft, sprite.left - 16 + 9, sprite.top - 16 + 13)
            stage.draw(sprite, label)
        stage.picture += _glints(light, t, camera)[..., None]
        yield stage.finish(rng)


def _swim(fish: Fish, t: float, camera: Float[np.ndarray, "2 3"]) -> Sprite:
    height, width = FISH
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    along = 1 - xs / width  # 0 at the head
    stroke = 4 + 20 * along**1.6
    bent = ys - stroke * np.sin(5.2 * along - 21 * t - fish.phase).astype(np.float32)
    moved = cv2.remap(np.dstack((fish.body.rgb, fish.body.alpha)), xs, bent, cv2.INTER_LINEAR)
    place, heading = fish.at(t)
    at = camera @ (*place, 1.0)
    tilt = heading + float(np.arctan2(camera[1, 0], camera[0, 0]))
    scale = fish.size * float(np.hypot(camera[0, 0], camera[1, 0]))
    under_water = 0.86 * moved[..., :3] + 0.14 * moved[..., 3:] * np.array(WATER, np.float32)
    return warp(Sprite(under_water, moved[..., 3]), turn((width / 2, height / 2), (at[0], at[1]), tilt, scale))


def _koi(rng: np.random.Generator, ground: tuple[float, ...], patch: tuple[float, ...]) -> Sprite:
    height, width = FISH
    xs, ys = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.arange(height, dtype=np.float32))
    across = ys - (height - 1) / 2
    body_x = np.clip((xs - 0.22) / 0.76, 0, 1)  # 0 at the root of the tail, 1 at the nose
    half = 29 * np.sqrt(np.clip(1 - body_x, 0, 1)) * (0.20 + 1.05 * body_x) * smoothstep(1.0, 0.93, body_x) ** 0.2
    half = np.where((xs > 0.2) & (xs < 0.985), half + 0.5, 0)
    body = np.clip(half - np.abs(across) + 0.5, 0, 1)
    round_ = np.clip(across / np.maximum(half, 1), -1, 1)
    spots = smoothstep(0.50, 0.56, noise(FISH, 62, rng, 3))
    colour = blend(ground, patch, spots)
    ink = smoothstep(0.80, 0.84, noise(FISH, 40, rng, 3)) * (body_x > 0.4) * (body_x < 0.9)
    colour = blend(colour, BLACK, 0.85 * ink)
    scales = np.abs(np.sin(78 * xs + 0.5 * np.abs(across)) * np.sin(0.55 * across))
    colour = colour * (0.90 + 0.10 * scales * (body_x < 0.78))[..., None]
    shade = np.sqrt(np.clip(1 - round_**2, 0, 1)) * 0.5 + 0.55 - 0.12 * round_
    spine = 0.16 * np.exp(-((across + 5) ** 2) / 18) * body
    colour = colour * shade[..., None] + spine[..., None]
    for side in (-1, 1):
        eye = np.hypot((xs - 0.925) * width, across - side * 8.5)
        colour = blend(colour, BLACK, smoothstep(3.0, 1.8, eye))
    fins, rays = _fins(xs, across)
    fin_colour = blend(ground, patch, 0.35 * spots) * (0.72 + 0.25 * rays)[..., None]
    alpha = np.maximum(body, 0.8 * fins)
    soft = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), 0.7)
    return Sprite(blend(fin_colour, colour, body) * soft[..., None], soft)


def _fins(xs: Plane, across: Plane) -> tuple[Plane, Plane]:
    """Return coverage and ray pattern of the tail fin and the two pectoral fins."""
    x = xs * FISH[1]
    tail_along = np.clip((66 - x) / 58, 0, 1)
    reach = 5 + 23 * tail_along
    notch = 8 + 20 * np.clip(1 - np.abs(across) / 20, 0, 1)
    tail = np.clip(reach - np.abs(across), 0, 1) * np.clip(x - notch, 0, 1) * (x < 66)
    rays = 0.5 + 0.5 * np.sin(np.arctan2(across, 80 - x) * 60)
    for side in (-1, 1):
        out, back = side * across - 13, 176 - x
        angle, reach = np.arctan2(out, back), np.hypot(out, back)
        fin = smoothstep(38, 36, reach) * smoothstep(0.02, 0.12, angle) * smoothstep(1.25, 1.1, angle)
        tail = np.maximum(tail, fin)
        rays = np.where(fin > 0.01, 0.5 + 0.5 * np.sin(34 * angle), rays)
    return tail.astype(np.float32), rays.astype(np.float32)


def _caustics(light: list[Plane], t: float, camera: Float[np.ndarray, "2 3"]) -> Plane:
    return np.asarray(1.05 + 0.95 * _web(light, t, camera) ** 3, np.float32)


def _glints(light: list[Plane], t: float, camera: Float[np.ndarray, "2 3"]) -> Plane:
    return 0.30 * smoothstep(0.93, 1.0, _web(light, 1.7 * t + 0.3, camera))


def _web(light: list[Plane], t: float, camera: Float[np.ndarray, "2 3"]) -> Plane:
    """Return the bright net that moving water throws: where the ridges of two drifting noises cross; 0..1."""
    web = np.ones((HEIGHT, WIDTH), np.float32)
    for plane, (right, down) in zip(light, ((50 * t, 18 * t), (-36 * t, 34 * t)), strict=True):
        drift = camera + np.hstack((np.zeros((2, 2)), camera[:, :2] @ np.array([[right], [down]])))
        moved = cv2.warpAffine(plane, drift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        web *= 1 - np.abs(2 * moved - 1)
    return web


def _floor(rng: np.random.Generator) -> Picture:
    """Pebbles under a little green water, the upper ones last; darker towards one corner."""
    height, width = POND
    picture = blend((0.10, 0.13, 0.11), (0.20, 0.22, 0.18), noise(POND, 30, rng, 4))
    picture = np.ascontiguousarray(picture)
    for size in np.sort(rng.gamma(2.6, 2.4, 1500) + 3)[::-1]:
        x, y, angle = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, 180)
        tone = rng.uniform(0.26, 0.68) * (np.array([1.0, 0.95, 0.85]) + rng.normal(0, 0.05, 3))
        wide = rng.uniform(0.6, 0.95)
        for part, shift, gain in ((1.12, 1.3, 0.35), (1.0, 0.0, 0.8), (0.78, -0.8, 1.0), (0.45, -1.6, 1.15)):
            centre = (int(16 * (x + shift * size / 9)), int(16 * (y + shift * size / 9)))
            axes = (int(16 * part * size), int(16 * part * size * wide))
            cv2.ellipse(picture, centre, axes, angle, 0, 360, (tone * gain).tolist(), -1, cv2.LINE_AA, 4)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.1) * (0.85 + 0.3 * noise(POND, 8, rng, 3))[..., None]
    depth = 0.30 + 0.28 * noise(POND, 240, rng, 2)
    return blend(picture, (0.10, 0.33, 0.29), depth)
