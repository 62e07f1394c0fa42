"""A bee darts from flower to flower: where it is fast, the shutter leaves little but a streak of it."""

from __future__ import annotations

import math

import bpy

from scripts.scenes import paint, shapes, studio
from scripts.scenes.studio import Point, Pose

SHUTTER, SAMPLES = 0.9, 4
REST = (  # where the bee hovers from a frame on, after a dart of `DART` frames
    (0, (-2.7, -0.6, 2.3)),
    (9, (0.1, -0.9, 3.0)),
    (18, (2.9, -0.5, 1.8)),
    (25, (0.4, -1.2, 0.85)),
    (33, (-2.7, -0.7, 3.05)),
    (40, (2.4, -1.0, 2.9)),
)
DART = 4


def build() -> None:
    """Build the scene; object 1 is the bee."""
    studio.sky("#eef3d8", "#b5dcf0", 0.9, 0.5)
    studio.sun((0.5, 0.6, -0.7), 3.0, "#fff0cf", 5)
    shapes.box((60, 1, 40), paint.mottled("#8fc47c", "#c9e29a", 0.16, 0.9, rough=1.0), (0, 12, 5), bevel=0)
    shapes.box((60, 30, 0.2), paint.mottled("#86b963", "#6ea552", 0.7, 0.9, rough=1.0), (0, 8, -2.2), bevel=0)
    _meadow()
    bee, wings = _bee()
    studio.move(bee, _fly)
    for side, wing in zip((-1, 1), wings, strict=True):
        studio.move(
            wing, lambda f, side=side: Pose((0.05, 0.2 * side, 0.42), (side * (30 + 7 * math.cos(math.pi * f)), 0, 0))
        )
    studio.camera(lambda f: (0.3 * math.sin(f / 20), -12.5, 2.3), lambda f: (0.1 * math.sin(f / 20), 0, 2.1), 52)


def _place(frame: float) -> Point:
    before, now = REST[0], REST[0]
    for rest in REST:
        if frame >= rest[0]:
            before, now = now, rest
    t = min(max((frame - now[0]) / DART, 0.0), 1.0)
    t = t * t * (3 - 2 * t)
    x, y, z = (a + (b - a) * t for a, b in zip(before[1], now[1], strict=True))
    return x, y, z + 0.35 * math.sin(math.pi * t) + 0.07 * math.sin(0.9 * frame)


def _fly(frame: float) -> Pose:
    (x0, _, z0), (x1, _, z1) = _place(frame - 0.5), _place(frame + 0.5)
    dive = 12 + 14 * min(1.0, abs(x1 - x0)) - 4 * (z1 - z0)
    return Pose(_place(frame), (0, dive, _heading(frame)))


def _heading(frame: float) -> float:
    """Return where the bee looks, in degrees: having arrived, it turns to where it will go next."""
    ways = [_towards(a[1], b[1]) for a, b in zip(REST, REST[1:], strict=False)]
    heading = ways[0]
    for (start, _), way, following in zip(REST[1:], ways, [*ways[1:], ways[-1]], strict=True):
        t = min(max((frame - start - DART + 1) / 4, 0.0), 1.0)
        heading += (following - way) * t * t * (3 - 2 * t)
    return heading


def _towards(here: Point, there: Point) -> float:
    return -22.0 if there[0] > here[0] else -158.0


