"""Build a validation set of several objects: one sequence's object, with its own motion, pasted into another sequence.

Run as `python -m scripts.build_multi_object DAVIS_SPLIT OUT`, for example with ``davis16/val`` and ``runs/multi``; then
`python -m llb evaluate --data OUT --split val`. Masks are exact, because the objects come with theirs. Nothing is
random: sequence i of n gets the object of sequence i + 3, and every third one that of i + 7 too.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from llb.io.davis import AnnotatedImage, find_sequences
from llb.io.label_png import write_labels
from llb.types import Labels, Rgb

STEPS = (3, 7)
EVERY_THIRD = 3
SCALES = (0.35, 1.0)  # least and greatest size of a pasted object, against its own
SIDES = (0.25, 0.75)  # where its centre starts, as a share of the frame's width
MIN_PIXELS = 300  # of every object in the first frame


@dataclass(frozen=True)
class AnnotatedSequence:
    """A sequence by its frames that have a mask."""

    name: str
    frames: tuple[AnnotatedImage, ...]


@dataclass(frozen=True)
class Paste:
    """A sequence's object, and the affine map (2 x 3) that lays its frames into another sequence's."""

    sequence: AnnotatedSequence
    move: np.ndarray


def build(split: Path, out: Path) -> None:
    """Write ``OUT/val/JPEGImages/<name>/*.png`` and ``OUT/val/Annotations/<name>/*.png``, a clip for every sequence."""
    found = find_sequences(split.parent, split.name)
    sequences = [AnnotatedSequence(sequence.name, sequence.annotated_images()) for sequence in found]
    for number, base in enumerate(sequences):
        steps = STEPS if number % EVERY_THIRD == 0 else STEPS[:1]
        others = [sequences[(number + step) % len(sequences)] for step in steps]
        frames = min(len(sequence.frames) for sequence in (base, *others))
        first = _first_labels(base)
        pastes: list[Paste] = []
        for other in others:
            pastes.append(_place(first, other))
            first = _lay(np.zeros((*first.shape, 3), np.uint8), first, pastes[-1], 0, len(pastes) + 1)[1]
        name = "+".join(sequence.name for sequence in (base, *others))
        for kind in ("JPEGImages", "Annotations"):
            (out / "val" / kind / name).mkdir(parents=True, exist_ok=True)
        for index in range(frames):
            rgb, labels = _read(base, index)
            for target, paste in enumerate(pastes, start=2):
                rgb, labels = _lay(rgb, labels, paste, index, target)
            Image.fromarray(rgb).save(out / "val" / "JPEGImages" / name / f"{index:05d}.png", compress_level=1)
            write_labels(out / "val" / "Annotations" / name / f"{index:05d}.png", labels)
        sys.stdout.write(f"{name}: {frames} frames, {len(pastes) + 1} objects\n")


def _read(sequence: AnnotatedSequence, index: int) -> tuple[Rgb, Labels]:
    """Return a frame and its mask, 0 or 1."""
    pair = sequence.frames[index]
    with Image.open(pair.image) as image:
        rgb = np.asarray(image.convert("RGB"))
    with Image.open(pair.mask) as mask:
        return rgb, (np.asarray(mask) > 0).astype(np.uint8)


def _first_labels(sequence: AnnotatedSequence) -> Labels:
    return _read(sequence, 0)[1]


def _place(labels: Labels, other: AnnotatedSequence) -> Paste:
    """Choose the side of the frame where a pasted object leaves most of the others visible in the first frame."""
    mask = _first_labels(other)
    ys, xs = np.nonzero(mask)
    scale = float(np.clip(np.sqrt((labels > 0).sum() / len(ys)), *SCALES))
    height, width = labels.shape
    kept: list[tuple[int, Paste]] = []
    for side in SIDES:
        shift = (side * width - scale * xs.mean(), height / 2 - scale * ys.mean())
        paste = Paste(other, np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]]))
        seen = _lay(np.zeros((height, width, 3), np.uint8), labels, paste, 0, 255)[1]
        counts = [int((seen == target).sum()) for target in (*np.unique(labels)[1:], 255)]
        kept.append((min(counts), paste))
    most, best = max(kept, key=lambda pair: pair[0])
    if most < MIN_PIXELS:
        raise ValueError(f"{other.name} cannot be pasted: an object would show only {most} pixels at first.")
    return best


def _lay(rgb: Rgb, labels: Labels, paste: Paste, index: int, target: int) -> tuple[Rgb, Labels]:
    """Return the frame and the labels with an object laid over them, its edge softened by a pixel."""
    image, mask = _read(paste.sequence, index)
    size = (labels.shape[1], labels.shape[0])
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (3, 3), 0)
    alpha = cv2.warpAffine(alpha, paste.move, size, flags=cv2.INTER_AREA)[..., None]
    moved = cv2.warpAffine(image, paste.move, size, flags=cv2.INTER_AREA)
    mixed = alpha * moved + (1 - alpha) * rgb
    return mixed.round().astype(np.uint8), np.where(alpha[..., 0] > 0.5, target, labels).astype(np.uint8)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
