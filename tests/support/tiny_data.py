"""A tiny training data root with the layout of the real one: a red box that moves over blue noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

VIDEOS = ("left", "right")
FRAMES = 8


def write_pair(image: Path, mask: Path, rgb: np.ndarray, ids: np.ndarray) -> None:
    image.parent.mkdir(parents=True, exist_ok=True)
    mask.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(image, lossless=True)
    picture = Image.fromarray(ids, mode=None)
    picture.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 200])
    picture.save(mask)


def scene_with_box(size: tuple[int, int], box: tuple[int, int, int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a noisy blue picture with a red box (y0, x0, y1, x1), and the box's ids."""
    rgb = np.random.default_rng(seed).integers(0, 60, (*size, 3), dtype=np.uint8)
    rgb[..., 2] += 150
    ids = np.zeros(size, np.uint8)
    window = np.s_[box[0] : box[2], box[1] : box[3]]
    rgb[window] = (220, 30, 30)
    ids[window] = 1
    return rgb, ids


def make_data_root(root: Path) -> Path:
    """Write two videos and two photos below `root` and return it."""
    for number, name in enumerate(VIDEOS):
        for time in range(FRAMES):
            rgb, ids = scene_with_box((72, 128), (20, 10 + 6 * time, 50, 40 + 6 * time), number)
            stem = Path(name) / f"{time:05d}"
            davis = root / "davis16" / "train"
            write_pair(davis / "JPEGImages" / f"{stem}.webp", davis / "Annotations" / f"{stem}.png", rgb, ids)
    for collection in ("ccp", "horses"):
        rgb, ids = scene_with_box((700, 90), (100, 20, 300, 70), 9)
        ids[200:] *= 3  # the lower half of the object is another part, or another object
        folder = root / "static" / collection
        write_pair(folder / "images" / "one.webp", folder / "masks" / "one.png", rgb, ids)
    return root
