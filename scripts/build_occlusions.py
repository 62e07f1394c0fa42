"""Build clips in which the object is hidden wholly and comes back elsewhere in the picture, and measure what follows.

Run as `python -m scripts.build_occlusions DAVIS_SPLIT OUT [SEQUENCE ...]`, for example with ``davis16/val`` and
``runs/hidden``; then `python -m llb evaluate --data OUT --split val --out RUN` and
`python -m scripts.build_occlusions --measure OUT/val RUN`. Every sequence makes two clips, seen through a window that
moves while the object is hidden, so that masks stay exact:

cover: a patch of another sequence comes before the object, hides it for ten frames and goes away.
cut: fifteen frames show another sequence instead, with an object of its own.

Nothing is random: sequence i of n borrows from sequence i + 5.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from llb.io.davis import AnnotatedImage, find_sequences
from llb.io.label_png import write_labels
from llb.types import Labels, Rgb

WINDOW = 0.7  # side of the window, as a share of the frame's
BEFORE, AFTER = 0.3, 0.7  # where in the window the object is meant to be, as a share of its width
BEGIN = 0.35  # when the object hides, as a share of the sequence
COVERED, COMING = 10, 6  # frames: wholly hidden, and in which the patch comes or goes
CUT = 15  # frames of another sequence
PATCH = 1.3  # side of the patch, as a share of the object's box
FOUND = 0.5  # J from which an object counts as found again
KINDS = ("cover", "cut")
BORROWED = 5  # how many sequences on is the one that is borrowed from


@dataclass(frozen=True)
class Frame:
    """A frame and its mask, 0 or 1."""

    rgb: Rgb
    labels: Labels

    @classmethod
    def read(cls, pair: AnnotatedImage) -> Frame:
        """Read both."""
        with Image.open(pair.image) as image, Image.open(pair.mask) as mask:
            return cls(np.asarray(image.convert("RGB")), (np.asarray(mask) > 0).astype(np.uint8))

    def window(self, x0: int) -> Frame:
        """Cut out the window whose left side is at `x0`; it lies at the frame's middle height."""
        height, width = (round(WINDOW * side) for side in self.labels.shape)
        y0 = (self.labels.shape[0] - height) // 2
        return Frame(self.rgb[y0 : y0 + height, x0 : x0 + width], self.labels[y0 : y0 + height, x0 : x0 + width])

    def left_side(self, place: float) -> int:
        """Return where the window's left side is, with the object at a share of the window's width."""
        width = self.labels.shape[1]
        middle = float(np.flatnonzero(self.labels.any(0)).mean())
        return round(min(max(middle - place * WINDOW * width, 0), (1 - WINDOW) * width))

    def covered(self, patch: Rgb, away: float) -> Frame:
        """Lay a patch over the object, so many widths of the patch to its left; it hides what is behind it."""
        ys, xs = np.flatnonzero(self.labels.any(1)), np.flatnonzero(self.labels.any(0))
        if not len(ys):
            return self
        height, width = (round(PATCH * (side[-1] - side[0] + 1)) + 4 for side in (ys, xs))
        top = round((ys[0] + ys[-1]) / 2 - height / 2)
        left = round((xs[0] + xs[-1]) / 2 - width / 2 - away * width)
        laid = cv2.resize(patch, (width, height), interpolation=cv2.INTER_AREA)
        rows, columns = (slice(max(first, 0), max(first + side, 0)) for first, side in ((top, height), (left, width)))
        rgb, labels = self.rgb.copy(), self.labels.copy()
        seen = rgb[rows, columns].shape[:2]
        skipped = (max(-top, 0), max(-left, 0))
        rgb[rows, columns] = laid[skipped[0] : skipped[0] + seen[0], skipped[1] : skipped[1] + seen[1]]
        labels[rows, columns] = 0
        return Frame(rgb, labels)


def build(split: Path, out: Path, names: Sequence[str] = ()) -> None:
    """Write ``OUT/SPLIT/JPEGImages/<name>-cover/*.png`` and so on, two clips for every sequence, or for those named."""
    found = find_sequences(split.parent, split.name)
    for number, sequence in enumerate(found):
        if names and sequence.name not in names:
            continue
        frames = [Frame.read(pair) for pair in sequence.annotated_images()]
        other = [Frame.read(pair) for pair in found[(number + BORROWED) % len(found)].annotated_images()]
        for kind, clip in (("cover", cover(frames, other)), ("cut", cut(frames, other))):
            name = f"{sequence.name}-{kind}"
            folders = [out / split.name / folder / name for folder in ("JPEGImages", "Annotations")]
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            hidden = 0
            for index, frame in enumerate(clip):
                Image.fromarray(frame.rgb).save(folders[0] / f"{index:05d}.png", compress_level=1)
                write_labels(folders[1] / f"{index:05d}.png", frame.labels)
                hidden += not frame.labels.any()
            sys.stdout.write(f"{name}: {len(clip)} frames, hidden in {hidden}\n")


