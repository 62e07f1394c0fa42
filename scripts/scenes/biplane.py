"""A toy biplane over a sea of clouds: from far away it flies right up to the camera."""

from __future__ import annotations

import math
import random

import bpy

from scripts.scenes import FRAMES, paint, shapes, studio
from scripts.scenes.studio import Pose

SHUTTER, SAMPLES = 0.4, 3
FINE = 24  # samples about the biplane, which is small and thin at first


def build() -> None:
    """Build the scene; object 1 is the biplane with its propeller."""
    studio.sky("#ffe0b8", "#3d8be0", 1.1, 0.3)
    studio.sun((-0.5, 0.6, -0.5), 3.6, "#ffe2b8", 3)
    _clouds()
    plane, propeller = _biplane()
    studio.move(plane, _fly)
    studio.move(propeller, lambda f: Pose((1.66, 0, 0), (43 * f, 0, 0)))
    studio.camera(lambda f: (0.3 * math.sin(f / 30), -14, 2.4 + 0.004 * f), lambda f: (0.0, 0, 2.5), 42)


def _fly(frame: float) -> Pose:
    t = min(max(frame / (FRAMES - 1), 0.0), 1.0)
    near = t**1.35
    depth = 36 - 39.5 * near
    x = -9.5 * (1 - t) ** 1.2 + 3.4 * math.sin(math.pi * t) - 0.9 * t
    z = 6.2 - 3.9 * t + 0.9 * math.sin(2.2 * math.pi * t)
    roll = 26 * math.sin(2.1 * math.pi * t + 0.5) * (1 - 0.4 * t)
    return Pose((x, depth, z), (roll, 8 - 10 * t, -52 - 16 * math.sin(math.pi * t) + 6 * t), 1.0)


def _biplane() -> tuple[bpy.types.Object, bpy.types.Object]:
    red, cream = paint.plain("#d2382c", 0.3, 0.6), paint.plain("#f6ead2", 0.4, 0.3)
    wing = paint.striped("#d2382c", "#f6ead2", 1.6, "Y", 0.22, rough=0.35, coat=0.4)
    steel, dark, wood = paint.plain("#c9ccd1", 0.3, metal=0.8), paint.plain("#22252b", 0.4), paint.plain("#a5672f", 0.5)
    hull = [(0.06, -2.0), (0.16, -1.9), (0.30, -1.1), (0.54, -0.1), (0.62, 0.6), (0.60, 1.2), (0.52, 1.4), (0.36, 1.45)]
    parts = [
        shapes.lathe(hull, red, turned=(0, 90, 0)),
        shapes.disc(0.57, 0.26, steel, (1.42, 0, 0), (0, 90, 0), 0.1),
        shapes.slab(_wing(0.58, 2.5), 0.15, wing, (0.45, 0, -0.34)),
        shapes.slab(_wing(0.62, 2.8), 0.15, wing, (0.62, 0, 0.92)),
        shapes.slab(_wing(0.32, 0.95), 0.1, red, (-1.75, 0, 0.1)),
        shapes.slab(
            [(-0.45, 0), (0.35, 0), (0.05, 0.55), (-0.2, 0.75), (-0.45, 0.6)], 0.07, cream, (-1.72, 0, 0.1), (90, 0, 0)
        ),
        shapes.ball((0.30, 0.26, 0.26), dark, (-0.05, 0, 0.48)),
        shapes.ball((0.20, 0.19, 0.22), paint.plain("#e8b98f", 0.6), (-0.02, 0, 0.70)),
        shapes.ball((0.21, 0.205, 0.18), paint.plain("#6b4426", 0.6), (-0.05, 0, 0.78)),
        shapes.tube([(-0.2, 0, 0.46), (-0.6, 0.05, 0.55), (-0.95, -0.08, 0.5), (-1.3, 0.05, 0.58)], 0.07, cream),
    ]
    for side in (-1, 1):
        for y in (0.55, 2.1):
            parts.append(
                shapes.tube([(0.45, side * y, -0.34), (0.50, side * y, 0.2), (0.6, side * y, 0.92)], 0.06, wood)
            )
        parts += [
            shapes.tube([(0.6, side * 0.25, -0.3), (0.7, side * 0.42, -0.6), (0.75, side * 0.52, -0.85)], 0.05, wood),
            shapes.disc(0.27, 0.13, dark, (0.75, side * 0.56, -0.88), (90, 0, 0), 0.06),
            shapes.disc(0.13, 0.17, cream, (0.75, side * 0.56, -0.88), (90, 0, 0), 0.04),
        ]
    blades = [shapes.ball((0.05, 0.13, 0.52), wood, (0, 0, side * 0.48), (0, 0, side * 20)) for side in (-1, 1)]
    propeller = shapes.group([*blades, shapes.ball((0.26, 0.15, 0.15), cream)])
    plane = shapes.group([*parts, propeller], 1)
    return plane, propeller


def _wing(chord: float, span: float) -> list[tuple[float, float]]:
    right = [
        (chord * (1 - 0.18 * (i / 8) ** 4) * math.cos(a), span + 0.5 * chord * (math.sin(a) - 1))
        for i, a in enumerate(_half())
    ]
    return [*right, *[(x, -y) for x, y in reversed(right)]]


def _half() -> list[float]:
    return [math.pi * i / 12 for i in range(13)]


def _clouds() -> None:
    random.seed(7)
    white = paint.plain("#fbf7f4", 1.0)
    shader = white.node_tree.nodes["Principled BSDF"]
    shader.inputs["Emission Color"].default_value = paint.linear("#c9d6ee")
    shader.inputs["Emission Strength"].default_value = 0.22
    heaps = [(-17, 44, -3.2, 4.5), (-4, 52, -3.6, 5.5), (13, 46, -3.0, 5.0), (26, 54, -2.2, 6.0), (-30, 56, -2.5, 6.5)]
    heaps += [
        (-9, 22, -3.4, 3.0),
        (8, 18, -3.7, 3.0),
        (17, 26, -2.6, 3.4),
        (-19, 28, -2.4, 3.6),
        (0, 10, -4.2, 2.6),
        (11, 6, -4.2, 2.2),
        (-9, 5, -4.2, 2.2),
    ]
    for x, y, z, size in heaps:
        puffs = []
        for _ in range(11):
            a, r = random.uniform(0, 2 * math.pi), size * random.uniform(0.2, 1.15)
            s = size * random.uniform(0.32, 0.62) * (1.15 - 0.45 * r / size)
            at = (x + 1.5 * r * math.cos(a), y + 0.6 * r * math.sin(a), z + 0.35 * s + random.uniform(0, 0.25) * size)
            puffs.append(shapes.ball((s * 1.15, s, s * 0.85), white, at))
        shapes.melt(puffs, size * 0.07, 10)
    shapes.box((600, 500, 0.2), paint.mottled("#2b83b8", "#3d97c4", 0.08, 0.9, (1, 3, 1), 0.35), (0, 200, -7), bevel=0)
