"""Write VP9 with transparency (.webm), which browsers and editing programs lay over other pictures."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

OPTIONS = {"crf": "24", "b": "0", "auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "6"}


def write_alpha_video(path: Path, pictures: Iterable[tuple[np.ndarray, np.ndarray]], fps: float) -> None:
    """Write frames [H, W, 3] with the masks [H, W] of what is opaque in them.

    Alternate reference frames are off, as the encoder cannot make them with transparency. Odd sides are padded.
    """
    with av.open(str(path), "w", format="webm") as container:
        stream: Any = container.add_stream("libvpx-vp9", rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt, stream.options = "yuva420p", OPTIONS
        for index, (rgb, mask) in enumerate(pictures):
            alpha = np.where(mask, 255, 0).astype(np.uint8)[..., None]
            height, width = mask.shape
            padding = ((0, height % 2), (0, width % 2), (0, 0))
            rgba = np.ascontiguousarray(np.pad(np.concatenate([rgb, alpha], axis=2), padding, mode="edge"))
            if index == 0:
                stream.height, stream.width = rgba.shape[:2]
            frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="yuva420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