def _bee() -> tuple[bpy.types.Object, list[bpy.types.Object]]:
    fur = paint.striped("#f2b524", "#2b211b", 0.62, "X", 0.45, shift=0.12, rough=0.75)
    dark, eye = paint.plain("#2b211b", 0.6), paint.plain("#15110f", 0.1, 0.8)
    pale = paint.striped("#e9f1f4", "#b9d3df", 0.26, "X", 0.18, rough=0.25)
    white, blush = paint.plain("#ffffff", 0.2), paint.plain("#f08a6a", 0.7)
    parts = [
        shapes.ball((0.80, 0.55, 0.52), fur, (-0.15, 0, 0), (0, -6, 0)),
        shapes.ball((0.42, 0.42, 0.42), paint.plain("#f2b524", 0.7), (0.66, 0, 0.12)),
        shapes.lathe([(0.12, 0), (0.07, 0.14), (0.005, 0.26)], dark, (-0.88, 0, 0.06), (0, -95, 0)),
    ]
    wings = []
    for side in (-1, 1):
        parts += [
            shapes.ball((0.09, 0.08, 0.13), eye, (0.98, 0.20 * side, 0.20)),
            shapes.ball((0.03, 0.03, 0.03), white, (1.06, 0.20 * side, 0.26)),
            shapes.ball((0.05, 0.07, 0.05), blush, (0.98, 0.31 * side, 0.04)),
            shapes.tube([(0.78, 0.14 * side, 0.45), (0.95, 0.2 * side, 0.72), (1.12, 0.24 * side, 0.82)], 0.035, dark),
            shapes.ball((0.07, 0.07, 0.07), dark, (1.14, 0.245 * side, 0.83)),
        ]
        for x in (-0.35, 0.0, 0.3):
            parts.append(
                shapes.tube(
                    [(x, 0.3 * side, -0.4), (x + 0.05, 0.4 * side, -0.6), (x - 0.06, 0.38 * side, -0.76)], 0.04, dark
                )
            )
        big = shapes.ball((0.34, 0.68, 0.035), pale, (-0.1, 0.66 * side, 0.02), (0, 0, 18 * side))
        small = shapes.ball((0.22, 0.42, 0.03), pale, (-0.45, 0.40 * side, 0.0), (0, 0, 45 * side))
        wings.append(shapes.group([big, small]))
    return shapes.group([*parts, *wings], 1), wings


def _meadow() -> None:
    looks = (("#fdf6ee", "#f3b92c"), ("#ec5f8a", "#f7d24a"), ("#6f5fd0", "#f5c842"), ("#ee5136", "#5b3a24"))
    flowers = (
        (-4.4, 0.6, 1.2, 0.95, 0),
        (-1.7, 1.2, 2.1, 0.85, 1),
        (1.6, 0.8, 1.6, 1.0, 2),
        (4.5, 0.9, 1.0, 0.95, 3),
        (-3.0, 2.8, 0.4, 0.8, 3),
        (3.3, 3.2, 2.7, 0.8, 1),
        (0.2, 3.0, 0.2, 0.8, 0),
        (-5.9, 3.4, 2.6, 0.85, 2),
        (6.3, 3.0, 2.2, 0.9, 0),
    )
    for x, y, z, size, look in flowers:
        _flower(x, y, z, size, *looks[look])
    blade = paint.plain("#5d9a49", 0.8)
    for i in range(60):
        x, y = -8 + 16 * ((i * 0.618) % 1.0), -0.5 + 5 * ((i * 0.755) % 1.0)
        tall, lean = 0.7 + 1.2 * ((i * 0.327) % 1.0), ((i * 0.449) % 1.0) - 0.5
        shapes.tube(
            [(x, y, -2.2), (x + 0.3 * lean, y, -2.0 + 0.5 * tall), (x + lean, y, -1.7 + tall)],
            lambda t: 0.07 * (1 - 0.85 * t),
            blade,
        )


def _flower(x: float, y: float, z: float, size: float, petal: str, heart: str) -> None:
    stem, leaf = paint.plain("#5b9447", 0.7), paint.plain("#74ad55", 0.6)
    lean = 0.3 * math.sin(5 * x)
    shapes.tube([(x + lean, y, -2.3), (x + 0.8 * lean, y, 0.5 * (z - 2.3)), (x, y + 0.1, z)], 0.07, stem)
    shapes.ball((0.5, 0.05, 0.18), leaf, (x + lean + 0.4, y, -1.2 + 0.2 * z), (0, -35, 0))
    parts = [
        shapes.lathe(
            [(0.3 * size, -0.05), (0.33 * size, 0.05), (0.2 * size, 0.15 * size), (0.01, 0.19 * size)],
            paint.mottled(heart, "#a8651c", 14, 0.5, rough=0.9, bump=0.6),
        )
    ]
    colour = paint.plain(petal, 0.7)
    for ring, (count, tilt, reach) in enumerate(((11, 12, 0.66), (9, 30, 0.52))):
        for i in range(count):
            a = 360 * (i + 0.5 * ring) / count
            at = (
                size * reach * math.cos(math.radians(a)),
                size * reach * math.sin(math.radians(a)),
                0.02 + 0.06 * ring,
            )
            parts.append(shapes.ball((size * 0.42, size * 0.18, size * 0.045), colour, at, (0, -tilt, a)))
    shapes.group(parts).location = (x, y, z)
    head = parts[0].parent
    head.rotation_euler = [math.radians(angle) for angle in (62 + 9 * math.sin(3 * x), 0, 16 * math.sin(2 * x + 1))]
