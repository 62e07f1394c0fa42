"""Drawn scenes behind the example clips: each module's `frames` yields pictures and their exact labels."""
