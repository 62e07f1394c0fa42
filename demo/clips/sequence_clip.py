"""A sequence of a data set as a clip of the page: the frames that it asks for, and its true masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from demo.clips.clip import Clip, save_clip, save_facts
from demo.clips.upload import Limits
from llb.evaluation.sequence import DataSequence
from llb.io.label_fit import resize_labels
from llb.io.label_png import write_labels
from llb.io.video_reader import probe, read_frames
from llb.types import VOID, Rgb


def import_sequence(
    sequence: DataSequence, folder: Path, limits: Limits, tell: Callable[[int, int], object] = lambda done, of: None
) -> Clip:
    """Decode a sequence into `folder`, frames above the limits made smaller; void counts as background in its masks.

    `tell` hears of the work: frames done, and of how many.

    Raises:
        ValueError: it has fewer than two frames or more than are taken, or they cannot be read.
    """
    total = len(sequence.asked)
    if not 2 <= total <= limits.frames:
        raise ValueError(f"{sequence.name} has {total} frames: the page shows 2 to {limits.frames}.")
    info = probe(sequence.images)
    scale = min(1.0, limits.side_out / max(info.width, info.height))
    size = (round(info.width * scale), round(info.height * scale))

    def frames() -> Iterator[tuple[float, Rgb]]:
        wanted, done = set(sequence.asked), 0
        for frame in read_frames(sequence.images):
            if frame.name in wanted:
                smaller = cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame.rgb
                yield frame.pts, np.asarray(smaller, np.uint8)
                done += 1
                tell(done, total)

    clip = save_clip(folder, sequence.name, _from_zero(frames()))
    known = [(index, stem) for index, stem in enumerate(sequence.asked) if sequence.mask_file(stem).is_file()]
    for index, stem in known:
        (folder / "truth").mkdir(exist_ok=True)
        truth = sequence.read_mask(stem)
        plain = np.where(truth == VOID, 0, truth).astype(np.uint8)
        write_labels(folder / "truth" / f"{index:05d}.png", resize_labels(plain, size[::-1]))
    return save_facts(clip, has_truth=bool(known), stored=info.stored)


def _from_zero(frames: Iterator[tuple[float, Rgb]]) -> Iterator[tuple[float, Rgb]]:
    """Let the times begin with 0."""
    first: float | None = None
    for time, rgb in frames:
        first = time if first is None else first
        yield time - first, rgb
