"""A glazed teapot on a turntable: the warm lamp goes out, a cold one comes on, and a shadow passes over it."""

from __future__ import annotations

import bpy

from scripts.scenes import paint, shapes, studio
from scripts.scenes.studio import Pose

SHUTTER, SAMPLES = 0.4, 3


def build() -> None:
    """Build the scene; object 1 is the teapot with its lid."""
    studio.sky("#6d6a78", "#3d4356", 0.5, 0.8)
    _room()
    pot = _teapot()
    studio.move(pot, lambda f: Pose((-0.15, 0, 0.31), (0, 0, -28 + 2.6 * f)))
    warm = studio.lamp((-5.5, -4.0, 5.0), (0, 0, 1), 1.6, 900, "#ffc08a")
    cold = studio.lamp((6.0, -2.5, 3.2), (0, 0, 1), 1.6, 900, "#7fb4ff")
    _dim(warm, ((0, 2600), (15, 2600), (28, 40), (47, 40)))
    _dim(cold, ((0, 0), (20, 0), (35, 1500), (47, 1500)))
    studio.lamp((0, 5, 6), (0, 0, 1), 4, 90, "#ffe8d8")
    blind = shapes.box((1.05, 0.1, 7), paint.plain("#3a2f2a", 0.9), bevel=0)
    studio.move(blind, lambda f: Pose(_aside(3.0 - 5.6 * f / 26), (0, 12, -54)))
    blind.visible_camera = False
    studio.camera(lambda f: (-0.5 + 0.9 * f / 47, -10.2, 3.5), lambda f: (0.05, 0, 1.36), 53)


def _aside(way: float) -> tuple[float, float, float]:
    """Return a place between the warm lamp and the pot, so far to the right of the light's way."""
    return -3.0 + 0.59 * way, -2.2 - 0.81 * way, 3.2


def _dim(lamp: bpy.types.Object, keys: tuple[tuple[int, float], ...]) -> None:
    for frame, watts in keys:
        lamp.data.energy = watts
        lamp.data.keyframe_insert("energy", frame=frame)


def _teapot() -> bpy.types.Object:
    glaze = paint.below(paint.mottled("#2f8f8a", "#46b09f", 1.4, 0.8, rough=0.16, coat=0.8), "#e9d9bd", 0.62, 0.5)
    band = paint.sectors("#e9d9bd", "#c9682f", 14, rough=0.3, coat=0.5)
    brass, teal = (
        paint.plain("#d8a24a", 0.22, metal=0.9),
        paint.mottled("#2f8f8a", "#46b09f", 1.4, 0.8, rough=0.16, coat=0.8),
    )
    body = [
        (0.62, 0.0),
        (0.80, 0.06),
        (1.12, 0.45),
        (1.26, 0.95),
        (1.12, 1.42),
        (0.78, 1.72),
        (0.62, 1.80),
        (0.60, 1.86),
    ]
    lid = [(0.66, 1.84), (0.66, 1.90), (0.52, 2.02), (0.30, 2.11), (0.12, 2.16), (0.10, 2.22)]
    spout = shapes.tube(
        [(1.0, 0, 0.62), (1.45, 0, 0.72), (1.62, 0, 1.15), (1.78, 0, 1.62), (2.02, 0, 1.78)],
        lambda t: 0.27 - 0.15 * t,
        teal,
    )
    handle = shapes.tube(
        [(-0.86, 0, 1.58), (-1.3, 0, 1.72), (-1.75, 0, 1.62), (-1.86, 0, 1.1), (-1.55, 0, 0.62), (-1.12, 0, 0.5)],
        0.12,
        brass,
    )
    parts = [
        shapes.lathe(body, glaze),
        shapes.lathe([(1.255, 0.80), (1.285, 0.86), (1.29, 1.02), (1.255, 1.10)], band),
        shapes.lathe(lid, teal),
        shapes.lathe([(0.10, 2.18), (0.17, 2.26), (0.2, 2.36), (0.12, 2.47), (0.01, 2.5)], brass),
        shapes.lathe([(0.60, 1.80), (0.69, 1.83), (0.60, 1.87)], brass),
        spout,
        handle,
    ]
    return shapes.group(parts, 1)


def _room() -> None:
    wood = paint.mottled("#a8744a", "#7d5233", 2.2, 0.8, (0.35, 5, 5), 0.45)
    shapes.box((40, 14, 0.3), wood, (0, 2, -0.15), bevel=0.05)
    shapes.box((40, 0.3, 18), paint.mottled("#b9a79d", "#a99488", 0.6, 0.9, rough=0.9), (0, 6, 7), bevel=0)
    table = shapes.lathe(
        [(1.9, 0.0), (1.95, 0.05), (1.95, 0.22), (1.88, 0.29)], paint.plain("#efe6da", 0.5), (-0.15, 0, 0), smooth=False
    )
    table.name = "turntable"
    rose, cream = paint.plain("#c8574e", 0.3, 0.6), paint.plain("#f0e4cf", 0.35, 0.5)
    cup = [(0.3, 0.0), (0.34, 0.05), (0.5, 0.35), (0.58, 0.72), (0.55, 0.72), (0.46, 0.36), (0.2, 0.1)]
    for x, y, colour in ((3.3, 1.4, rose), (-3.5, 1.7, cream)):
        shapes.lathe([(0.35, 0.0), (0.8, 0.07), (0.84, 0.11), (0.4, 0.06)], colour, (x, y, 0))
        shapes.lathe(cup, colour, (x, y, 0.08))
        ring = shapes.tube([(0, 0, 0.2), (0.34, 0, 0.22), (0.36, 0, 0.5), (0, 0, 0.56)], 0.06, colour)
        ring.location = (x + 0.48, y, 0.08)
    shapes.lathe(
        [(0.5, 0), (0.72, 0.5), (0.62, 1.3), (0.28, 1.9), (0.3, 2.3), (0.36, 2.4)],
        paint.mottled("#5b6f9c", "#8797bd", 1.2, 0.8, rough=0.3, coat=0.5),
        (4.4, 4.0, 0),
    )
    shapes.lathe(
        [(0.7, 0), (0.9, 0.3), (0.86, 0.9), (0.5, 1.2), (0.55, 1.35)],
        paint.mottled("#b06d4b", "#c78a63", 2, 0.8, rough=0.6),
        (-4.6, 4.2, 0),
    )
