"""Video files of kinds that our writer does not write, as visitors bring them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np

ONE = 1 << 16
TURNS = {
    # degrees clockwise that a player turns the picture -> the matrix that says so
    90: (0, ONE, 0, -ONE, 0, 0, 0, 0, 1 << 30),
    180: (-ONE, 0, 0, 0, -ONE, 0, 0, 0, 1 << 30),
    270: (0, -ONE, 0, ONE, 0, 0, 0, 0, 1 << 30),
}


def encode(path: Path, codec: str, pixels: str, frames: list[np.ndarray], **stream_metadata: str) -> Path:
    """Write a file with any encoder, for kinds that our writer does not write."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        stream.metadata.update(stream_metadata)
        for rgb in frames:
            form = "rgba" if rgb.shape[2] == 4 else "rgb24"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format=form).reformat(format=pixels)))
        container.mux(stream.encode(None))
    return path


def turn_in_header(path: Path, matrix: tuple[int, ...]) -> None:
    """Write a display matrix into an mp4's track header, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix begins 40 bytes behind the box's name
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
