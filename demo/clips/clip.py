"""Clips on disk: what a visitor uploads or picks, decoded once, upright and small enough for the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from demo.whole_file import write_whole
from llb.io.label_png import decode_labels, write_labels
from llb.types import Labels, Rgb

LOSSLESS = 600  # frames of a clip that are kept without loss; longer clips are kept as fine JPEG
JPEG_PREVIEW = (cv2.IMWRITE_JPEG_QUALITY, 85)
JPEG_FINE = (
    *(cv2.IMWRITE_JPEG_QUALITY, 95),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
)


@dataclass(frozen=True)
class Clip:
    """A decoded clip: a folder with ``frames/00000.png`` on and, for examples, exact masks in
    ``truth/``, of some frames or all.

    `times` are the frames' presentation times in seconds; `note` says what was done to the clip, if anything, and
    `description` what makes an example hard. Its frame i is the uploaded file's `start + i * stride`, of about
    `source_frames`; these are 0 for what was not uploaded. `end` is when the last frame ends, in seconds; 0 where that
    is unknown. `stored` is height and width of the file's own frames, which differ in shape where its pixels are not
    square.
    """

    folder: Path
    title: str
    height: int
    width: int
    times: tuple[float, ...]
    has_truth: bool = False
    note: str = ""
    start: int = 0
    stride: int = 1
    source_frames: int = 0
    description: str = ""
    end: float = 0.0
    stored: tuple[int, int] = (0, 0)

    @classmethod
    def open(cls, folder: Path) -> Clip:
        """Read a clip that `save_clip` wrote; raise ValueError if it is gone."""
        try:
            facts = json.loads((folder / "clip.json").read_text())
        except FileNotFoundError as error:
            raise ValueError("The clip is no longer there: choose it again.") from error
        lists = {key: tuple(facts[key]) for key in ("times", "stored") if key in facts}
        return cls(folder, **{**facts, **lists})

    def __len__(self) -> int:
        return len(self.times)

    @property
    def fps(self) -> float:
        """Mean frame rate."""
        return (len(self.times) - 1) / self.seconds if self.seconds > 0 else 24.0

    @property
    def seconds(self) -> float:
        """Time from the first frame to the last."""
        return self.times[-1] - self.times[0]

    def frame_end(self, index: int) -> float | None:
        """Return when a frame gives way to the next one, in seconds; None for the last one where that is unknown."""
        return self.times[index + 1] if index + 1 < len(self) else self.end or None

    def frame(self, index: int) -> Rgb:
        """Return a frame in RGB, exactly as decoded unless the clip is a long one (`LOSSLESS`)."""
        exact = self.folder / "frames" / f"{index:05d}.png"
        return read_rgb(exact if exact.exists() else self.folder / "previews" / f"{index:05d}.jpg")

    def truth(self, index: int) -> Labels | None:
        """Return the exact mask of a frame, if it is known."""
        path = self.folder / "truth" / f"{index:05d}.png"
        return decode_labels(path.read_bytes(), path.name) if self.has_truth and path.exists() else None


def save_clip(
    folder: Path,
    title: str,
    frames: Iterable[tuple[float, Rgb]],
    truths: Iterable[Labels] = (),
    lossless: bool = True,
) -> Clip:
    """Write (time, frame) pairs, and the exact masks if there are any, and return the clip."""
    for kind in ("frames", "previews"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    times: list[float] = []
    height = width = 0
    for index, (time, rgb) in enumerate(frames):
        height, width = rgb.shape[:2]
        exact = lossless and index < LOSSLESS
        if exact:
            write_rgb(folder / "frames" / f"{index:05d}.png", rgb)
        write_jpeg(folder / "previews" / f"{index:05d}.jpg", rgb, JPEG_PREVIEW if exact else JPEG_FINE)
        times.append(time)
    has_truth = False
    for index, labels in enumerate(truths):
        (folder / "truth").mkdir(exist_ok=True)
        write_labels(folder / "truth" / f"{index:05d}.png", labels)
        has_truth = True
    return save_facts(Clip(folder, title, height, width, tuple(times), has_truth))


def save_facts(clip: Clip, **changes: object) -> Clip:
    """Write the clip's facts, with some of them changed, and return it."""
    clip = replace(clip, **changes)  # type: ignore[arg-type]
    facts = {key: value for key, value in asdict(clip).items() if key != "folder"}
    write_whole(clip.folder / "clip.json", json.dumps(facts))
    return clip


def read_rgb(path: Path) -> Rgb:
    """Read a picture in RGB; raise ValueError if it is gone."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("A frame of this clip is no longer there: choose the clip again.")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def write_rgb(path: Path, rgb: Rgb) -> None:
    """Write a picture without loss, quickly rather than small."""
    _write_picture(path, rgb, [cv2.IMWRITE_PNG_COMPRESSION, 1])


def write_jpeg(path: Path, rgb: Rgb, options: Sequence[int]) -> None:
    """Write a picture small, for the browser's player."""
    _write_picture(path, rgb, options)


def _write_picture(path: Path, rgb: Rgb, options: Sequence[int]) -> None:
    """Write a picture in the format of the path's ending; `cv2.imwrite` would not say why it failed."""
    encoded = cv2.imencode(path.suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)[1]
    path.write_bytes(encoded.tobytes())
