"""Two rubber ducks on a pond: the second overtakes the marked one and hides it for a moment."""

from __future__ import annotations

import math

import bpy

from scripts.scenes import paint, shapes, studio
from scripts.scenes.studio import Pose

SHUTTER, SAMPLES = 0.4, 8


def build() -> None:
    """Build the scene; object 1 is the duck that swims behind."""
    studio.sky("#e2f1f7", "#63aee6", 1.05, 0.4)
    studio.sun((0.6, 0.55, -0.7), 3.6, "#ffdcae", 6)
    shapes.box((60, 60, 0.1), paint.water("#0f5f66", 1.1, 0.22, 0.03), (0, 12, -0.05), bevel=0)
    for x, wide, tall, colour in ((-14, 12, 3.0, "#7fa38c"), (3, 15, 2.2, "#93b39a"), (18, 11, 3.6, "#86a893")):
        shapes.ball((wide, 3, tall), paint.plain(colour, 0.9), (x, 34, 0))
    _pads()
    _reeds()
    marked, other = _duck("#d8452f", 1), _duck("#cf3a52", 0)
    studio.move(marked, lambda f: _swim(f, -2.3 + 3.1 * _ease(f / 47), 0.85, 0.0))
    studio.move(other, lambda f: _swim(f, -4.6 + 7.6 * (f / 47), -0.75, 1.3))
    studio.camera(lambda f: (0.25 * f / 47, -9.0, 2.7), lambda f: (0.2 * f / 47, 0.3, 0.65), 48)


def _ease(t: float) -> float:
    return t if t < 0.35 else 0.35 + 0.65 * (1 - math.exp(-(t - 0.35) / 0.65 * 1.0))


def _swim(frame: float, x: float, y: float, phase: float) -> Pose:
    roll = 4 * math.sin(0.42 * frame + phase)
    pitch = 3 * math.sin(0.33 * frame + 2 * phase)
    bob = 0.035 * math.sin(0.36 * frame + phase)
    return Pose((x, y, bob), (roll, pitch, 8 * math.sin(0.12 * frame + phase)))


def _duck(scarf: str, target: int) -> bpy.types.Object:
    yellow = paint.mottled("#f7bd1e", "#f5b010", 2.0, 0.8, rough=0.28, coat=0.5)
    bodies = [
        shapes.ball((0.98, 0.70, 0.50), yellow, (0, 0, 0.28)),
        shapes.ball((0.40, 0.30, 0.26), yellow, (-0.92, 0, 0.62), (0, 35, 0)),
        shapes.ball((0.46, 0.42, 0.40), yellow, (0.42, 0, 0.62)),
    ]
    beak, black, white = (
        paint.plain("#e8661b", 0.35, 0.4),
        paint.plain("#15120f", 0.15, 0.6),
        paint.plain("#ffffff", 0.2),
    )
    parts = [
        shapes.melt(bodies, 0.05, 14),
        shapes.ball((0.47, 0.45, 0.45), yellow, (0.52, 0, 1.22)),
        shapes.ball((0.26, 0.20, 0.07), beak, (0.98, 0, 1.17), (0, -10, 0)),
        shapes.ball((0.20, 0.17, 0.06), beak, (0.95, 0, 1.08), (0, 12, 0)),
        shapes.lathe(
            [(0.36, -0.09), (0.45, -0.06), (0.47, 0.0), (0.45, 0.06), (0.34, 0.09)],
            paint.plain(scarf, 0.7),
            (0.47, 0, 0.86),
        ),
        shapes.ball((0.16, 0.06, 0.24), paint.plain(scarf, 0.7), (0.70, -0.38, 0.70), (15, 25, 0)),
    ]
    for side in (-1, 1):
        wing = [
            shapes.ball((0.50, 0.13, 0.27), yellow, (-0.18, side * 0.64, 0.46), (side * 14, 12, side * 6)),
            shapes.ball((0.24, 0.09, 0.15), yellow, (-0.62, side * 0.66, 0.60), (0, 30, side * 10)),
        ]
        parts += [
            shapes.melt(wing, 0.03, 8),
            shapes.ball((0.07, 0.05, 0.09), black, (0.84, side * 0.30, 1.34)),
            shapes.ball((0.022, 0.022, 0.022), white, (0.90, side * 0.33, 1.38)),
        ]
    return shapes.group(parts, target)


def _pads() -> None:
    green = paint.mottled("#3f8b4a", "#77b255", 1.6, 0.6, rough=0.35)
    for x, y, size, turn in (
        (-3.9, 3.4, 0.9, 20),
        (-2.7, 4.6, 0.7, 140),
        (3.7, 3.0, 0.95, 250),
        (4.9, 4.6, 0.7, 60),
        (2.9, -3.0, 0.62, 200),
        (-3.0, -2.9, 0.7, 300),
        (1.0, 6.2, 0.8, 90),
    ):
        outline = [(0.0, 0.0)] + [
            (size * math.cos(math.radians(a)), size * math.sin(math.radians(a))) for a in range(20, 345, 12)
        ]
        shapes.slab(outline, 0.05, green, (x, y, 0.02), (0, 0, turn), 0.015)
    for x, y, size in ((-3.8, 3.5, 0.33), (3.9, 3.1, 0.36)):
        _lily(x, y, size)


def _lily(x: float, y: float, size: float) -> None:
    for ring, (count, tilt, colour) in enumerate(((9, 25, "#f3a9bd"), (7, 50, "#f9c9d4"), (5, 70, "#fde6ea"))):
        petal = paint.plain(colour, 0.5)
        for i in range(count):
            a = 2 * math.pi * (i + 0.5 * ring) / count
            shapes.ball(
                (size * 0.55, size * 0.2, size * 0.07),
                petal,
                (
                    x + 0.5 * size * math.cos(a) * math.cos(math.radians(tilt)),
                    y + 0.5 * size * math.sin(a) * math.cos(math.radians(tilt)),
                    0.1 + 0.5 * size * math.sin(math.radians(tilt)),
                ),
                (0, -tilt, math.degrees(a)),
            )
    shapes.ball((size * 0.2,) * 3, paint.plain("#f2b632", 0.6), (x, y, 0.2 + 0.25 * size))


def _reeds() -> None:
    leaf, cob = paint.plain("#5d8f45", 0.6), paint.plain("#6b4226", 0.8)
    for i in range(26):
        x = -8.2 + 16.4 * ((i * 0.618) % 1.0)
        y = 8.0 + 2.5 * ((i * 0.377) % 1.0)
        tall, lean = 1.7 + 1.6 * ((i * 0.731) % 1.0), 0.7 * (((i * 0.449) % 1.0) - 0.5)
        shapes.tube(
            [(x, y, -0.2), (x + 0.2 * lean, y, 0.5 * tall), (x + lean, y, tall)], lambda t: 0.07 * (1 - 0.7 * t), leaf
        )
        if i % 3 == 0:
            shapes.ball((0.12, 0.12, 0.38), cob, (x + lean, y, tall + 0.2))
