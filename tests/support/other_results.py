"""Masks as other programs write them: of a clip with two squares, one result good and one with a bad frame."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llb.io.label_png import encode_labels
from tests.support.benchmark_data import shifted, write_images, write_masks
from tests.support.clips import Array, square_clip

FRAMES, BAD = 10, 6  # frames of the clip, and the one that the second result loses an object on
SQUARES = {1: (20, 20), 2: (60, 70)}
STEMS = [f"{index:05d}" for index in range(FRAMES)]


@dataclass(frozen=True)
class OtherResults:
    """Folders of a clip, its true masks, and two results."""

    clip: Path
    truth: Path
    good: Path
    poor: Path


def poor_masks(labels: Array) -> Array:
    """Return masks that lie some pixels aside, and lack object 2 on one frame."""
    poor = shifted(labels)
    poor[BAD][poor[BAD] == 2] = 0
    return poor


def write_results(root: Path) -> OtherResults:
    """Write a clip as pictures, with truth and results."""
    rgb, labels = square_clip(FRAMES, SQUARES)
    write_images(root / "clip", rgb, STEMS)
    for name, masks in (("truth", labels), ("good", labels), ("poor", poor_masks(labels))):
        write_masks(root / name, masks, STEMS)
    return OtherResults(root / "clip", root / "truth", root / "good", root / "poor")


def write_zip(path: Path, labels: Array, names: list[str] | None = None) -> Path:
    """Pack masks into a zip, in a folder as most programs do."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, ids in zip(names or [f"{stem}.png" for stem in STEMS], labels, strict=True):
            archive.writestr(f"masks/{name}", encode_labels(np.asarray(ids, np.uint8)))
    return path
