"""A wooden train runs through a tunnel: for some frames nothing of it is to be seen."""

from __future__ import annotations

import math

import bpy

from scripts.scenes import paint, shapes, studio
from scripts.scenes.studio import Pose

SHUTTER, SAMPLES = 0.4, 4


def build() -> None:
    """Build the scene; object 1 is the engine, object 2 its wagon."""
    studio.sky("#dcf0fc", "#5fa9ea", 1.05, 0.2)
    studio.sun((0.5, 0.7, -0.75), 3.2, "#ffe3b5", 5)
    shapes.box((90, 70, 0.2), paint.mottled("#a9c77b", "#93b868", 0.5, 0.9, rough=0.9), (0, 24, -0.1), bevel=0)
    for x, y, wide, tall, colour in (
        (-13, 24, 10, 4.2, "#9cc08a"),
        (4, 30, 14, 5.2, "#a9c9a4"),
        (20, 22, 10, 3.6, "#97bd84"),
    ):
        shapes.ball((wide, 6, tall), paint.plain(colour, 0.9), (x, y, -0.4))
    _track()
    _tunnel()
    _firs()
    _bushes()
    engine, wagon = _engine(), _wagon()
    studio.move(engine, lambda f: Pose((_way(f), 0, 0.02 * math.sin(2.1 * f))))
    studio.move(wagon, lambda f: Pose((_way(f) - 2.32, 0, 0.02 * math.sin(2.1 * f + 1))))
    studio.camera(lambda f: (0.5 * (f / 47 - 0.5), -16.5, 4.9), lambda f: (0.25 * (f / 47 - 0.5), 0.2, 1.5), 40.5)


def _way(frame: float) -> float:
    """Return the engine's place: it rests in the tunnel for a few frames."""
    return -4.0 + 5.26 * min(frame / 19, 1.0) + 4.84 * max((frame - 28) / 19, 0.0)


def _engine() -> bpy.types.Object:
    red, navy, gold = (
        paint.plain("#cf3b2e", 0.35, 0.5),
        paint.plain("#2b4a7a", 0.4, 0.4),
        paint.plain("#e7b24a", 0.3, metal=0.5),
    )
    dark, cream = paint.plain("#2a2c33", 0.45), paint.plain("#f4e6c6", 0.5)
    boiler = paint.striped("#cf3b2e", "#e7b24a", 0.62, "Z", 0.12, rough=0.35, coat=0.5)
    roof = shapes.box((1.02, 1.16, 0.14), red, bevel=0.06)
    studio.move(roof, lambda f: Pose((-0.72, 0, 1.62), size=_roof_size(f)))
    parts = [
        shapes.box((2.3, 0.86, 0.16), dark, (0, 0, 0.46)),
        shapes.disc(0.42, 1.35, boiler, (0.32, 0, 0.96), (0, 90, 0), 0.08),
        shapes.disc(0.34, 0.12, gold, (1.02, 0, 0.96), (0, 90, 0)),
        shapes.box((0.78, 0.96, 1.06), navy, (-0.72, 0, 1.04), bevel=0.08),
        shapes.box((0.42, 1.0, 0.42), cream, (-0.72, 0, 1.24), bevel=0.05),
        shapes.box((0.34, 1.02, 0.34), paint.plain("#38536b", 0.15, 0.5), (-0.72, 0, 1.24), bevel=0.04),
        roof,
        shapes.lathe([(0.13, 0), (0.13, 0.3), (0.2, 0.44), (0.23, 0.5), (0.18, 0.53)], dark, (0.72, 0, 1.3)),
        shapes.lathe([(0.19, 0), (0.19, 0.1), (0.13, 0.2), (0.03, 0.25)], gold, (0.12, 0, 1.34)),
        shapes.box((0.1, 0.8, 0.24), red, (1.2, 0, 0.46)),
        shapes.ball((0.1, 0.1, 0.1), paint.glowing("#ffe7a0", 1.5), (1.1, 0, 1.32)),
    ]
    for side in (-1, 1):
        for x, radius in ((-0.72, 0.36), (0.12, 0.30), (0.78, 0.30)):
            parts += _wheel(x, 0.45 * side, radius, red)
        parts.append(shapes.box((0.95, 0.06, 0.08), gold, (0.45, side * 0.56, 0.32), bevel=0.02))
    return shapes.group(parts, 1)


def _roof_size(frame: float) -> float:
    """Return the roof's size: smaller in the tunnel, where it would stick out of the hill."""
    return 0.85 if 10 <= frame <= 35 else 0.92 if frame == 36 else 1.0


