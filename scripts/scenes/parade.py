"""Three wind-up toys cross on a table: a robot, a penguin and a bus hide one another in turn."""

from __future__ import annotations

import math

import bpy

from scripts.scenes import paint, shapes, studio
from scripts.scenes.studio import Pose

SHUTTER, SAMPLES = 0.4, 2


def build() -> None:
    """Build the scene; object 1 is the robot, 2 the penguin, 3 the bus."""
    studio.sky("#fff3e6", "#dfe9f5", 0.75, 0.8)
    studio.lamp((-5, -6, 8), (0, 0, 1), 4, 1150, "#ffe6c4")
    studio.lamp((7, -3, 5), (0, 0, 1), 5, 300, "#cfe0ff")
    _table()
    robot, penguin, bus = _robot(), _penguin(), _bus()
    studio.move(
        robot,
        lambda f: Pose((-3.2 + 6.0 * f / 47, 0.55, 0.05 * abs(math.sin(0.5 * f))), (0, 5 * math.sin(0.5 * f), 22)),
    )
    studio.move(penguin, lambda f: Pose((2.9 - 5.7 * f / 47, -1.15, 0.0), (0, 9 * math.sin(0.45 * f), -28)))
    studio.move(bus, lambda f: Pose((0.55 + 0.9 * math.sin(f / 11), 2.9 - 0.06 * f, 0), (0, 0, -112 + 1.1 * f)))
    studio.camera(lambda f: (0.4 - 0.8 * f / 47, -11.5, 4.0), lambda f: (0, 0.4, 1.0), 47)


def _robot() -> bpy.types.Object:
    teal, grey = paint.plain("#2e9aa0", 0.35, 0.5), paint.plain("#c9ced2", 0.35, metal=0.4)
    dark, orange = paint.plain("#2b2f38", 0.4), paint.plain("#ee8a34", 0.35, 0.4)
    glow = paint.glowing("#ffe48a", 1.2)
    parts = [
        shapes.box((1.05, 0.75, 1.05), teal, (0, 0, 1.12), bevel=0.1),
        shapes.box((0.72, 0.1, 0.52), grey, (0, -0.37, 1.16), bevel=0.04),
        shapes.box((0.8, 0.66, 0.66), grey, (0, 0, 2.08), bevel=0.12),
        shapes.disc(0.16, 0.2, dark, (0, 0, 1.7)),
        shapes.box((0.5, 0.08, 0.1), dark, (0, -0.33, 1.93), bevel=0.03),
        shapes.tube([(0, 0, 2.4), (0.02, 0, 2.55), (0, 0, 2.72)], 0.035, dark),
        shapes.ball((0.1, 0.1, 0.1), orange, (0, 0, 2.76)),
        shapes.disc(0.1, 0.06, orange, (-0.17, -0.44, 1.22), (90, 0, 0), 0.02),
        shapes.disc(0.1, 0.06, glow, (0.12, -0.44, 1.22), (90, 0, 0), 0.02),
        shapes.box((0.4, 0.05, 0.07), dark, (0, -0.43, 1.02), bevel=0.02),
    ]
    for side in (-1, 1):
        parts += [
            shapes.disc(0.13, 0.08, glow, (0.2 * side, -0.34, 2.16), (90, 0, 0), 0.02),
            shapes.disc(0.06, 0.1, dark, (0.2 * side, -0.36, 2.16), (90, 0, 0), 0.02),
            shapes.disc(0.14, 0.14, orange, (0.46 * side, 0, 2.08), (0, 90, 0), 0.04),
            shapes.ball((0.2, 0.2, 0.2), orange, (0.62 * side, 0, 1.45)),
            shapes.tube([(0.64 * side, 0, 1.42), (0.78 * side, -0.08, 1.1), (0.72 * side, -0.3, 0.85)], 0.1, grey),
            shapes.ball((0.15, 0.15, 0.15), orange, (0.72 * side, -0.32, 0.82)),
            shapes.disc(0.17, 0.45, grey, (0.27 * side, 0, 0.42), bevel=0.03),
            shapes.box((0.42, 0.66, 0.24), dark, (0.27 * side, -0.08, 0.12), bevel=0.07),
        ]
    return shapes.group(parts, 1)


