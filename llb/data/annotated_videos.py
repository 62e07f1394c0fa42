"""Targets of annotated videos: YouTube-VOS 2019 train (``meta.json``) and DAVIS 2017, in the official layouts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from llb.data.targets import MIN_VISIBLE, TargetFrame, read_rgb
from llb.io.davis import DavisSequence, find_sequences
from llb.types import Labels, Mask

MAX_GAP = 100  # annotated frames between the first and the last of a clip, as released
VOID = 255


@dataclass(frozen=True)
class VideoTarget:
    """An object of a video: its id, and the folders and the stems of the frames that may show it, in time order."""

    images: Path
    masks: Path
    id: int
    stems: Sequence[str]
    suffix: str = ".jpg"  # of the images

    def mask(self, at: int) -> Mask:
        """Return the object's mask in frame `at` of `stems`."""
        return read_ids(self.masks / f"{self.stems[at]}.png") == self.id

    def frame(self, at: int, mask: Mask) -> TargetFrame:
        """Return frame `at` with the mask that `mask` found; raise ValueError if the two differ in size."""
        path = self.images / f"{self.stems[at]}{self.suffix}"
        rgb = read_rgb(path)
        if mask.shape != rgb.shape[:2]:
            raise ValueError(f"{path} and its mask differ in size: complete the data set.")
        return TargetFrame(rgb, mask)


class AnnotatedVideos:
    """The targets of annotated videos, each object of each video once."""

    targets: tuple[VideoTarget, ...]

    def __init__(self, targets: Sequence[VideoTarget]) -> None:
        self.targets = tuple(targets)

    def __len__(self) -> int:
        """Count the targets."""
        return len(self.targets)

    def draw(self, target: int, frames: int, rng: np.random.Generator) -> list[TargetFrame] | None:
        """Return a frame that shows the target, and others within `MAX_GAP` of each other, drawn with replacement.

        None where no frame shows `MIN_VISIBLE` pixels of it.
        """
        video = self.targets[target]
        count = len(video.stems)
        reference = _draw_visible(video, range(count), rng)
        if reference is None:
            return None
        first = max(0, reference - int(rng.integers(MAX_GAP + 1)))
        window = range(first, min(first + MAX_GAP + 1, count))
        times = [reference, *(_draw_visible(video, window, rng) for _ in range(frames - 1))]
        return [video.frame(at, video.mask(at)) for at in times if at is not None]


def _draw_visible(video: VideoTarget, window: range, rng: np.random.Generator) -> int | None:
    """Draw a frame of the window that shows the target; None where there is none."""
    return next((at for at in rng.permutation(window).tolist() if video.mask(at).sum() >= MIN_VISIBLE), None)


def read_ids(path: Path) -> Labels:
    """Return the object ids of a palette or grey PNG."""
    with Image.open(path) as image:
        return np.asarray(image, np.uint8)


def youtube_vos(root: Path) -> AnnotatedVideos:
    """Open YouTube-VOS train: `root` (or its folder ``train``) holds meta.json, JPEGImages and Annotations.

    Raises:
        ValueError: there is no such data set, or it has no object.
    """
    folder = root if (root / "meta.json").is_file() else root / "train"
    if not (folder / "meta.json").is_file():
        raise ValueError(f"{root} is no YouTube-VOS data set: it must hold meta.json or train/meta.json.")
    videos = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["videos"]
    images, masks = folder / "JPEGImages", folder / "Annotations"
    found = [
        VideoTarget(images / name, masks / name, int(number), tuple(item["frames"]))
        for name, video in sorted(videos.items())
        for number, item in sorted(video["objects"].items())
        if item["frames"]
    ]
    if not found:
        raise ValueError(f"{folder / 'meta.json'} lists no object.")
    return AnnotatedVideos(found)


def davis(root: Path, split: str = "train") -> AnnotatedVideos:
    """Open a split of DAVIS in its official layout, with the objects of each sequence's first mask.

    Raises:
        ValueError: there is no such split, or it has no object.
    """
    found = list(_davis_targets(find_sequences(root, split)))
    if not found:
        raise ValueError(f"The split {split!r} of {root} has no object in its first masks.")
    return AnnotatedVideos(found)


def _davis_targets(sequences: Sequence[DavisSequence]) -> Iterator[VideoTarget]:
    for sequence in sequences:
        files = sequence.annotated_images()
        stems = tuple(item.image.stem for item in files)
        ids = np.unique(read_ids(files[0].mask)) if files else np.zeros(0, np.uint8)
        for number in ids[(ids != 0) & (ids != VOID)].tolist():
            yield VideoTarget(sequence.images, sequence.masks, number, stems, files[0].image.suffix)
