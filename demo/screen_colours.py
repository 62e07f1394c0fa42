"""The objects' colours on the screen; files keep the DAVIS palette (`llb.io.label_png.davis_palette`).

They are bright, and told apart with deuteranopia and protanopia too (``tests/demo/test_screen_colours.py``). The first
three, azure, orange and yellow, are near those of Okabe and Ito's set.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from llb.io.label_png import Palette

OBJECT_COLOURS = ("#00bfff", "#e86a00", "#ffff00", "#b2ffc6", "#3366ff", "#ffdb70", "#d65c7a", "#00ffff")


def object_colour(target: int) -> tuple[int, int, int]:
    """Return the colour of an object, 0..255 each; there is one for each number from 1 on that the page allows."""
    red, green, blue = bytes.fromhex(OBJECT_COLOURS[target - 1][1:])
    return red, green, blue


@cache
def screen_palette() -> Palette:
    """Return the colour of each id; black where there is no object."""
    palette = np.zeros((256, 3), np.uint8)
    for target in range(1, len(OBJECT_COLOURS) + 1):
        palette[target] = object_colour(target)
    return palette
