"""What the page shows of an uploaded file to choose a part of it: a filmstrip and the part in use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demo.clips.clip import Clip
from demo.clips.upload import Limits, readable
from demo.inside.pictures import shrink
from demo.inside.views import jpeg
from llb.io.filmstrip import sample_frames

PICTURES = 12
WIDTH = 96  # pixels of a picture


def trim_value(sources: Sequence[Path], clip: Clip, limits: Limits) -> dict[str, Any]:
    """Describe an uploaded file and the part of it in use to the trim handles, as JSON values."""
    with readable(sources, limits.side_in) as path:
        strip = [jpeg(shrink(picture, WIDTH)) for picture in sample_frames(path, PICTURES)]
    return {
        "stamp": str(clip.folder),
        "strip": strip,
        "total": clip.source_frames,
        "start": clip.start,
        "end": clip.start + len(clip) * clip.stride,
        "stride": clip.stride,
        "most": limits.frames,
        "fps": clip.fps * clip.stride,
    }
