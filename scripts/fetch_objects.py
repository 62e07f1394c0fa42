"""Fetch further objects for synthetic training clips: pictures with a clean alpha channel.

Run as `python -m scripts.fetch_objects FOLDER`, and pass the folder to `python -m llb train --objects`. It needs
apt-get, dpkg-deb and npm. Two packages: Debian's tuxpaint-stamps-default (GPL-2; photographs and drawings, without its
letters and coins) and npm's @lobehub/fluent-emoji-3d (MIT). Neither is part of this project.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

MIN_SIDE = 40  # pixels
MAX_SIDE = 320


def fetch(folder: Path) -> None:
    """Write ``<collection>/images/*.webp`` and ``<collection>/masks/*.png`` below `folder`."""
    with tempfile.TemporaryDirectory() as scratch:
        temporary = Path(scratch)
        _run(temporary, "apt-get", "download", "tuxpaint-stamps-default")
        _run(temporary, "dpkg-deb", "-x", next(temporary.glob("*.deb")).name, "stamps")
        stamps = sorted((temporary / "stamps").rglob("*.png"))
        _write(folder / "tuxpaint", (path for path in stamps if "symbols" not in path.parts))
        _run(temporary, "npm", "pack", "@lobehub/fluent-emoji-3d")
        _run(temporary, "tar", "xf", next(temporary.glob("*.tgz")).name)
        _write(folder / "emoji", sorted((temporary / "package" / "assets").glob("*.webp")))


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _write(collection: Path, pictures: Iterable[Path]) -> None:
    images, masks = collection / "images", collection / "masks"
    images.mkdir(parents=True, exist_ok=True)
    masks.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in pictures:
        with Image.open(path) as picture:
            rgba = picture.convert("RGBA")
        rgba = rgba.crop(rgba.getchannel("A").getbbox())
        rgba.thumbnail((MAX_SIDE, MAX_SIDE))
        alpha = np.asarray(rgba.getchannel("A")) > 127
        if min(rgba.size) < MIN_SIDE or alpha.mean() > 0.98:  # too small, or a whole picture and not an object
            continue
        rgba.convert("RGB").save(images / f"{count:04d}.webp", lossless=True)
        Image.fromarray(alpha.astype(np.uint8)).save(masks / f"{count:04d}.png")
        count += 1


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