def _penguin() -> bpy.types.Object:
    navy, white = paint.plain("#34456e", 0.4, 0.4), paint.plain("#f7f2e8", 0.5)
    orange, black = paint.plain("#f0912f", 0.4, 0.3), paint.plain("#14141a", 0.15, 0.6)
    red = paint.striped("#d8433b", "#f7e7d0", 0.22, "X", 0.4, rough=0.8)
    parts = [
        shapes.lathe(
            [
                (0.3, 0.06),
                (0.58, 0.16),
                (0.70, 0.55),
                (0.62, 1.0),
                (0.50, 1.25),
                (0.50, 1.5),
                (0.38, 1.78),
                (0.02, 1.9),
            ],
            navy,
        ),
        shapes.ball((0.52, 0.42, 0.58), white, (0, -0.31, 0.66)),
        shapes.ball((0.21, 0.2, 0.22), white, (-0.16, -0.31, 1.46)),
        shapes.ball((0.21, 0.2, 0.22), white, (0.16, -0.31, 1.46)),
        shapes.lathe([(0.13, 0), (0.09, 0.14), (0.01, 0.28)], orange, (0, -0.46, 1.38), (95, 0, 0)),
        shapes.lathe([(0.46, -0.09), (0.56, -0.05), (0.57, 0.05), (0.46, 0.1)], red, (0, 0, 1.2)),
        shapes.box((0.2, 0.08, 0.5), red, (0.28, -0.55, 0.98), (12, 8, 0), 0.04),
    ]
    for side in (-1, 1):
        parts += [
            shapes.ball((0.06, 0.05, 0.08), black, (0.17 * side, -0.49, 1.5)),
            shapes.ball((0.11, 0.26, 0.46), navy, (0.68 * side, -0.02, 0.82), (0, -22 * side, 0)),
            shapes.ball((0.22, 0.34, 0.09), orange, (0.27 * side, -0.22, 0.08)),
        ]
    return shapes.group(parts, 2)


def _bus() -> bpy.types.Object:
    yellow, cream = paint.plain("#f0b52f", 0.3, 0.6), paint.plain("#f8efdc", 0.35, 0.4)
    glass, dark, red = paint.plain("#4d6b80", 0.12, 0.6), paint.plain("#26282e", 0.5), paint.plain("#c9392f", 0.4)
    parts = [
        shapes.box((2.3, 1.1, 0.7), yellow, (0, 0, 0.62), bevel=0.16),
        shapes.box((2.2, 1.04, 0.72), cream, (-0.02, 0, 1.2), bevel=0.18),
        shapes.box((1.9, 1.07, 0.34), glass, (-0.02, 0, 1.2), bevel=0.06),
        shapes.box((2.24, 0.8, 0.32), glass, (-0.02, 0, 1.2), bevel=0.06),
        shapes.box((2.34, 1.13, 0.08), red, (0, 0, 0.86), bevel=0.03),
        shapes.box((1.3, 0.7, 0.1), red, (-0.1, 0, 1.62), bevel=0.04),
    ]
    for x in (-0.62, -0.05, 0.52):
        parts.append(shapes.box((0.09, 1.09, 0.4), cream, (x, 0, 1.2), bevel=0.02))
    for side in (-1, 1):
        parts.append(shapes.ball((0.06, 0.13, 0.13), paint.glowing("#fff0c0", 0.8), (1.13, 0.36 * side, 0.6)))
        for x in (-0.7, 0.7):
            parts += [
                shapes.disc(0.28, 0.2, dark, (x, 0.5 * side, 0.28), (90, 0, 0), 0.06),
                shapes.disc(0.14, 0.22, cream, (x, 0.52 * side, 0.28), (90, 0, 0), 0.03),
            ]
    return shapes.group(parts, 3)


def _table() -> None:
    shapes.box((40, 30, 0.2), paint.mottled("#e7b99b", "#dfab8b", 0.8, 0.9, (0.3, 4, 1), 0.55), (0, 6, -0.1), bevel=0)
    shapes.box((40, 0.3, 20), paint.mottled("#8fb9c4", "#9cc4cb", 0.5, 0.9, rough=0.95), (0, 9, 8), bevel=0)
    cubes = (
        (-5.2, 5.0, 1.5, "#d9604f", 18),
        (-3.8, 5.8, 1.3, "#f0c25a", -12),
        (-4.6, 5.4, 1.2, "#5e9fa6", 35),
        (5.0, 5.2, 1.6, "#6a7fb5", -20),
        (6.3, 6.0, 1.3, "#e89a5b", 8),
    )
    for i, (x, y, size, colour, turn) in enumerate(cubes):
        shapes.box(
            (size, size, size), paint.plain(colour, 0.55), (x, y, size / 2 + (1.4 if i == 2 else 0)), (0, 0, turn), 0.12
        )
    stripes = paint.sectors("#f5efe4", "#d9604f", 5, rough=0.35, coat=0.4)
    shapes.ball((0.7, 0.7, 0.7), stripes, (3.4, 5.4, 0.7), (30, 40, 0))
