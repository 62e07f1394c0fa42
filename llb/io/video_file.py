"""A video file opened with PyAV: the one stream that is watched, and its frames, decoded alike on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av

from llb.io.deinterlace import Deinterlacer
from llb.io.pixel_budget import DECODING, LARGEST, check_size

# Only real video containers may open: a playlist (hls, concat) in disguise could read other files of the machine.
CONTAINERS = {  # FFmpeg's names, and the endings that such files have
    "mov": (".mov",),
    "mp4": (".mp4",),
    "matroska": (".mkv",),
    "webm": (".webm",),
    "avi": (".avi",),
    "gif": (".gif",),
    "apng": (".apng", ".png"),
    "mpegts": (".ts", ".mts", ".m2ts"),
    "mpeg": (".mpg", ".mpeg", ".vob"),
    "mpegvideo": (".m1v", ".m2v"),
    "m4v": (".m4v",),
    "h264": (".h264", ".264"),
    "hevc": (".hevc", ".h265", ".265"),
    "ivf": (".ivf",),
    "ogg": (".ogv", ".ogg"),
    "flv": (".flv",),
    "asf": (".wmv", ".asf"),
    "mxf": (".mxf",),
    "dv": (".dv",),
    "nut": (".nut",),
    "mjpeg": (".mjpeg", ".mjpg"),
    "yuv4mpegpipe": (".y4m",),
}
ENDINGS = tuple(ending for endings in CONTAINERS.values() for ending in endings)  # of files that may be videos
DEFAULT, COVER = 1, 1024  # stream dispositions; a cover is the picture of a song
STILLS = frozenset({"mjpeg", "png", "bmp", "webp"})  # codecs of posters and thumbnails beside a video


@dataclass
class Losses:
    """What a reader could not read of a file so far: frames that are missing, and frames with faults in them."""

    missing: int = 0
    faulty: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """The losses in words; none if nothing was lost."""
        said = ((self.missing, "could not be read"), (self.faulty, "damaged in the file"))
        return tuple(f"{count} frame{'s' * (count > 1)} {what}" for count, what in said if count)


class VideoFile:
    """An open video file; use it in a ``with`` statement. Raise ValueError if it is no video that can be read."""

    width: int  # as stored
    height: int
    interlaced: bool  # whether a frame that was decoded so far is

    def __init__(self, path: Path) -> None:
        self.path, self.interlaced = path, False
        self._container = _open(path)
        try:
            self._stream = choose_stream(list(self._container.streams.video), path)
            context = self._stream.codec_context
            self.width, self.height = context.width, context.height
            if not self.width or not self.height:
                raise ValueError(f"{path.name} has no readable frame size, or one above 8K: export the clip again.")
            check_size(path.name, self.width, self.height)
            # Frame threads lose what follows a broken packet, and conceal faults differently at every run
            context.thread_count = 1
            context.options = {"max_pixels": str(LARGEST)}
        except ValueError:
            self._container.close()
            raise

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    @property
    def codec(self) -> str:
        """Name of the codec, such as ``h264``."""
        return str(self._stream.codec_context.codec.canonical_name)

    @property
    def frames(self) -> int | None:
        """How many frames the file says it has."""
        return self._stream.frames or None

    @property
    def fps(self) -> float:
        """Mean frame rate as the file states it; 25 if it does not."""
        return float(self._stream.average_rate or self._stream.guessed_rate or 25)

    @property
    def duration(self) -> float | None:
        """Seconds as the file states them."""
        whole = seconds(self._container.duration, Fraction(1, av.time_base))
        found = seconds(self._stream.duration, self._stream.time_base) or whole
        return self.frames / self.fps if found is None and self.frames else found

    @property
    def shape(self) -> float:
        """Width of a stored pixel over its height: frames are to be shown that much wider."""
        ratio = float(self._stream.sample_aspect_ratio or 1)
        return ratio if 0.25 <= ratio <= 4 and abs(ratio - 1) > 0.01 else 1.0

    def stamps(self) -> list[tuple[float | None, bool]]:
        """Return each packet's time stamp and whether it is a key frame, without decoding, in the order of the file."""
        found = []
        for packet in self._packets():
            if packet.size:
                found.append((seconds(packet.pts, packet.time_base), packet.is_keyframe))
        return found

    def seek(self, stamp: float) -> bool:
        """Go to the last key frame at or before a time stamp in seconds; return whether that can be done."""
        try:
            self._container.seek(int(stamp / self._stream.time_base), stream=self._stream)
        except (av.error.FFmpegError, OverflowError):
            return False
        return True

    def decode(self, losses: Losses | None = None) -> Iterator[Any]:
        """Yield decoded frames from here on, deinterlaced; skip broken packets, stop where the file breaks off."""
        losses = losses or Losses()
        deinterlacer = Deinterlacer()
        for frame in self._decode(losses):
            losses.faulty += bool(frame.is_corrupt)
            self.interlaced |= frame.interlaced_frame
            yield from deinterlacer.feed(frame)
        yield from deinterlacer.flush()

    def _decode(self, losses: Losses) -> Iterator[Any]:
        decoder = alpha_decoder(self._stream) or self._stream.codec_context
        for packet in self._packets():
            try:
                with DECODING.claim(self.width * self.height):
                    frames = decoder.decode(packet)
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                losses.missing += bool(packet.size)
                continue
            yield from frames

    def _packets(self) -> Iterator[Any]:
        """Yield the stream's packets, and at last the empty one that makes a decoder give what it still holds."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:  # the file breaks off
                yield av.Packet()
                return
            yield packet


def choose_stream(streams: list[Any], path: Path) -> Any:
    """Return the stream that people mean to watch: no cover or still, then one marked as default, then the largest.

    The mark says nothing on the first stream, where muxers set it unasked. Raise ValueError if there is no stream.
    """
    streams = [stream for stream in streams if not stream.disposition & COVER and stream.codec_context is not None]
    if not streams:
        raise ValueError(f"{path.name} has no picture track that can be read: give a clip with video.")

    def rank(place: int) -> tuple[bool, bool, bool, int]:
        stream = streams[place]
        still = stream.codec_context.codec.canonical_name in STILLS
        marked = place > 0 and bool(stream.disposition & DEFAULT)
        return stream.frames != 1, not still, marked, stream.codec_context.width * stream.codec_context.height

    return streams[max(range(len(streams)), key=rank)]


def seconds(ticks: int | None, time_base: Fraction | None) -> float | None:
    """Return a time stamp in seconds; None where there is none."""
    return None if ticks is None or time_base is None else float(ticks * time_base)


def alpha_decoder(stream: Any) -> Any | None:
    """Make the decoder that sees a webm's transparency (FFmpeg's own VP8 and VP9 do not); None for other streams."""
    name = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.codec.canonical_name)
    if name is None or stream.metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    return av.CodecContext.create(name, "r")


def _open(path: Path) -> Any:
    if not path.is_file():
        raise ValueError(f"There is no file {path}: give a video or a folder of pictures.")
    options = {"format_whitelist": ",".join(CONTAINERS), "protocol_whitelist": "file", "max_pixels": str(LARGEST)}
    try:
        return av.open(str(path), options=options)
    except (av.error.FFmpegError, ValueError) as error:
        raise ValueError(f"{path.name} is not a video that can be read: use mp4, mov, webm, avi or gif.") from error
