"""Clips on disk: what a visitor uploads or picks, decoded once, upright and small enough for the page."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from demo.pictures import unpack_pictures
from llb.palette import read_labels, write_labels
from llb.video_io import ClipInfo, probe, read_frames

Rgb = UInt8[np.ndarray, "height width 3"]
Labels = UInt8[np.ndarray, "height width"]


@dataclass(frozen=True)
class Limits:
    """What the page takes. Longer clips are trimmed, larger frames made smaller; the rest is refused.

    Attributes:
        megabytes: largest file.
        side_in: longest side, in pixels, of a clip that is read.
        side_out: longest side of the frames that are kept.
        side_least: shortest side of a clip that is read.
        frames: most frames that are kept.
    """

    megabytes: int = 200
    side_in: int = 4096
    side_out: int = 854
    side_least: int = 64
    frames: int = 150


@dataclass(frozen=True)
class Clip:
    """A decoded clip: a folder with ``frames/00000.png`` on and, for examples, exact masks in ``truth/``.

    `times` are the frames' presentation times in seconds; `note` says what was done to the clip, if anything.
    """

    folder: Path
    title: str
    height: int
    width: int
    times: tuple[float, ...]
    has_truth: bool = False
    note: str = ""

    @classmethod
    def open(cls, folder: Path) -> Clip:
        """Read a clip that `save_clip` wrote; raise ValueError if it is gone."""
        try:
            facts = json.loads((folder / "clip.json").read_text())
        except FileNotFoundError as error:
            raise ValueError("The clip is no longer there: choose it again.") from error
        return cls(folder, **{**facts, "times": tuple(facts["times"])})

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

    def frame(self, index: int) -> Rgb:
        """Return a frame in RGB, exactly as decoded."""
        return read_rgb(self.folder / "frames" / f"{index:05d}.png")

    def truth(self, index: int) -> Labels | None:
        """Return the exact mask of a frame, if it is known."""
        return read_labels(self.folder / "truth" / f"{index:05d}.png") if self.has_truth else None


def save_clip(folder: Path, title: str, frames: Iterable[tuple[float, Rgb]], truths: Iterable[Labels] = ()) -> Clip:
    """Write (time, frame) pairs, and the exact masks if there are any, and return the clip."""
    for kind in ("frames", "previews"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    times: list[float] = []
    height = width = 0
    for index, (time, rgb) in enumerate(frames):
        height, width = rgb.shape[:2]
        write_rgb(folder / "frames" / f"{index:05d}.png", rgb)
        write_preview(folder / "previews" / f"{index:05d}.jpg", rgb)
        times.append(time)
    has_truth = False
    for index, labels in enumerate(truths):
        (folder / "truth").mkdir(exist_ok=True)
        write_labels(folder / "truth" / f"{index:05d}.png", labels)
        has_truth = True
    return save_notes(Clip(folder, title, height, width, tuple(times), has_truth), "")


def save_notes(clip: Clip, note: str) -> Clip:
    """Write the clip's facts with a note on what was done to it, and return the clip."""
    clip = replace(clip, note=note)
    facts = {key: value for key, value in asdict(clip).items() if key != "folder"}
    (clip.folder / "clip.json").write_text(json.dumps(facts))
    return clip


def import_clip(path: Path, title: str, folder: Path, limits: Limits) -> Clip:
    """Decode a video, or a zip of pictures, into `folder` within the limits.

    Raises:
        ValueError: it cannot be used; one sentence says why and what to do.
    """
    if path.stat().st_size > limits.megabytes * 1_000_000:
        raise ValueError(f"The file is larger than {limits.megabytes} MB: cut it shorter or export it smaller.")
    if path.suffix.lower() != ".zip":
        return _import(path, title, folder, limits)
    with tempfile.TemporaryDirectory() as unpacked:
        unpack_pictures(path, Path(unpacked), limits.frames + 1, limits.side_in)
        return _import(Path(unpacked), title, folder, limits)


def _import(path: Path, title: str, folder: Path, limits: Limits) -> Clip:
    info = probe(path)
    if max(info.width, info.height) > limits.side_in:
        raise ValueError(
            f"The clip is {info.width} x {info.height}: export it with at most {limits.side_in} pixels on a side."
        )
    if min(info.width, info.height) < limits.side_least:
        raise ValueError(
            f"The clip is {info.width} x {info.height}: both sides need at least {limits.side_least} pixels."
        )
    clip = save_clip(folder, title, _frames(path, info, limits))
    if len(clip) < 2:
        raise ValueError("The clip has a single frame: choose one with at least two.")
    return save_notes(clip, _notes(clip, info, limits))


def _frames(path: Path, info: ClipInfo, limits: Limits) -> Iterator[tuple[float, Rgb]]:
    scale = limits.side_out / max(info.width, info.height)
    size = (round(info.width * scale), round(info.height * scale))
    for frame in read_frames(path, max_frames=limits.frames):
        rgb = cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame.rgb
        yield frame.pts, np.asarray(rgb, np.uint8)


def _notes(clip: Clip, info: ClipInfo, limits: Limits) -> str:
    notes = []
    if len(clip) == limits.frames and (info.frames is None or info.frames > limits.frames):
        notes.append(f"trimmed to its first {limits.frames} frames")
    if (clip.width, clip.height) != (info.width, info.height):
        notes.append(f"made smaller from {info.width} x {info.height}")
    if info.rotation:
        notes.append("turned upright")
    return ", ".join(notes)


def read_rgb(path: Path) -> Rgb:
    """Read a picture in RGB; raise ValueError if it is gone."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("A frame of this clip is no longer there: choose the clip again.")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def write_rgb(path: Path, rgb: Rgb) -> None:
    """Write a picture without loss, quickly rather than small."""
    cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])


def write_preview(path: Path, rgb: Rgb) -> None:
    """Write a picture small, for the browser's player."""
    cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
