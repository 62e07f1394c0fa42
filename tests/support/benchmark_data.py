"""Tiny copies of the benchmarks' layouts: one object all along, one that comes late and leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from llb.evaluation.evaluate import run_sequence
from llb.evaluation.jobs import OnFrame, Work
from llb.evaluation.result import SequenceScore
from llb.evaluation.sequence import DataSequence
from llb.inference import VideoSegmenter
from llb.io.label_png import write_labels
from tests.support.clips import Array, square_clip
from tests.support.fakes import StubModel

FRAMES, COMES, LEAVES = 12, 4, 9


def late_clip(frames: int = FRAMES, comes: int = COMES, leaves: int = LEAVES) -> tuple[Array, Array]:
    """Return a clip in which object 2 is there from frame `comes` on and gone from `leaves` on."""
    both, ids = square_clip(frames, {1: (20, 20), 2: (60, 70)})
    for index in range(frames):
        if not comes <= index < leaves:
            both[index][ids[index] == 2] = 75
            ids[index][ids[index] == 2] = 0
    return both, ids


def new_stub(worker: int = 0) -> VideoSegmenter:
    """Return a segmenter whose stand-in model tells objects by their colours."""
    return VideoSegmenter(StubModel(crop=(48, 80)))


def write_images(folder: Path, rgb: Array, stems: Iterable[str]) -> None:
    folder.mkdir(parents=True)
    for stem, frame in zip(stems, rgb, strict=True):
        Image.fromarray(frame).save(folder / f"{stem}.jpg", quality=98, subsampling=0)


def write_masks(folder: Path, labels: Array, stems: Iterable[str], only: Iterable[int] | None = None) -> None:
    folder.mkdir(parents=True)
    kept = range(len(labels)) if only is None else set(only)
    for index, (stem, ids) in enumerate(zip(stems, labels, strict=True)):
        if index in kept:
            write_labels(folder / f"{stem}.png", ids)


def davis(root: Path, split: str = "val", only: Iterable[int] | None = None, resolution: str = "480p") -> Path:
    """Write DAVIS 2017 with two sequences, one of them with a late object, which its rules leave out."""
    stems = [f"{index:05d}" for index in range(FRAMES)]
    for name, (rgb, labels) in (("bear", late_clip()), ("dog", square_clip(FRAMES, {1: (20, 20), 2: (60, 70)}))):
        write_images(root / "JPEGImages" / resolution / name, rgb, stems)
        write_masks(root / "Annotations" / resolution / name, labels, stems, only)
    (root / "ImageSets/2017").mkdir(parents=True)
    (root / f"ImageSets/2017/{split}.txt").write_text("dog\nbear\n")
    return root


def youtube_vos(root: Path, truth: bool = True, dense: bool = True) -> Path:
    """Write YouTube-VOS: every fifth frame is annotated; object 2 comes at the third of these and leaves."""
    frames = 5 * 6 + 3
    rgb, labels = late_clip(frames, 10, 21)
    stems = [f"{index:05d}" for index in range(frames)]
    sparse = range(0, frames, 5)
    objects = {
        "1": {"category": "bird", "frames": [stems[index] for index in sparse]},
        "2": {"category": "kite", "frames": [stems[index] for index in sparse if index >= 10]},
    }
    valid = root / "valid"
    write_images(valid / "JPEGImages/aa", rgb[::5], stems[::5])
    write_masks(valid / "Annotations/aa", labels, stems, sparse if truth else (0, 10))
    (valid / "meta.json").write_text(json.dumps({"videos": {"aa": {"objects": objects}}}))
    if dense:
        write_images(root / "valid_all_frames/JPEGImages/aa", rgb, stems)
    (root / "train").mkdir()
    seen = {"videos": {"zz": {"objects": {"1": {"category": "bird", "frames": ["00000"]}}}}}
    (root / "train/meta.json").write_text(json.dumps(seen))
    return root


def mose(root: Path, truth: bool = True) -> Path:
    """Write MOSE, whose validation set has masks of the first frames alone."""
    rgb, labels = square_clip(FRAMES, {1: (20, 20), 2: (60, 70)})
    stems = [f"{index:05d}" for index in range(FRAMES)]
    write_images(root / "valid/JPEGImages/bb", rgb, stems)
    write_masks(root / "valid/Annotations/bb", labels, stems, None if truth else (0,))
    return root


def lvos(root: Path) -> Path:
    """Write LVOS: frames are numbered 1, 6, 11, ..., and ranges say when an object counts."""
    rgb, labels = late_clip()
    stems = [f"{1 + 5 * index:08d}" for index in range(FRAMES)]
    ranges = {"1": (0, FRAMES - 1), "2": (COMES, LEAVES)}
    objects = {
        target: {"frame_range": {"start": str(1 + 5 * a), "end": str(1 + 5 * b), "frame_nums": str(b - a)}}
        for target, (a, b) in ranges.items()
    }
    write_images(root / "valid/JPEGImages/cc", rgb, stems)
    write_masks(root / "valid/Annotations/cc", labels, stems)
    (root / "valid/meta.json").write_text(json.dumps({"videos": {"cc": {"objects": objects}}}))
    return root


def plain(root: Path) -> Path:
    """Write JPEGImages and Annotations alone."""
    rgb, labels = late_clip()
    stems = [f"{index:05d}" for index in range(FRAMES)]
    write_images(root / "JPEGImages/dd", rgb, stems)
    write_masks(root / "Annotations/dd", labels, stems)
    return root


def shifted(labels: Array) -> Array:
    """Return labels moved by some pixels, as a poor result has them."""
    return np.roll(labels, 3, axis=1)


@dataclass(frozen=True)
class StubWork:
    """Segment with the stand-in model, in any process; the process dies at a sequence while a file is there."""

    dies_at: str = ""
    while_there: Path = Path("nowhere")

    def __call__(self, worker: int) -> Work:
        return self.do

    def do(self, sequence: DataSequence, on_frame: OnFrame, masks: Path | None) -> SequenceScore:
        if sequence.name == self.dies_at and self.while_there.exists():
            os._exit(9)
        return run_sequence(new_stub(), sequence, on_frame, masks)
