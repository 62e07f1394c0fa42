"""A beach ball bounces over a lawn from sun into the shade of a tree, turning new colours to the camera."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Float

from demo.scenes.canvas import HEIGHT, WIDTH, Picture, Plane, Shot, Sprite, Stage, blend, noise, smoothstep, sway, times
from demo.scenes.canvas import turn as affine

CANVAS = (360, 820)
HORIZON = 118
SUN = np.array([-0.55, -0.62, 0.56])  # towards the light: left, up, towards the camera
PANELS = np.array(
    [
        (0.86, 0.12, 0.10),
        (0.93, 0.91, 0.86),
        (0.95, 0.72, 0.10),
        (0.93, 0.91, 0.86),
        (0.10, 0.33, 0.72),
        (0.16, 0.58, 0.36),
    ],
    np.float32,
)


def frames() -> Iterator[Shot]:
    """Yield the clip; label 1 is the ball."""
    rng = np.random.default_rng(11)
    lawn, light = _lawn(rng), _light(rng)
    lit = lawn * light[..., None]
    for _, t in times():
        centre = (250 + 285 * t + 5 * sway(t, 1.0), 188 + 5 * sway(t, 2.0))
        camera = affine(centre, (WIDTH / 2, HEIGHT / 2), 0.015 * sway(t, 3.0), 1.03 + 0.10 * t)
        stage = Stage(cv2.warpAffine(lit, camera, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT), 1)
        ground = (120 + 470 * t, 268 - 22 * t)
        height = 46 * abs(np.cos(3.4 * np.pi * t)) * (1 - 0.75 * t)
        radius = (38 - 5 * t) * camera[0, 0]
        feet = camera @ (*ground, 1.0)
        middle = camera @ (ground[0], ground[1] - height - 36, 1.0)
        here = cv2.warpAffine(light, camera, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        brightness = float(light[int(ground[1]), int(ground[0])])
        stage.shade(*_shadow(feet, radius, height, brightness))
        stage.draw(_ball(middle, radius, 7.5 * t, here, brightness), 1)
        yield stage.finish(rng)


def _ball(centre: Float[np.ndarray, " 2"], radius: float, angle: float, light: Plane, brightness: float) -> Sprite:
    """Draw the ball in a small window at twice the resolution, then place it in the frame."""
    side = int(radius) + 3
    left, top = int(centre[0]) - side, int(centre[1]) - side
    grid = np.arange(4 * side, dtype=np.float32) / 2 + 0.25 - 0.5
    u = (grid[None] + left - centre[0]) / radius + np.zeros((4 * side, 1), np.float32)
    v = (grid[:, None] + top - centre[1]) / radius + np.zeros((1, 4 * side), np.float32)
    distance = np.hypot(u, v)
    z = np.sqrt(np.maximum(1 - distance**2, 0.0))
    normal = np.stack((u, v, z), -1).astype(np.float32)
    around = cv2.warpAffine(light, np.array([[2.0, 0, -2 * left], [0, 2.0, -2 * top]]), u.shape[::-1], borderMode=1)
    diffuse = np.maximum(normal @ SUN, 0)
    shine = np.maximum(2 * diffuse * z - SUN[2], 0) ** 40
    bounce = np.maximum(v, 0)[..., None] * np.array([0.10, 0.17, 0.05])
    local = 0.5 * around + 0.5 * brightness
    shade = (0.34 + 0.16 * brightness + 0.78 * diffuse * local) * (1 - 0.25 * smoothstep(0.75, 1.0, distance))
    colour = _paint(normal @ _rotation(angle)) * (shade[..., None] + bounce) + (0.45 * shine * local)[..., None]
    rgba = np.dstack((colour, distance < 1)).astype(np.float32)
    rgba[..., :3] *= rgba[..., 3:]
    half = cv2.resize(rgba, (2 * side, 2 * side), interpolation=cv2.INTER_AREA)
    return Sprite(half[..., :3], half[..., 3], left, top)


def _rotation(angle: float) -> Float[np.ndarray, "3 3"]:
    roll, _ = cv2.Rodrigues(np.array([0.18, 0.25, 1.0]) / 1.046 * angle)
    spin, _ = cv2.Rodrigues(np.array([0.9, 0.35, 0.0]) * (0.55 + 0.42 * angle))
    return np.asarray(roll @ spin)


def _paint(point: Float[np.ndarray, "height width 3"]) -> Picture:
    """Six panels between two white caps, with a faint seam and grime, at points of the unit sphere."""
    x, y, z = point[..., 0], point[..., 1], point[..., 2]
    turn = (np.arctan2(y, x) / (2 * np.pi) % 1.0) * 6
    panel = np.floor(turn).astype(int) % 6
    edge = np.abs(turn - np.round(turn)) * np.sqrt(np.maximum(1 - z * z, 0))
    colour = PANELS[panel] * (0.80 + 0.20 * smoothstep(0.0, 0.06, edge))[..., None]
    grime = 0.93 + 0.07 * np.sin(9 * x + 5 * y) * np.sin(7 * z - 4 * y)
    cap = smoothstep(0.945, 0.965, np.abs(z))
    return blend(colour * grime[..., None], (0.95, 0.94, 0.90), cap)


def _shadow(feet: Float[np.ndarray, " 2"], radius: float, height: float, brightness: float) -> tuple[Plane, int, int]:
    """Return the ball's shadow and where its corner lies: a cast one that moves away with height, and a contact one."""
    left, top = int(feet[0] - 2 * radius), int(feet[1] - radius)
    xs = np.arange(left, left + int(6 * radius), dtype=np.float32)[None] - feet[0]
    ys = np.arange(top, top + int(2 * radius), dtype=np.float32)[:, None] - feet[1] - 1
    spread = radius * (1.0 + height / 120)
    cast = np.hypot((xs - 0.45 * radius - 0.9 * height) / (1.15 * spread), ys / (0.33 * spread))
    contact = np.hypot(xs / (0.7 * radius), ys / (0.2 * radius))
    near = 0.45 * np.exp(-height / 9) * (1 - smoothstep(0.2, 1.2, contact))
    return (0.25 + 0.3 * brightness) * (1 - smoothstep(0.55, 1.15, cast)) + near, left, top


