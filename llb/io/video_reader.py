"""Read clips: a video file, an animation, or a folder of pictures, as upright RGB frames with their times.

Frames stream: no more than the frame at hand and the one after it are held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from llb.io.animated_webp import AnimatedWebp, is_animated_webp
from llb.io.colour import is_hdr, to_rgb
from llb.io.orientation import Orientation
from llb.io.picture_folder import FOLDER_FPS, PictureFolder, list_pictures
from llb.io.pixel_budget import DECODING, check_size
from llb.io.timeline import steady_times
from llb.io.video_file import Losses, VideoFile, seconds
from llb.io.video_writer import VideoWriter, write_video
from llb.types import Rgb

__all__ = ["ClipInfo", "Frame", "Losses", "VideoWriter", "list_pictures", "probe", "read_frames", "write_video"]


@dataclass(frozen=True)
class ClipInfo:
    """What is known of a clip before reading it.

    Attributes:
        width, height: pixels of the frames that `read_frames` yields: turned upright, with square pixels.
        fps: mean frame rate as the file states it.
        duration: seconds; None if the file does not say.
        codec: such as ``h264``; ``pictures`` for a folder.
        frames: number of frames; None if the file does not say.
        orientation: how `read_frames` turns and mirrors each stored frame.
        notes: what `read_frames` does to the frames beside that, in words.
        stored: height and width as the file has them, turned upright; they differ where its pixels are not square.
    """

    width: int
    height: int
    fps: float
    duration: float | None
    codec: str
    frames: int | None
    orientation: Orientation = Orientation()
    notes: tuple[str, ...] = ()
    stored: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Frame:
    """One frame: its `index` in the clip, its time `pts` in seconds from the first frame, its name without suffix.

    `duration` is how long the file shows it, in seconds; None where the file does not say or frames are left out.
    """

    index: int
    pts: float
    rgb: UInt8[np.ndarray, "height width 3"]
    name: str
    duration: float | None = None


@dataclass(frozen=True)
class Upright:
    """How a video's decoded frames become pictures to be seen: `size` is (width, height) before turning."""

    size: tuple[int, int]
    orientation: Orientation

    @classmethod
    def of(cls, video: VideoFile, first: Any) -> Upright:
        """Take size and orientation from a video's first frame; pixels that are not square are stretched in width."""
        size = max(1, round(first.width * video.shape)), first.height
        check_size(video.path.name, *size)
        return cls(size, Orientation.of_frame(first))

    def convert(self, frame: Any) -> Rgb:
        """Return a decoded frame in upright RGB."""
        with DECODING.claim(self.size[0] * self.size[1]):
            return self.orientation.apply(to_rgb(frame, self.size))


def probe(path: str | Path) -> ClipInfo:
    """Describe a clip after decoding its first frame; raise ValueError with one sentence if it is none."""
    path = Path(path)
    if path.is_dir():
        folder = PictureFolder(path)
        size, count = (folder.height, folder.width), len(folder)
        seconds_long = count / FOLDER_FPS
        return ClipInfo(size[1], size[0], FOLDER_FPS, seconds_long, "pictures", count, notes=folder.notes, stored=size)
    if path.is_file() and is_animated_webp(path):
        return _probe_webp(AnimatedWebp(path))
    with VideoFile(path) as video:
        first = next(video.decode(), None)
        if first is None:
            raise ValueError(f"{path.name} holds no frame that can be decoded: export the clip again, e.g. as H.264.")
        upright = Upright.of(video, first)
        height, width = upright.orientation.size(upright.size[1], upright.size[0])
        stored = upright.orientation.size(first.height, first.width)
        notes = _notes(video, first)
        return ClipInfo(
            width, height, video.fps, video.duration, video.codec, video.frames, upright.orientation, notes, stored
        )


