"""Two hot-air balloons over a misty valley: one comes near and floats across the other."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

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

SIDE = 200  # a balloon is drawn in a square of this side, its envelope 150 wide
SUN = np.array([-0.62, -0.35, 0.70])
HAZE = (0.86, 0.80, 0.78)
RED, CREAM, NAVY = (0.78, 0.13, 0.10), (0.95, 0.86, 0.66), (0.11, 0.16, 0.36)
TEAL, AMBER, PLUM = (0.08, 0.47, 0.49), (0.93, 0.60, 0.13), (0.42, 0.12, 0.34)


def frames() -> Iterator[Shot]:
    """Yield the clip; label 1 is the red balloon that comes nearer, label 2 the teal one."""
    rng = np.random.default_rng(23)
    sky = _sky(rng)
    ridges = [_ridge(rng, *layer) for layer in RIDGES]
    pines = _pines(rng)
    for _, t in times():
        drift, bob = 60 * t + 5 * sway(t, 1.0), 4 * sway(t, 2.5)
        stage = Stage(_shift(sky, -0.15 * drift, 0.3 * bob), 2)
        for depth, ridge in zip((0.25, 0.45, 0.75), ridges, strict=True):
            stage.draw(_moved(ridge, -depth * drift, 0.7 * bob))
        place = (352 - 30 * t - 0.5 * drift, 118 - 14 * t + bob)
        stage.draw(_balloon(place, 0.43 + 0.05 * t, 0.4 + 0.8 * t, 0.12, 1), 2)
        near = t * t * (3 - 2 * t)
        place = (95 + 245 * t - 8 * t * t, 92 + 48 * near + 5 * np.sin(4 * t) + bob)
        stage.draw(_balloon(place, 0.30 + 0.46 * near, 0.2 + 1.5 * t, 0.16 * (1 - near), 0), 1)
        stage.draw(_moved(pines, -1.7 * drift, bob))
        yield stage.finish(rng)


def _balloon(place: tuple[float, float], scale: float, spin: float, haze: float, kind: int) -> Sprite:
    ys, xs = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    x, y = (xs - SIDE / 2) / 75, (ys - 82) / 75
    radius = _profile(y)
    inside = np.clip((radius - np.abs(x)) * 75 + 0.5, 0, 1) * (y > -1) * (y < 1.28)
    u = np.clip(x / np.maximum(radius, 0.02), -1, 1)
    longitude = np.arcsin(u) + spin
    slope = np.clip(np.gradient(radius, axis=0) * 75, -6, 6)
    z = np.sqrt(1 - u * u)
    normal = np.stack((u, -slope, z), -1) / np.sqrt(1 + slope**2)[..., None]
    gore = 0.86 + 0.14 * np.abs(np.cos(12 * longitude)) ** 0.5
    shade = (0.48 + 0.62 * np.maximum(normal @ SUN, 0)) * gore * (1 - 0.22 * smoothstep(0.6, 1.25, y))
    colour = _cloth(longitude, y, kind) * shade[..., None]
    colour += 0.10 * smoothstep(0.3, 1.0, u)[..., None] * np.array([0.5, 0.6, 0.9])
    rgb, alpha = _basket(colour, inside.astype(np.float32), x, y)
    rgb = blend(rgb, HAZE, np.full(alpha.shape, haze, np.float32))
    small = cv2.GaussianBlur(np.dstack((rgb * alpha[..., None], alpha)), (0, 0), max(0.30 / scale, 0.35))
    return warp(Sprite(small[..., :3], small[..., 3]), turn((SIDE / 2, SIDE / 2), place, 0.0, scale))


def _profile(y: Plane) -> Plane:
    """Return the envelope's half width at height y: a sphere above, tapering to the mouth at y = 1.28."""
    crown = np.sqrt(np.maximum(1 - y * y, 0))
    taper = 0.16 + 0.84 * np.sqrt(np.maximum(1 - (np.maximum(y, 0) / 1.35) ** 1.75, 0)) ** 1.25
    return np.where(y < 0, crown, taper).astype(np.float32)


def _cloth(longitude: Plane, y: Plane, kind: int) -> Picture:
    stripe = 0.5 + 0.5 * np.tanh(9 * np.sin(6 * longitude))
    if kind == 0:
        zigzag = y + 0.13 * np.abs((longitude * 12 / np.pi) % 2 - 1)
        colour = blend(RED, CREAM, smoothstep(-0.28, -0.24, zigzag) - smoothstep(-0.02, 0.02, zigzag))
        colour = blend(colour, NAVY, smoothstep(0.22, 0.26, zigzag) - smoothstep(0.46, 0.50, zigzag))
        return blend(colour, CREAM, stripe * smoothstep(-0.76, -0.79, y))
    colour = blend(TEAL, CREAM, stripe * (smoothstep(-0.66, -0.62, y) - smoothstep(0.86, 0.9, y)))
    band = smoothstep(-0.06, -0.02, y) - smoothstep(0.24, 0.28, y)
    return blend(colour, blend(AMBER, PLUM, (0.5 + 0.5 * np.tanh(9 * np.sin(12 * longitude + 26 * y)))), band)