def _light(rng: np.random.Generator) -> Plane:
    """Sunlight on the lawn: full on the left, dappled shade of a tree on the right; 0.3..1.1."""
    height, width = CANVAS
    xs = np.linspace(0, width, width, dtype=np.float32)[None] + 90 * (noise(CANVAS, 90, rng, 3) - 0.5)
    shade = smoothstep(400, 450, xs)
    dapple = smoothstep(0.66, 0.80, noise(CANVAS, 42, rng, 2, stretch=0.45))
    return cv2.GaussianBlur(1.22 - shade * (0.70 - 0.48 * dapple), (0, 0), 1.6)


def _lawn(rng: np.random.Generator) -> Picture:
    height, width = CANVAS
    hedge = blend((0.05, 0.12, 0.05), (0.22, 0.36, 0.13), noise(CANVAS, 46, rng, 5))
    sparkle = smoothstep(0.72, 0.95, noise(CANVAS, 9, rng, 2))
    hedge = cv2.GaussianBlur(blend(hedge, (0.62, 0.70, 0.38), 0.7 * sparkle), (0, 0), 3.2)
    near = smoothstep(HORIZON, height, np.arange(height, dtype=np.float32)[:, None] + np.zeros(CANVAS, np.float32))
    tone = noise(CANVAS, 60, rng, 5, stretch=0.3)
    grass = blend((0.17, 0.31, 0.09), (0.36, 0.50, 0.17), 0.6 * tone + 0.4 * near)
    grass = np.ascontiguousarray(grass)
    for y in np.sort(rng.uniform(HORIZON + 2, height + 14, 15000)):
        size = 1.5 + 15 * ((y - HORIZON) / (height - HORIZON)) ** 1.2
        x, lean = rng.uniform(0, width), rng.normal(0, 0.35)
        patch = tone[min(int(y), height - 1), min(int(x), width - 1)]
        mood = 0.55 + 0.35 * rng.random() + 0.35 * patch
        colour = mood * np.array([0.36 + 0.10 * rng.random(), 0.55, 0.16])
        foot, tip = (int(16 * x), int(16 * y)), (int(16 * (x + lean * size)), int(16 * (y - size)))
        cv2.line(grass, foot, tip, colour.tolist(), 1, cv2.LINE_AA, 4)
    rows = np.arange(height, dtype=np.float32)[:, None] + 5 * (noise(CANVAS, 30, rng, 3) - 0.5)
    return blend(hedge, grass, smoothstep(HORIZON - 3, HORIZON + 3, rows))