def read_frames(
    path: str | Path,
    *,
    start: int = 0,
    end: int | None = None,
    stride: int = 1,
    max_frames: int | None = None,
    losses: Losses | None = None,
) -> Iterator[Frame]:
    """Yield the frames `start`, `start + stride`, ... below `end`, at most `max_frames`, upright and in RGB.

    Broken packets are skipped and counted in `losses`. A frame of another size than the first is resized to it in a
    video; in a folder it is an error. Transparent parts come out black, HDR as SDR, interlaced frames as whole ones,
    and pixels that are not square as square ones. Raise ValueError at once for a range that is none, and while
    reading if nothing can be read or the range holds no frame.
    """
    path = Path(path)
    if start < 0 or stride < 1 or (end is not None and end <= start) or (max_frames is not None and max_frames < 1):
        raise ValueError(
            f"No frame lies in start={start}, end={end}, stride={stride}, max_frames={max_frames}: "
            "choose 0 <= start < end, stride >= 1 and max_frames >= 1."
        )
    if max_frames is not None:
        last = start + (max_frames - 1) * stride + 1
        end = last if end is None else min(end, last)
    return _read(path, _Range(start, end, stride), losses or Losses())


@dataclass(frozen=True)
class _Range:
    start: int
    end: int | None
    stride: int

    def holds(self, index: int) -> bool:
        return index >= self.start and (index - self.start) % self.stride == 0 and not self.ends(index)

    def ends(self, index: int) -> bool:
        return self.end is not None and index >= self.end


def _read(path: Path, part: _Range, losses: Losses) -> Iterator[Frame]:
    if path.is_dir():
        frames = _folder_frames(path, part)
    elif path.is_file() and is_animated_webp(path):
        frames = _webp_frames(path, part)
    else:
        frames = _video_frames(path, part, losses)
    empty = True
    for frame in frames:
        empty = False
        yield frame
    if empty:
        raise ValueError(
            f"{path.name} has no frame {part.start}: choose a smaller start, or a clip that can be decoded."
        )


def _video_frames(path: Path, part: _Range, losses: Losses) -> Iterator[Frame]:
    with VideoFile(path) as video:
        decoded = ((seconds(frame.pts, frame.time_base), frame) for frame in video.decode(losses))
        upright: Upright | None = None
        for index, (time, frame) in enumerate(steady_times(decoded, 1 / video.fps)):
            if part.ends(index):
                return
            upright = upright or Upright.of(video, frame)
            if part.holds(index):
                duration = seconds(frame.duration, frame.time_base) if part.stride == 1 else None
                yield Frame(index, time, upright.convert(frame), f"{index:05d}", duration or None)


def _webp_frames(path: Path, part: _Range) -> Iterator[Frame]:
    time = 0.0
    for index, (duration, rgb) in enumerate(AnimatedWebp(path).read()):
        if part.ends(index):
            return
        if part.holds(index):
            yield Frame(index, time, rgb, f"{index:05d}", duration if part.stride == 1 else None)
        time += duration


def _folder_frames(path: Path, part: _Range) -> Iterator[Frame]:
    folder = PictureFolder(path)
    for index in range(part.start, min(len(folder), len(folder) if part.end is None else part.end), part.stride):
        yield Frame(index, index / FOLDER_FPS, folder.read(index), folder.paths[index].stem)


def _probe_webp(clip: AnimatedWebp) -> ClipInfo:
    times = [duration for duration, _ in clip.read()]
    if not times:
        raise ValueError("This animation holds no frame that can be decoded: export it again.")
    size = (clip.height, clip.width)
    return ClipInfo(size[1], size[0], len(times) / sum(times), sum(times), "webp", len(times), stored=size)


def _notes(video: VideoFile, first: Any) -> tuple[str, ...]:
    found = (
        (is_hdr(first), "toned down from HDR"),
        (video.interlaced, "deinterlaced"),
        (video.shape != 1, f"stretched from {first.width} x {first.height}, as its pixels are not square"),
    )
    return tuple(note for holds, note in found if holds)
