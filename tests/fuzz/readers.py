"""What each kind of input goes through: the readers of the library and of the page."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from demo.clips.upload import FrameRange, Limits, import_clip
from demo.json_values import to_number
from demo.masks.mask_file import from_picture
from demo.page.choice import Choice
from llb.io.filmstrip import sample_frames
from llb.io.label_fit import check_objects, fit_labels
from llb.io.label_png import decode_labels
from llb.io.video_reader import probe, read_frames
from tests.fuzz.seeds import HEIGHT, WIDTH, Seed

LIMITS = Limits(megabytes=20, side_in=1024, side_out=64, side_least=16, frames=12)


def read(seed: Seed, data: bytes, folder: Path) -> None:
    """Read one input; files go below `folder`. Raise ValueError where it is refused."""
    {"clip": _clip, "mask": _mask, "zip": _zip, "api": _api}[seed.kind](data, seed.name, folder)


def _clip(data: bytes, name: str, folder: Path) -> None:
    path = folder / name
    path.write_bytes(data)
    probe(path)
    for frame in islice(read_frames(path), 12):
        assert frame.rgb.dtype == np.uint8
    for _ in sample_frames(path, 3):
        pass
    import_clip(path, "clip", folder / "clip", LIMITS)


def _mask(data: bytes, name: str, folder: Path) -> None:
    found = decode_labels(data, name)
    assert found.dtype == np.uint8
    assert found.ndim == 2
    from_picture(data, name, HEIGHT, WIDTH)


def _zip(data: bytes, name: str, folder: Path) -> None:
    (folder / name).write_bytes(data)
    import_clip(folder / name, "clip", folder / "clip", LIMITS)


def _numbers(entries: dict[str, Any]) -> dict[str, int | None]:
    """Read numbers as the page's edge does."""
    return {name: None if value is None else to_number(value, name) for name, value in entries.items()}


def _api(data: bytes, name: str, folder: Path) -> None:
    call = json.loads(data)
    kind = call.pop("call")
    if kind == "range":
        FrameRange(**_numbers(call))
    elif kind == "settings":
        values = (call.get(name) for name in ("memory_size", "interval", "steps_first", "search_factor"))
        Choice([], [], *values, True, False).settings.config()
    elif kind == "read":
        read_frames(folder, **_numbers(call))
    else:
        size = tuple(min(side, 256) for side in (call["height"], call["width"]))
        if all(isinstance(side, int) and side > 0 for side in size):
            check_objects(fit_labels(np.ones(size, np.uint8), (HEIGHT, WIDTH)))
