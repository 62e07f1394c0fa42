"""A drawn clip for the command line's tests: two squares that move apart over noise."""

from __future__ import annotations

import numpy as np
import pytest

from llb import cli

HEIGHT, WIDTH, FRAMES = 96, 128, 8


def scene(index: int) -> tuple[np.ndarray, np.ndarray]:
    """A red and a blue square that move apart over grey noise, and their labels."""
    rgb = np.random.default_rng(index).integers(100, 140, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[10 + index : 34 + index, 12:36] = 1
    labels[50:74, 60 + index : 84 + index] = 2
    rgb[labels == 1], rgb[labels == 2] = (220, 20, 20), (20, 20, 220)
    return rgb, labels


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        cli.main([str(argument) for argument in arguments])
    return int(stopped.value.code or 0)