def _basket(rgb: Picture, alpha: Plane, x: Plane, y: Plane) -> tuple[Picture, Plane]:
    """Add the lines and the wicker basket below the mouth."""
    pixel = 1 / 75
    lines = np.zeros_like(alpha)
    for side in (-1.0, -0.35, 0.35, 1.0):
        rope = np.abs(x - side * (0.16 - 0.05 * (y - 1.25)))
        lines = np.maximum(lines, np.clip(1.1 - rope / pixel, 0, 1) * (y > 1.25) * (y < 1.42))
    box = np.clip((0.135 - np.abs(x)) / pixel + 0.5, 0, 1) * np.clip((y - 1.36) / pixel, 0, 1)
    box *= np.clip((1.51 - y) / pixel, 0, 1)
    weave = 0.75 + 0.25 * np.sin(x * 160) * np.sin(y * 190) - 0.25 * (x > 0.03)
    wicker = np.asarray((0.45, 0.28, 0.14), np.float32) * weave[..., None]
    rgb = blend(blend(rgb, (0.2, 0.17, 0.15), (1 - alpha) * (lines > 0)), wicker, (box > 0).astype(np.float32))
    return rgb, np.maximum(alpha, np.maximum(0.9 * lines, box)).astype(np.float32)


# crest height, roughness in pixels, cell, haze, colours in shade and sun
RIDGES = (
    (150, 62, 190.0, 0.62, (0.20, 0.25, 0.36), (0.62, 0.52, 0.50)),
    (196, 42, 130.0, 0.38, (0.12, 0.22, 0.24), (0.42, 0.46, 0.32)),
    (238, 24, 90.0, 0.10, (0.09, 0.17, 0.10), (0.40, 0.42, 0.16)),
)
BROAD = 640


def _ridge(
    rng: np.random.Generator,
    crest: int,
    rough: int,
    cell: float,
    haze: float,
    dark: tuple[float, ...],
    bright: tuple[float, ...],
) -> Sprite:
    size = (HEIGHT + 30, BROAD)
    line = crest + rough * (0.5 - noise((4, BROAD), cell, rng, 6)[0])
    below = np.arange(size[0], dtype=np.float32)[:, None] - line[None]
    height = noise(size, cell / 1.6, rng, 6, stretch=0.7)
    light = np.clip(0.5 + 9 * cv2.GaussianBlur(np.gradient(height, axis=1), (0, 0), 0.8), 0, 1)
    forest = 0.75 + 0.5 * (noise(size, 7, rng, 3, stretch=1.4) - 0.5)
    rgb = blend(dark, bright, light) * forest[..., None]
    mist = haze + (0.55 - 0.3 * haze) * smoothstep(12, 85, below) * (0.6 + 0.4 * noise(size, 120, rng, 3, stretch=0.25))
    alpha = np.clip(below + 0.5, 0, 1)
    return _trimmed(blend(rgb, HAZE, np.clip(mist, 0, 0.95)), alpha)


def _pines(rng: np.random.Generator) -> Sprite:
    """Dark pines along the lower edge, nearest of all."""
    size = (HEIGHT + 30, BROAD)
    alpha = np.zeros(size, np.float32)
    for x in np.sort(rng.uniform(0, BROAD, 46)):
        tall = rng.uniform(28, 62) + 26 * np.exp(-(((x - 470) / 50) ** 2))
        for level in np.linspace(0, 1, 16):
            y, half = HEIGHT + 12 - tall * (1 - level), (0.4 + 0.24 * tall * level) * rng.uniform(0.75, 1.1)
            bough = np.array([(x, y - 5), (x - half, y + 4), (x, y + 1), (x + half, y + 4)])
            cv2.fillPoly(alpha, [np.round(bough * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    tone = noise(size, 9, rng, 3, stretch=1.2)
    rgb = blend((0.03, 0.07, 0.05), (0.13, 0.20, 0.09), tone**2)
    soft = cv2.GaussianBlur(np.clip(alpha, 0, 1), (0, 0), 0.6)
    return _trimmed(rgb, np.where(soft > 0.002, soft, 0).astype(np.float32))


def _sky(rng: np.random.Generator) -> Picture:
    size = (HEIGHT, BROAD)
    down = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None] + np.zeros(size, np.float32)
    sky = blend(
        blend((0.36, 0.53, 0.76), (0.78, 0.79, 0.83), smoothstep(0, 0.5, down)),
        (0.98, 0.82, 0.66),
        smoothstep(0.3, 0.7, down),
    )
    clouds = noise(size, 150, rng, 6, stretch=0.32)
    puff = smoothstep(0.48, 0.85, clouds) * (1 - 0.6 * down)
    lit = np.clip(0.5 - 7 * np.gradient(cv2.GaussianBlur(clouds, (0, 0), 2.0), axis=0), 0, 1)
    return blend(sky, blend((0.74, 0.70, 0.74), (1.0, 0.95, 0.88), lit), 0.8 * puff)


def _shift(picture: Picture, right: float, down: float) -> Picture:
    move = np.array([[1.0, 0, right], [0, 1.0, down]])
    return np.asarray(cv2.warpAffine(picture, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.float32)


def _trimmed(rgb: Picture, alpha: Plane) -> Sprite:
    """Return a layer without the empty rows above it."""
    top = int(np.argmax(alpha.max(1) > 0))
    return Sprite((rgb * alpha[..., None])[top:], alpha[top:], top=top)


def _moved(sprite: Sprite, right: float, down: float) -> Sprite:
    return warp(sprite, np.array([[1.0, 0, sprite.left + right], [0, 1.0, sprite.top + down]]))
