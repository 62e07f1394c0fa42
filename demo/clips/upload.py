"""Uploads: a video, a zip of pictures or several pictures, decoded into a clip within the page's limits."""

from __future__ import annotations

import lzma
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from demo.clips.clip import LOSSLESS, Clip, save_clip, save_facts
from llb.io.picture_file import is_animation, read_header
from llb.io.picture_folder import PICTURES, natural_key
from llb.io.video_file import ENDINGS
from llb.io.video_reader import ClipInfo, Losses, probe, read_frames
from llb.types import Rgb

BYTES_PER_PIXEL = 4  # more than any packed picture needs
CODECS = {
    "h264": "H.264",
    "hevc": "H.265 (HEVC)",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "mpeg4": "MPEG-4",
    "pictures": "from pictures",
}
ORDINALS = {2: "2nd", 3: "3rd"}
FILE_TYPES = ("video", "image", *sorted({*ENDINGS, *PICTURES}), ".zip")  # what a browser's file dialogue offers
UNPACKED = 2_000_000_000  # bytes of a zip's pictures together
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError, OSError)


@dataclass(frozen=True)
class FrameRange:
    """Which frames of a file become a clip: `start`, `start + stride`, ... before `end` (None: up to the last)."""

    start: int = 0
    end: int | None = None
    stride: int = 1

    def __post_init__(self) -> None:
        numbers = (self.start, self.stride, 0 if self.end is None else self.end)
        if not all(isinstance(number, int) for number in numbers):
            raise ValueError("The ends of the part are not whole frame numbers: move them again.")
        if self.start < 0 or self.stride < 1 or (self.end is not None and self.end < self.start + 2):
            raise ValueError("This part has fewer than two frames: move its ends apart.")


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


