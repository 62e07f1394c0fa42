"""What the page shows of an uploaded file to choose a part of it: a filmstrip and the part in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo.browser_pictures import jpeg_address, shrink
from demo.clips.clip import Clip
from demo.clips.upload import Limits, readable
from llb.io.filmstrip import sample_frames

PICTURES = 12
WIDTH = 96  # pixels of a picture


@dataclass(frozen=True)
class TrimValue:
    """The value of the trim component.

    Attributes:
        strip: data addresses of pictures of the whole file, in order.
        total: frames of the file.
        start: the first frame in use.
        end: the frame before which the part in use ends.
        stride: every how manyth frame is used.
        most: frames that a clip may have.
        fps: frame rate of the file.
    """

    strip: tuple[str, ...]
    total: int
    start: int
    end: int
    stride: int
    most: int
    fps: float

    @classmethod
    def of(cls, sources: Sequence[Path], clip: Clip, limits: Limits) -> TrimValue:
        """Describe an uploaded file and the part of it in use."""
        with readable(sources, limits.side_in) as path:
            strip = tuple(jpeg_address(shrink(picture, WIDTH)) for picture in sample_frames(path, PICTURES))
        return cls(
            strip=strip,
            total=clip.source_frames,
            start=clip.start,
            end=clip.start + len(clip) * clip.stride,
            stride=clip.stride,
            most=limits.frames,
            fps=clip.fps * clip.stride,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON."""
        return asdict(self)
