"""Write H.264 that browsers play; every frame may bring its own presentation time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from jaxtyping import UInt8

TICKS = 90_000  # per second, the clock of the files we write
BT709 = 1  # ITU-T H.273 code point of primaries, transfer and matrix


class VideoWriter:
    """Write an H.264 file (yuv420p, BT.709, faststart) frame by frame; use it in a ``with`` statement.

    Args:
        path: the file to write, ``.mp4``.
        size: (height, width) of the frames; an odd side is padded by repeating its last row or column.
        fps: frame rate, used for frames that are written without a time.
    """

    def __init__(self, path: str | Path, size: tuple[int, int], fps: float) -> None:
        if min(size) < 2 or fps <= 0:
            raise ValueError(f"Cannot write a video of size {size} at {fps} fps: both must be positive.")
        self._size, self._step = size, max(1, round(TICKS / fps))
        self._next_tick = 0
        self._last_ticks = self._step
        self._held: Any = None
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream: Any = self._container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        self._stream.height, self._stream.width = size[0] + size[0] % 2, size[1] + size[1] % 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": "20", "preset": "veryfast", "bf": "0"}  # B-frames would blur the durations
        context = self._stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = 1  # limited ("MPEG") range

    def write(
        self, rgb: UInt8[np.ndarray, "height width 3"], time: float | None = None, duration: float | None = None
    ) -> None:
        """Append a frame shown from `time` seconds on (default: one frame after the last).

        A time that does not lie after the last frame's is moved just behind it. `duration` counts for the last frame:
        how many seconds it stays (default: one frame of the mean rate).
        """
        if rgb.shape[:2] != self._size:
            raise ValueError(f"The frame is {rgb.shape[1]}x{rgb.shape[0]}, the video {self._size[1]}x{self._size[0]}.")
        rgb = np.pad(rgb, ((0, rgb.shape[0] % 2), (0, rgb.shape[1] % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=BT709)
        tick = self._next_tick if time is None else max(round(time * TICKS), self._next_tick - self._step + 1, 0)
        frame.pts, frame.time_base = tick, Fraction(1, TICKS)
        self._next_tick = tick + self._step
        self._last_ticks = self._step if duration is None else max(1, round(duration * TICKS))
        self._mux(self._stream.encode(frame))

    def close(self) -> None:
        """Flush the encoder and finish the file."""
        self._mux(self._stream.encode(None))
        if self._held is not None:
            self._held.duration = self._last_ticks
            self._container.mux(self._held)
        self._container.close()

    def _mux(self, packets: Sequence[Any]) -> None:
        """Write all packets but the last, whose duration is known at the end only."""
        for packet in packets:
            if self._held is not None:
                self._container.mux(self._held)
            self._held = packet

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def write_video(
    path: str | Path,
    frames: Iterable[UInt8[np.ndarray, "height width 3"]],
    times_or_fps: float | Sequence[float],
    end: float | None = None,
) -> None:
    """Write all `frames` to an H.264 file, at a fixed rate or at the given times in seconds, one per frame.

    `end` is when the last frame ends, in seconds, where times are given (default: after one frame of the mean rate).
    Raise ValueError if there is no frame or the number of times differs.
    """
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise ValueError("There is no frame to write: give at least one.")
    times = None if isinstance(times_or_fps, (int, float)) else list(times_or_fps)
    fps = float(times_or_fps) if isinstance(times_or_fps, (int, float)) else _mean_rate(times_or_fps)
    with VideoWriter(path, (first.shape[0], first.shape[1]), fps) as writer:
        lasts = end - times[-1] if end and times and end > times[-1] else None
        writer.write(first, times[0] if times else None, lasts)
        index = 0
        for index, rgb in enumerate(iterator, start=1):
            if times is not None and index >= len(times):
                raise ValueError(f"There are more frames than the {len(times)} times: give one time per frame.")
            writer.write(rgb, times[index] if times else None, lasts)
    if times is not None and index + 1 < len(times):
        raise ValueError(f"There are {index + 1} frames but {len(times)} times: give one time per frame.")


def _mean_rate(times: Sequence[float]) -> float:
    span = times[-1] - times[0] if len(times) > 1 else 0.0
    return (len(times) - 1) / span if span > 0 else 24.0
