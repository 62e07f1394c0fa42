"""Read and write clips with PyAV: a video file or a folder of pictures in, H.264 that browsers play out.

Frames stream: neither direction holds more than the frame at hand. Every frame keeps its own presentation time,
so that a clip of variable frame rate comes out as it went in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from jaxtyping import UInt8

from llb.io.video_writer import VideoWriter, write_video

__all__ = [
    "ClipInfo",
    "Frame",
    "VideoWriter",
    "list_pictures",
    "natural_key",
    "probe",
    "read_frames",
    "sample_frames",
    "write_video",
]

FOLDER_FPS = 24.0  # a folder of pictures has no clock; DAVIS plays at 24
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
# Only real video containers may open: a playlist (hls, concat) in disguise could read other files of the machine.
CONTAINERS = "mov,mp4,matroska,webm,avi,gif,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,ogg,flv,asf,mxf,dv,nut"


@dataclass(frozen=True)
class ClipInfo:
    """What is known of a clip before reading it.

    Attributes:
        width, height: pixels of the frames that `read_frames` yields, so after rotation.
        fps: mean frame rate as the file states it.
        duration: seconds; None if the file does not say.
        codec: such as ``h264``; ``pictures`` for a folder.
        frames: number of frames; None if the file does not say.
        rotation: degrees counter-clockwise (0, 90, 180 or 270) that `read_frames` turns each stored frame by.
    """

    width: int
    height: int
    fps: float
    duration: float | None
    codec: str
    frames: int | None
    rotation: int


@dataclass(frozen=True)
class Frame:
    """One frame: its `index` in the clip, its time `pts` in seconds from the first frame, its name without suffix."""

    index: int
    pts: float
    rgb: UInt8[np.ndarray, "height width 3"]
    name: str


def probe(path: str | Path) -> ClipInfo:
    """Describe a clip after decoding its first frame; raise ValueError with one sentence if it is none."""
    path = Path(path)
    if path.is_dir():
        pictures = list_pictures(path)
        height, width = _read_picture(pictures[0]).shape[:2]
        return ClipInfo(width, height, FOLDER_FPS, len(pictures) / FOLDER_FPS, "pictures", len(pictures), 0)
    with _open(path) as container:
        stream = _video_stream(container, path)
        first = next(_decode(container, stream), None)
        if first is None:
            raise ValueError(f"{path.name} holds no frame that can be decoded: export the clip again, e.g. as H.264.")
        turns = _quarter_turns(first)
        height, width = (first.width, first.height) if turns % 2 else (first.height, first.width)
        fps, frames = _fps(stream), stream.frames or None
        seconds = _seconds(stream.duration, stream.time_base) or _seconds(container.duration, Fraction(1, av.time_base))
        if seconds is None and frames:
            seconds = frames / fps
        return ClipInfo(width, height, fps, seconds, stream.codec_context.codec.canonical_name, frames, 90 * turns)


def read_frames(
    path: str | Path, *, start: int = 0, end: int | None = None, stride: int = 1, max_frames: int | None = None
) -> Iterator[Frame]:
    """Yield the frames `start`, `start + stride`, ... below `end`, at most `max_frames`, upright and in RGB.

    Broken packets are skipped. A frame of another size than the first is resized to it in a video; in a folder it is
    an error. Transparent parts come out black. Raise ValueError if nothing can be read or the range holds no frame.
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
    source = _folder_frames if path.is_dir() else _video_frames
    empty = True
    for frame in source(path, start, end, stride):
        empty = False
        yield frame
    if empty:
        raise ValueError(f"{path.name} has no frame {start}: choose a smaller start, or a clip that can be decoded.")


