"""Video files of kinds that our writer does not write, as visitors bring them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np

ONE = 1 << 16
BT2020 = 9  # code point of the matrix (ITU-T H.273)
TURNS = {
    # degrees clockwise that a player turns the picture -> the matrix that says so
    90: (0, ONE, 0, -ONE, 0, 0, 0, 0, 1 << 30),
    180: (-ONE, 0, 0, 0, -ONE, 0, 0, 0, 1 << 30),
    270: (0, -ONE, 0, ONE, 0, 0, 0, 0, 1 << 30),
}


def encode(
    path: Path,
    codec: str,
    pixels: str,
    frames: list[np.ndarray],
    options: dict[str, str] | None = None,
    colours: dict[str, int] | None = None,
    **stream_metadata: str,
) -> Path:
    """Write a file with any encoder, for kinds that our writer does not write.

    `options` are the encoder's; `colours` set its context's color_trc, color_primaries, colorspace.
    """
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        stream.options = options or {}
        stream.metadata.update(stream_metadata)
        for name, value in (colours or {}).items():
            setattr(stream.codec_context, name, value)
        for rgb in frames:
            container.mux(stream.encode(frame_of(rgb, pixels, (colours or {}).get("colorspace"))))
        container.mux(stream.encode(None))
    return path


def frame_of(rgb: np.ndarray, pixels: str, matrix: int | None = None) -> Any:
    """Return an RGB (8 or 16 bits) or RGBA picture as a frame of a pixel format, with the matrix of that code point."""
    if matrix == BT2020:
        return _bt2020_frame(rgb).reformat(format=pixels)
    form = "rgba" if rgb.shape[2] == 4 else "rgb24"
    return av.VideoFrame.from_ndarray(rgb, format=form).reformat(format=pixels, dst_colorspace=matrix)


def _bt2020_frame(rgb: np.ndarray) -> Any:
    """Return a 16-bit RGB picture as YUV of BT.2020 in limited range: PyAV 17 cannot convert to this matrix."""
    red, green, blue = np.moveaxis(rgb / 65535, 2, 0)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    chroma = (blue - luma) / 1.8814, (red - luma) / 1.4746
    codes = np.stack((16 + 219 * luma, *(128 + 224 * plane for plane in chroma)), axis=2)
    return av.VideoFrame.from_ndarray(np.rint(256 * codes).astype(np.uint16), format="yuv444p16le")


def encode_streams(path: Path, streams: list[list[np.ndarray]], marked: int | None = None) -> Path:
    """Write several H.264 streams side by side; `marked` is the one with the default flag."""
    with av.open(str(path), "w") as container:
        made: list[Any] = []
        for frames in streams:
            stream: Any = container.add_stream("libx264", rate=10)
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            made.append(stream)
        for number, stream in enumerate(made):
            if marked is not None:
                stream.disposition = 1 if number == marked else 0
        for stream, frames in zip(made, streams, strict=True):
            for rgb in frames:
                container.mux(stream.encode(frame_of(rgb, "yuv420p")))
            container.mux(stream.encode(None))
    return path


def write_stamps(path: Path, frames: list[np.ndarray], stamps: list[float], codec: str = "libx264") -> Path:
    """Write a file whose packets bear these time stamps in seconds, in this order, whatever they say."""
    source = encode(path.with_suffix(".source.mkv"), codec, "yuv420p", frames, {"bf": "0", "g": "1000"})
    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        packets = [packet for packet in given.demux(video=0) if packet.size]
        for order, (packet, stamp) in enumerate(zip(packets, stamps, strict=True)):
            packet.stream = stream
            packet.pts = round(stamp / packet.time_base)
            packet.dts = packet.pts if path.suffix == ".ts" else order
            made.mux(packet)
    source.unlink()
    return path


def break_packet(path: Path, number: int) -> None:
    """Overwrite one packet of a video file."""
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][number]
        place, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    data[place : place + size] = b"\xff" * size
    path.write_bytes(data)


def turn_in_header(path: Path, matrix: tuple[int, ...]) -> None:
    """Write a display matrix into an mp4's track header, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix begins 40 bytes behind the box's name
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