def import_clip(
    source: Path | Sequence[Path],
    title: str,
    folder: Path,
    limits: Limits,
    part: FrameRange | None = None,
    tell: Callable[[int, int], object] = lambda done, of: None,
) -> Clip:
    """Decode a part of a video, of a zip of pictures or of several pictures into `folder`, within the limits.

    `tell` hears of the work: frames done, and of how many.

    Raises:
        ValueError: it cannot be used; one sentence says why and what to do.
    """
    sources, part = [source] if isinstance(source, Path) else list(source), part or FrameRange()
    missing = [path for path in sources if not path.exists()]
    if missing:
        raise ValueError("The uploaded file is no longer there: upload it again.")
    if sum(path.stat().st_size for path in sources) > limits.megabytes * 1_000_000:
        raise ValueError(f"The file is larger than {limits.megabytes} MB: cut it shorter or export it smaller.")
    with readable(sources, limits.side_in) as path:
        info = probe(path)
        _check(info, limits)
        total = info.frames or round((info.duration or 0) * info.fps)
        wanted = max(2, min(limits.frames, -(-((part.end or total) - part.start) // part.stride)))
        reading = _Reading(path, info, limits, part)
        frames = _heard(reading.frames(), wanted, tell)
        clip = save_clip(folder, title, frames, lossless=wanted <= LOSSLESS)
    if len(clip) < 2:
        raise ValueError("This is a single frame: choose a clip, or a part of it, with at least two.")
    ended = part.end is None and len(clip) < limits.frames
    total = reading.last + 1 if ended else max(total, reading.last + 1)
    note = _notes(clip, reading, total)
    facts = {"start": part.start, "stride": part.stride, "source_frames": total, "stored": info.stored}
    return save_facts(clip, note=note, end=reading.end, **facts)


def _check(info: ClipInfo, limits: Limits) -> None:
    if max(info.width, info.height) > limits.side_in:
        raise ValueError(
            f"The clip is {info.width} x {info.height}: export it with at most {limits.side_in} pixels on a side."
        )
    if min(info.width, info.height) < limits.side_least:
        raise ValueError(
            f"The clip is {info.width} x {info.height}: both sides need at least {limits.side_least} pixels."
        )


class _Reading:
    """The frames of a part of a file at the size that is kept, and what was seen while they were read."""

    last: int  # index of the last frame, in the file
    end: float  # when it ends, in seconds from the first one that is kept; 0 where the file does not say
    losses: Losses

    def __init__(self, path: Path, info: ClipInfo, limits: Limits, part: FrameRange) -> None:
        self.info, self.part = info, part
        self.last, self.end, self.losses = part.start, 0.0, Losses()
        scale = limits.side_out / max(info.width, info.height)
        self._size = (round(info.width * scale), round(info.height * scale)) if scale < 1 else None
        self._read = read_frames(
            path, start=part.start, end=part.end, stride=part.stride, max_frames=limits.frames, losses=self.losses
        )

    def frames(self) -> Iterator[tuple[float, Rgb]]:
        """Yield time and picture of each frame."""
        first: float | None = None
        for frame in self._read:
            first = frame.pts if first is None else first
            self.last, time = frame.index, frame.pts - first
            self.end = time + frame.duration if frame.duration else 0.0
            rgb = cv2.resize(frame.rgb, self._size, interpolation=cv2.INTER_AREA) if self._size else frame.rgb
            yield time, np.asarray(rgb, np.uint8)


def _heard(
    frames: Iterator[tuple[float, Rgb]], wanted: int, tell: Callable[[int, int], object]
) -> Iterator[tuple[float, Rgb]]:
    for done, frame in enumerate(frames):
        tell(done, max(wanted, done + 1))
        yield frame


def _notes(clip: Clip, reading: _Reading, total: int) -> str:
    info, part = reading.info, reading.part
    notes = [CODECS.get(info.codec, info.codec)]
    if part.start or reading.last + part.stride < total:
        notes.append(f"trimmed to frames {part.start} to {reading.last} of {total}")
    if part.stride > 1:
        notes.append(f"every {ORDINALS.get(part.stride, f'{part.stride}th')} frame")
    if (clip.width, clip.height) != (info.width, info.height):
        notes.append(f"scaled down from {info.width} × {info.height}")
    if info.orientation.note:
        notes.append(info.orientation.note)
    notes += [*info.notes, *reading.losses.notes]
    if len(clip) > LOSSLESS:
        notes.append("stored as JPEG because it is long")
    return ", ".join(notes)


@contextmanager
def readable(sources: Sequence[Path], side: int) -> Iterator[Path]:
    """Yield what `read_frames` takes: the one video, or a folder with the pictures in natural order of their names.

    Raises:
        ValueError: several files that are not all pictures, or a zip that cannot be used.
    """
    pictures = [path for path in sources if path.suffix.lower() in PICTURES]
    if len(sources) != 1 and len(pictures) != len(sources):
        raise ValueError("These files do not belong together: choose one video, one zip, or pictures alone.")
    if len(sources) == 1 and sources[0].suffix.lower() != ".zip" and (not pictures or _is_animation(sources[0])):
        yield sources[0]
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not pictures:
            unpack_pictures(sources[0], folder, side)
        for number, path in enumerate(sorted(pictures, key=lambda path: natural_key(path.name))):
            os.symlink(path.resolve(), folder / f"{number:05d}{path.suffix.lower()}")
        yield folder


def unpack_pictures(path: Path, folder: Path, side: int) -> None:
    """Unpack the pictures of a zip into `folder`, numbered in natural order of their names.

    Nothing but pictures is read, and no more bytes of each than a picture of `side` x `side` pixels can have.

    Raises:
        ValueError: it is no zip, it is locked or damaged, its pictures are too large, or it holds none.
    """
    number = -1
    for number, (name, data) in enumerate(packed_pictures(path, side)):
        (folder / f"{number:05d}{PurePosixPath(name).suffix.lower()}").write_bytes(data)
    if number < 0:
        raise ValueError(f"{path.name} contains no pictures: pack png, jpg, webp, tif or bmp frames.")


def packed_pictures(path: Path, side: int, endings: Collection[str] = PICTURES) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a zip's pictures in natural order of their paths, within bounds as `unpack_pictures`.

    What writes them is no concern of the errors caught here.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            listed = (item for item in archive.infolist() if _is_picture(item, endings))
            found = sorted(listed, key=lambda item: natural_key(item.filename))
            if sum(item.file_size for item in found) > UNPACKED:
                raise ValueError(f"{path.name} is too large once unpacked: pack fewer or smaller pictures.")
            for item in found:
                name = PurePosixPath(item.filename).name
                if item.file_size > BYTES_PER_PIXEL * side * side:
                    raise ValueError(f"{name} is too large: make the pictures smaller.")
                data = archive.read(item)
                header = read_header(data, name)
                if max(header.width, header.height) > side:
                    raise ValueError(f"{name} is too large: make the pictures smaller, at most {side} pixels wide.")
                yield name, data
    except BROKEN_ZIP as error:
        raise ValueError(
            f"{path.name} is not a zip that can be read: pack the pictures again, without a password."
        ) from error


def _is_animation(path: Path) -> bool:
    with path.open("rb") as file:
        return is_animation(file.read(4096))


def _is_picture(item: zipfile.ZipInfo, endings: Collection[str]) -> bool:
    name = PurePosixPath(item.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return not item.filename.endswith("/") and not hidden and name.suffix.lower() in endings
