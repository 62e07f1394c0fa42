"""The drawn clip that everything is measured on."""

from __future__ import annotations

import cv2
import numpy as np

from llb.types import Mask, Rgb

SIZE = (480, 854)


class Scene:
    """A drawn clip: textured ellipses that move over a textured ground; every frame is made when it is asked for."""

    def __init__(self, objects: int) -> None:
        random = np.random.default_rng(0)
        ground = random.integers(0, 255, (SIZE[0] // 8, SIZE[1] // 8, 3)).astype(np.uint8)
        self._ground = cv2.resize(ground, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
        self._colours = random.integers(60, 255, (objects, 3))

    def masks(self, index: int) -> dict[int, Mask]:
        """Return the objects' masks on a frame."""
        return {number + 1: self._mask(number, index) for number in range(len(self._colours))}

    def frame(self, index: int) -> Rgb:
        """Return a frame."""
        picture = self._ground.copy()
        for number, mask in self.masks(index).items():
            picture[mask] = (picture[mask] // 3 + self._colours[number - 1] * 2 // 3).astype(np.uint8)
        return picture

    def _mask(self, number: int, index: int) -> Mask:
        canvas = np.zeros(SIZE, np.uint8)
        x = int(150 + 240 * number + 60 * np.sin(index / 15 + number))
        y = int(240 + 80 * np.cos(index / 20 + number))
        cv2.ellipse(canvas, (x, y), (70, 50), 3 * index, 0, 360, 1, -1)
        return canvas > 0
