"""Scenes behind the example clips, built of procedural geometry and materials alone: one module per clip."""