def _wagon() -> bpy.types.Object:
    green, wood = paint.plain("#3b8c6e", 0.4, 0.4), paint.mottled("#d8a868", "#b9803f", 3.0, 0.7, (0.4, 6, 6), 0.6)
    parts = [
        shapes.box((1.9, 0.84, 0.14), paint.plain("#2a2c33", 0.45), (0, 0, 0.46)),
        shapes.box((1.8, 0.9, 0.5), green, (0, 0, 0.76), bevel=0.07),
        shapes.box((1.86, 0.94, 0.1), paint.plain("#f4e6c6", 0.5), (0, 0, 0.98), bevel=0.03),
        shapes.box((0.5, 0.1, 0.08), paint.plain("#2a2c33", 0.5), (1.1, 0, 0.46)),
    ]
    for x, z in ((-0.0, 1.1), (0.0, 1.34)):
        for y in (-0.24, 0.0, 0.24) if z < 1.2 else (-0.12, 0.12):
            parts.append(shapes.disc(0.135, 1.6, wood, (x + 0.04 * y, y, z), (0, 90, 0), 0.02))
    for side in (-1, 1):
        for x in (-0.55, 0.55):
            parts += _wheel(x, 0.45 * side, 0.28, paint.plain("#e7b24a", 0.4, 0.3))
    return shapes.group(parts, 2)


def _wheel(x: float, y: float, radius: float, hub: bpy.types.Material) -> list[bpy.types.Object]:
    rim = paint.plain("#2a2c33", 0.4)
    out = math.copysign(0.04, y)
    return [
        shapes.disc(radius, 0.12, rim, (x, y, radius), (90, 0, 0), 0.03),
        shapes.disc(0.72 * radius, 0.12, hub, (x, y + out, radius), (90, 0, 0), 0.03),
        shapes.disc(0.22 * radius, 0.12, rim, (x, y + 2 * out, radius), (90, 0, 0), 0.02),
    ]


def _track() -> None:
    wood, steel = paint.plain("#8a6342", 0.8), paint.plain("#9aa0a8", 0.35, metal=0.6)
    shapes.box((60, 2.0, 0.12), paint.mottled("#c9b79c", "#b3a083", 6, 0.6, rough=0.95), (0, 0, -0.04), bevel=0.05)
    for i in range(-24, 25):
        shapes.box((0.24, 1.5, 0.1), wood, (0.6 * i, 0, 0.05), bevel=0.02)
    for y in (-0.45, 0.45):
        shapes.box((60, 0.1, 0.12), steel, (0, y, 0.11), bevel=0.02)


def _tunnel() -> None:
    grass = paint.mottled("#7fae55", "#5f9446", 1.1, 0.8, rough=0.95, bump=0.5)
    stone = paint.mottled("#b9afa3", "#958b80", 3.0, 0.6, rough=0.9, bump=0.6)
    mound = [
        shapes.ball((2.8, 2.3, 2.9), grass, (0.1, 0.5, 0)),
        shapes.ball((1.8, 1.8, 2.1), grass, (1.35, 1.4, 0)),
        shapes.ball((1.6, 1.7, 1.9), grass, (-1.1, 1.2, 0)),
    ]
    shapes.melt(mound, 0.09, 16)
    for x in (-2.3, 2.5):
        arch = [(1.35 * math.cos(math.radians(a)), 1.05 + 1.2 * math.sin(math.radians(a))) for a in range(0, 181, 10)]
        shapes.slab([(1.35, 0), *arch, (-1.35, 0)], 0.7, stone, (x, 0, 0), (90, 0, 90), 0.08)
        inner = [(0.95 * math.cos(math.radians(a)), 1.0 + 0.85 * math.sin(math.radians(a))) for a in range(0, 181, 10)]
        shapes.slab([(0.95, 0), *inner, (-0.95, 0)], 0.74, paint.plain("#15130f", 1.0), (x, 0, 0), (90, 0, 90), 0.0)


def _firs() -> None:
    bark, needle = paint.plain("#7b5435", 0.8), paint.plain("#3f7f55", 0.8)
    for x, y, size in ((-5.2, 3.6, 1.1), (-3.9, 5.2, 0.9), (6.6, 3.4, 1.2), (-6.8, 5.8, 1.3), (5.0, 6.2, 1.0)):
        shapes.disc(0.14 * size, size, bark, (x, y, 0.5 * size))
        for i, radius in enumerate((0.85 * size, 0.68 * size, 0.48 * size)):
            cone = [(radius, 0), (0.55 * radius, 0.5 * size), (0.02, 1.1 * size)]
            shapes.lathe(cone, needle, (x, y, (0.75 + 0.62 * i) * size), smooth=False)


def _bushes() -> None:
    bark, leaf = paint.plain("#7b5435", 0.8), paint.mottled("#86b84f", "#6da344", 2, 0.7, rough=0.8)
    places = (
        (-3.2, 3.8, 0, 1.0),
        (-0.4, 1.0, 2.6, 0.55),
        (1.0, 1.4, 2.3, 0.45),
        (-6.2, -2.8, 0, 0.5),
        (5.4, -3.4, 0, 0.4),
    )
    for x, y, z, size in places:
        shapes.disc(0.12 * size, 1.1 * size, bark, (x, y, z + 0.5 * size))
        crown = [
            shapes.ball((0.62 * size, 0.6 * size, 0.6 * size), leaf, (x + right * size, y, z + up * size))
            for right, up in ((0, 1.7), (-0.3, 1.35), (0.3, 1.39))
        ]
        shapes.melt(crown, 0.07 * size, 6)