def sample_frames(path: str | Path, count: int) -> list[UInt8[np.ndarray, "height width 3"]]:
    """Return about `count` frames from all over a clip, upright and in RGB, quickly rather than exactly placed.

    A video that cannot be searched gives its first frame alone. Raise ValueError if nothing can be read.
    """
    path = Path(path)
    if path.is_dir():
        pictures = list_pictures(path)
        return [_read_picture(pictures[number * len(pictures) // count]) for number in range(min(count, len(pictures)))]
    seconds = probe(path).duration or 0.0
    found = []
    with _open(path) as container:
        stream = _video_stream(container, path)
        for number in range(count):
            try:
                container.seek(int(seconds * number / count * av.time_base))
            except av.error.FFmpegError:
                break
            frame = next(_decode(container, stream), None)
            if frame is not None:
                found.append(_to_rgb(frame, (frame.width, frame.height)))
    return found or [next(read_frames(path)).rgb]


def list_pictures(folder: Path) -> list[Path]:
    """Return a folder's pictures (png, jpg, webp) in natural order: 2.png before 10.png. Raise ValueError if none."""
    found = [p for p in folder.iterdir() if p.suffix.lower() in PICTURES and not p.name.startswith(".")]
    if not found:
        raise ValueError(f"The folder {folder} holds no pictures: put png, jpg or webp frames there.")
    stems = [p.stem for p in found]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None) if len(set(stems)) < len(stems) else None
    if twice is not None:
        raise ValueError(f"The folder {folder} holds {twice!r} with two endings: keep one picture of each name.")
    return sorted(found, key=lambda path: natural_key(path.name))


def natural_key(name: str) -> list[tuple[int, str]]:
    """Return what to sort names by so that 2.png comes before 10.png."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _open(path: Path) -> Any:
    if not path.is_file():
        raise ValueError(f"There is no file {path}: give a video or a folder of pictures.")
    try:
        return av.open(str(path), options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file"})
    except (av.error.FFmpegError, ValueError) as error:
        raise ValueError(f"{path.name} is not a video that can be read: use mp4, mov, webm, avi or gif.") from error


def _video_stream(container: Any, path: Path) -> Any:
    streams = [s for s in container.streams.video if not s.disposition & 1024]  # 1024: the cover picture of a song
    if not streams:
        raise ValueError(f"{path.name} has no picture track: give a clip with video, not sound alone.")
    streams[0].thread_type = "AUTO"
    return streams[0]


def _decode(container: Any, stream: Any) -> Iterator[Any]:
    """Yield decoded frames; skip packets that are broken, stop where the file breaks off."""
    decoder = _alpha_decoder(stream)
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            frames = decoder.decode(packet) if decoder else packet.decode()
        except av.error.FFmpegError:
            continue
        yield from frames


def _alpha_decoder(stream: Any) -> Any | None:
    """Make the decoder that sees a webm's transparency (FFmpeg's own VP8 and VP9 do not); None for other streams."""
    name = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.codec.canonical_name)
    if name is None or stream.metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    return av.CodecContext.create(name, "r")


def _video_frames(path: Path, start: int, end: int | None, stride: int) -> Iterator[Frame]:
    with _open(path) as container:
        stream = _video_stream(container, path)
        step = 1.0 / _fps(stream)
        origin: float | None = None
        size: tuple[int, int] | None = None
        time = -step
        for index, frame in enumerate(_decode(container, stream)):
            if end is not None and index >= end:
                return
            size = size or (frame.width, frame.height)
            stamp = _seconds(frame.pts, stream.time_base)
            origin = stamp if origin is None else origin
            time = time + step if stamp is None or origin is None else stamp - origin
            if index >= start and (index - start) % stride == 0:
                yield Frame(index, time, _to_rgb(frame, size), f"{index:05d}")


def _folder_frames(path: Path, start: int, end: int | None, stride: int) -> Iterator[Frame]:
    pictures = list_pictures(path)
    height, width = _read_picture(pictures[0]).shape[:2]
    for index in range(start, min(len(pictures), len(pictures) if end is None else end), stride):
        rgb = _read_picture(pictures[index])
        if rgb.shape[:2] != (height, width):
            raise ValueError(
                f"{pictures[index].name} is {rgb.shape[1]}x{rgb.shape[0]} but {pictures[0].name} is {width}x{height}: "
                "make all pictures of the folder the same size."
            )
        yield Frame(index, index / FOLDER_FPS, rgb, pictures[index].stem)


def _read_picture(path: Path) -> UInt8[np.ndarray, "height width 3"]:
    bgr = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) if path.stat().st_size else None
    if bgr is None:
        raise ValueError(f"{path.name} is not a picture that can be read: replace or remove it.")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _to_rgb(frame: Any, size: tuple[int, int]) -> UInt8[np.ndarray, "height width 3"]:
    """Convert a decoded frame of any format to upright RGB; `size` is the stored (width, height) of the clip."""
    if any(component.is_alpha for component in frame.format.components):
        rgba = frame.to_ndarray(format="rgba", width=size[0], height=size[1])
        rgb = (rgba[..., :3].astype(np.uint16) * rgba[..., 3:] // 255).astype(np.uint8)
    else:
        rgb = frame.to_ndarray(format="rgb24", width=size[0], height=size[1])
    return np.ascontiguousarray(np.rot90(rgb, _quarter_turns(frame)))


def _quarter_turns(frame: Any) -> int:
    return int(round(frame.rotation / 90)) % 4


def _fps(stream: Any) -> float:
    return float(stream.average_rate or stream.guessed_rate or 25)


def _seconds(ticks: int | None, time_base: Fraction | None) -> float | None:
    return None if ticks is None or time_base is None else float(ticks * time_base)
