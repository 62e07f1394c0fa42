"""A few pictures from all over a clip, for its filmstrip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llb.io.animated_webp import AnimatedWebp, is_animated_webp
from llb.io.picture_folder import PictureFolder
from llb.io.video_file import VideoFile, seconds
from llb.io.video_reader import Upright, read_frames
from llb.types import Rgb

SHORT = 600  # frames of a video that is decoded whole; in longer ones key frames will do


def sample_frames(path: str | Path, count: int) -> Iterator[Rgb]:
    """Yield `count` different frames from all over a clip, or all if it has fewer, upright and in RGB.

    They are frames 0, n / count, 2 n / count, ... of n; in a long video the key frame before each, where there is one
    that has not come yet. Raise ValueError if nothing can be read.
    """
    path = Path(path)
    if path.is_dir():
        folder = PictureFolder(path)
        yield from (folder.read(index) for index in _places(len(folder), count))
        return
    if path.is_file() and is_animated_webp(path):
        total = len(AnimatedWebp(path))
        yield from (frame.rgb for frame in read_frames(path) if frame.index in _places(total, count))
        return
    with VideoFile(path) as video:
        stamps = video.stamps()
    with VideoFile(path) as video:
        known = sorted(stamp for stamp, _ in stamps if stamp is not None)
        if len(known) == len(stamps) > SHORT:
            keys = [stamp for stamp, key in stamps if key and stamp is not None]
            frames = _sought(video, [known[place] for place in _places(len(known), count)], keys)
        else:
            places = frozenset(_places(len(stamps), count))
            frames = (frame for index, frame in enumerate(video.decode()) if index in places)
        upright: Upright | None = None
        for frame in frames:
            upright = upright or Upright.of(video, frame)
            yield upright.convert(frame)
    if upright is None:
        raise ValueError(f"{path.name} holds no frame that can be decoded: export the clip again, e.g. as H.264.")


def _places(total: int, count: int) -> list[int]:
    return sorted({number * total // count for number in range(count)})


def _sought(video: VideoFile, targets: list[float], keys: list[float]) -> Iterator[Any]:
    """Yield a frame for each time: the last key frame before it if that is new, else the frame itself."""
    frames, last = video.decode(), float("-inf")
    for target in targets:
        ahead = any(last < key <= target for key in keys)
        if ahead and video.seek(target):
            frames, target = video.decode(), last
        for frame in frames:
            stamp = seconds(frame.pts, frame.time_base)
            if stamp is not None and stamp > last and stamp >= target:
                last = stamp
                yield frame
                break
