"""Scenes behind the example clips, built of procedural geometry and materials alone: one module per clip."""

FRAMES, FPS, WIDTH, HEIGHT = 48, 24, 640, 360
STEP = 32  # an object's grey in the rendered mask is its number times this