def cover(frames: Sequence[Frame], other: Sequence[Frame]) -> list[Frame]:
    """Let a patch hide the object for `COVERED` frames, while the window moves."""
    begin = round(BEGIN * len(frames))
    end = begin + COVERED
    sides = frames[0].left_side(BEFORE), frames[min(end, len(frames) - 1)].left_side(AFTER)
    patch = other[0].rgb[: other[0].rgb.shape[0] // 2]  # of the upper half, mostly background
    clip = []
    for index, frame in enumerate(frames):
        away = max(begin - index, 0) / COMING - max(index - end + 1, 0) / COMING
        laid = frame.covered(patch, away) if abs(away) <= 1 else frame
        moved = min(max((index - begin) / COVERED, 0.0), 1.0)
        clip.append(laid.window(round((1 - moved) * sides[0] + moved * sides[1])))
    return clip


def cut(frames: Sequence[Frame], other: Sequence[Frame]) -> list[Frame]:
    """Show another sequence for `CUT` frames; the window lies elsewhere afterwards."""
    begin = round(BEGIN * len(frames))
    end = begin + CUT
    sides = frames[0].left_side(BEFORE), frames[min(end, len(frames) - 1)].left_side(AFTER)
    clip = []
    for index, frame in enumerate(frames):
        if begin <= index < end:
            shown = other[min(index, len(other) - 1)].rgb
            size = (frame.labels.shape[1], frame.labels.shape[0])
            resized = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
            clip.append(Frame(resized, np.zeros_like(frame.labels)).window(sides[0]))
        else:
            clip.append(frame.window(sides[0] if index < begin else sides[1]))
    return clip


@dataclass(frozen=True)
class Measured:
    """What became of a clip: mean J while the object is hidden (1: nothing is marked), and after that where it shows.

    `found` counts the frames after its return until J exceeds `FOUND`; None if it never does.
    """

    name: str
    hidden: float
    after: float
    found: int | None


def measure(run: Path, data: Path) -> Iterator[Measured]:
    """Read the frames' J of a run of ``llb evaluate --out`` on the built clips."""
    with next(run.glob("frames-*.csv")).open(newline="") as file:
        rows = list(csv.DictReader(file))
    for name in dict.fromkeys(row["Sequence"] for row in rows):
        overlap = {row["Frame"]: float(row["J"]) for row in rows if row["Sequence"] == name}
        seen = {stem: _is_seen(data / "Annotations" / name / f"{stem}.png") for stem in overlap}
        hidden = [stem for stem in overlap if not seen[stem]]
        back = next(stem for stem in overlap if stem > hidden[0] and seen[stem])
        after = [overlap[stem] for stem in overlap if stem >= back and seen[stem]]
        found = next((count for count, j in enumerate(after) if j > FOUND), None)
        yield Measured(name, float(np.mean([overlap[stem] for stem in hidden])), float(np.mean(after)), found)


def _is_seen(mask: Path) -> bool:
    with Image.open(mask) as image:
        return bool(np.asarray(image).any())


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("split", type=Path, help="folder of a split, such as davis16/val; with --measure, of the clips")
    parser.add_argument("out", type=Path, help="folder to write to; with --measure, of the run to read")
    parser.add_argument("names", nargs="*", help="sequences; all of them if none is named")
    parser.add_argument("--measure", action="store_true", help="print what a run of llb evaluate made of the clips")
    options = parser.parse_args()
    if not options.measure:
        build(options.split, options.out, options.names)
        return
    measured = list(measure(options.out, options.split))
    for one in measured:
        print(f"{one.name:30} hidden {one.hidden:.3f}  after {one.after:.3f}  found after {one.found}")
    for kind in KINDS:
        those = [one for one in measured if one.name.endswith(kind)]
        hidden, after = (float(np.mean([getattr(one, name) for one in those])) for name in ("hidden", "after"))
        found = sum(one.found is not None for one in those)
        print(f"{kind}: J while hidden {hidden:.3f}, after the return {after:.3f}, found {found} of {len(those)}")


if __name__ == "__main__":
    main()
