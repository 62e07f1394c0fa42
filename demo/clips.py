"""Clips on disk: what a visitor uploads or picks, decoded once, upright and small enough for the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from demo.pictures import readable
from llb.palette import read_labels, write_labels
from llb.video_io import ClipInfo, probe, read_frames

Rgb = UInt8[np.ndarray, "height width 3"]
Labels = UInt8[np.ndarray, "height width"]
LOSSLESS = 600  # frames of a clip that are kept without loss; longer clips are kept as fine JPEG
JPEG_PREVIEW = (cv2.IMWRITE_JPEG_QUALITY, 85)
JPEG_FINE = (
    *(cv2.IMWRITE_JPEG_QUALITY, 95),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
)


@dataclass(frozen=True)
class Part:
    """Which frames of a file become a clip: `start`, `start + stride`, ... before `end` (None: up to the last)."""

    start: int = 0
    end: int | None = None
    stride: int = 1

    def __post_init__(self) -> None:
        if self.start < 0 or self.stride < 1 or (self.end is not None and self.end < self.start + 2):
            raise ValueError("This part holds no two frames: move its ends apart.")


@dataclass(frozen=True)
class Limits:
    """What the page takes. Longer clips are trimmed, larger frames made smaller; the rest is refused.

    Attributes:
        megabytes: largest upload.
        side_in: longest side, in pixels, of a clip that is read.
        side_out: longest side of the frames that are kept.
        side_least: shortest side of a clip that is read.
        frames: most frames that are kept.
    """

    megabytes: int = 500
    side_in: int = 4096
    side_out: int = 854
    side_least: int = 64
    frames: int = 5400


@dataclass(frozen=True)
class Clip:
    """A decoded clip: a folder with ``frames/00000.png`` on and, for examples, exact masks in ``truth/``.

    `times` are the frames' presentation times in seconds; `note` says what was done to the clip, if anything, and
    `description` what makes an example hard. Its frame i is the uploaded file's `start + i * stride`, of about
    `source_frames`; these are 0 for what was not uploaded.
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
        """Return a frame in RGB, exactly as decoded unless the clip is a long one (`LOSSLESS`)."""
        exact = self.folder / "frames" / f"{index:05d}.png"
        return read_rgb(exact if exact.exists() else self.folder / "previews" / f"{index:05d}.jpg")

    def truth(self, index: int) -> Labels | None:
        """Return the exact mask of a frame, if it is known."""
        return read_labels(self.folder / "truth" / f"{index:05d}.png") if self.has_truth else None


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
    (clip.folder / "clip.json").write_text(json.dumps(facts))
    return clip


def import_clip(
    source: Path | Sequence[Path],
    title: str,
    folder: Path,
    limits: Limits,
    part: Part | None = None,
    tell: Callable[[int, int], object] = lambda done, of: None,
) -> Clip:
    """Decode a part of a video, of a zip of pictures or of several pictures into `folder`, within the limits.

    `tell` hears of the work: frames done, and of how many.

    Raises:
        ValueError: it cannot be used; one sentence says why and what to do.
    """
    sources, part = [source] if isinstance(source, Path) else list(source), part or Part()
    missing = [path for path in sources if not path.exists()]
    if missing:
        raise ValueError("The uploaded file is no longer there: upload it again.")
    if sum(path.stat().st_size for path in sources) > limits.megabytes * 1_000_000:
        raise ValueError(f"The file is larger than {limits.megabytes} MB: cut it shorter or export it smaller.")
    with readable(sources, limits.side_in) as path:
        info = probe(path)
        _check(info, limits)
        last = part.start
        total = info.frames or round((info.duration or 0) * info.fps)
        wanted = min(limits.frames, max(2, len(range(part.start, part.end or total, part.stride))))

        def frames() -> Iterator[tuple[float, Rgb]]:
            nonlocal last
            for done, (index, time, rgb) in enumerate(_frames(path, info, limits, part)):
                last = index
                tell(done, max(wanted, done + 1))
                yield time, rgb

        clip = save_clip(folder, title, frames(), lossless=wanted <= LOSSLESS)
    if len(clip) < 2:
        raise ValueError("There is a single frame: choose a clip, or a part of it, with at least two.")
    ended = part.end is None and len(clip) < limits.frames
    total = last + 1 if ended else max(total, last + 1)
    note = _notes(clip, info, part, last, total)
    return save_facts(clip, note=note, start=part.start, stride=part.stride, source_frames=total)


def _check(info: ClipInfo, limits: Limits) -> None:
    if max(info.width, info.height) > limits.side_in:
        raise ValueError(
            f"The clip is {info.width} x {info.height}: export it with at most {limits.side_in} pixels on a side."
        )
    if min(info.width, info.height) < limits.side_least:
        raise ValueError(
            f"The clip is {info.width} x {info.height}: both sides need at least {limits.side_least} pixels."
        )


def _frames(path: Path, info: ClipInfo, limits: Limits, part: Part) -> Iterator[tuple[int, float, Rgb]]:
    scale = limits.side_out / max(info.width, info.height)
    size = (round(info.width * scale), round(info.height * scale))
    read = read_frames(path, start=part.start, end=part.end, stride=part.stride, max_frames=limits.frames)
    first: float | None = None
    for frame in read:
        first = frame.pts if first is None else first
        rgb = cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame.rgb
        yield frame.index, frame.pts - first, np.asarray(rgb, np.uint8)


def _notes(clip: Clip, info: ClipInfo, part: Part, last: int, total: int) -> str:
    notes = [f"read from {info.codec}"]
    if part.start or last + part.stride < total:
        notes.append(f"trimmed to frames {part.start} to {last} of {total}")
    if part.stride > 1:
        notes.append(f"every {part.stride}. frame")
    if (clip.width, clip.height) != (info.width, info.height):
        notes.append(f"made smaller from {info.width} x {info.height}")
    if info.rotation:
        notes.append("turned upright")
    if len(clip) > LOSSLESS:
        notes.append("long, so kept as JPEG")
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


def write_jpeg(path: Path, rgb: Rgb, options: Sequence[int]) -> None:
    """Write a picture small, for the browser's player."""
    cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)
