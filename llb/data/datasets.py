"""DAVIS folders: ``JPEGImages/<sequence>/<frame>`` and ``Annotations/<sequence>/<frame>.png`` under one root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

IMAGE_SUFFIXES = (".webp", ".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class AnnotatedImage:
    """An image and its mask file (palette PNG of object ids, 0 = background), of the same size."""

    image: Path
    mask: Path


@dataclass(frozen=True)
class DavisSequence:
    """A clip whose frames all have a mask, in time order."""

    name: str
    frames: tuple[AnnotatedImage, ...]


def pair_images(images: Path, masks: Path) -> tuple[AnnotatedImage, ...]:
    """Pair a folder's images with the masks of the same stem in another, sorted; leave out what has no mask."""
    files = sorted(path for path in images.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    pairs = (AnnotatedImage(path, masks / f"{path.stem}.png") for path in files)
    return tuple(pair for pair in pairs if pair.mask.is_file())


def davis_sequences(root: Path) -> tuple[DavisSequence, ...]:
    """List the sequences of a DAVIS root such as ``davis16/train``, by name.

    Raises:
        ValueError: `root` lacks the two folders, or no frame has a mask.
    """
    images, masks = root / "JPEGImages", root / "Annotations"
    if not images.is_dir() or not masks.is_dir():
        raise ValueError(f"{root} is no DAVIS folder: it must hold JPEGImages/ and Annotations/.")
    names = sorted(path.name for path in images.iterdir() if path.is_dir() and (masks / path.name).is_dir())
    sequences = (DavisSequence(name, pair_images(images / name, masks / name)) for name in names)
    found = tuple(sequence for sequence in sequences if sequence.frames)
    if not found:
        raise ValueError(f"No frame with a mask in {root}: masks are Annotations/<sequence>/<frame>.png.")
    return found
