"""Valid inputs of every kind that a visitor brings, small, made here."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from llb.io.label_png import encode_labels
from tests.support.videos import encode

Kind = Literal["clip", "mask", "zip", "api"]
HEIGHT, WIDTH, FRAMES = 64, 80, 6
CLIPS = (
    ("a.mp4", "libx264", "yuv420p"),
    ("a.mov", "mpeg4", "yuv420p"),
    ("a.webm", "libvpx-vp9", "yuva420p"),
    ("a.mkv", "ffv1", "yuv422p10le"),
    ("a.avi", "mjpeg", "yuvj420p"),
    ("a.ts", "mpeg2video", "yuv420p"),
    ("a.gif", "gif", "rgb8"),
    ("a.y4m", "wrapped_avframe", "yuv420p"),
    ("a.apng", "apng", "rgba"),
    ("b.mp4", "libx265", "yuv420p10le"),
)


@dataclass(frozen=True)
class Seed:
    """A valid input: its kind, a file name that says its format, and its bytes (JSON for an API call)."""

    kind: Kind
    name: str
    data: bytes


def all_seeds(folder: Path) -> list[Seed]:
    """Make every seed; `folder` is for the encoders' files, which stay there."""
    frames = pictures()
    clips = [Seed("clip", name, _video(folder / name, *how, frames)) for name, *how in CLIPS]
    clips.append(Seed("clip", "a.webp", _animation(frames)))
    masks = [Seed("mask", name, data) for name, data in mask_files().items()]
    zips = [Seed("zip", f"{suffix}-{how}.zip", _zip(frames, suffix, how)) for suffix, how in ZIPS]
    return [*clips, *masks, *zips, *(Seed("api", "call.json", call) for call in API_CALLS)]


def pictures() -> list[np.ndarray]:
    """Frames of a red square that moves over noise."""
    ground = np.random.default_rng(3).integers(60, 120, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    frames = [ground.copy() for _ in range(FRAMES)]
    for index, rgb in enumerate(frames):
        rgb[20:40, 10 + 5 * index : 30 + 5 * index] = (220, 40, 40)
    return frames


def labels() -> np.ndarray:
    """Two objects and the background."""
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    ids[20:40, 10:30], ids[45:60, 40:70] = 1, 2
    return ids


def mask_files() -> dict[str, bytes]:
    """One mask, saved in every way that is understood."""
    ids = labels()
    white = np.full((HEIGHT, WIDTH), 255, np.uint8)
    images = {
        "grey.png": Image.fromarray(ids),
        "one.png": Image.fromarray((ids > 0).astype(np.uint8) * 255).convert("1"),
        "alpha.png": Image.fromarray(np.dstack([white] * 3 + [(ids > 0) * white])),
        "grey-alpha.png": Image.fromarray(np.dstack([ids, (ids > 0) * white])),
        "quantized.png": Image.fromarray(np.dstack([(ids == 1) * white] * 3)).quantize(4),
        "grey.tif": Image.fromarray(ids),
        "grey.bmp": Image.fromarray(ids),
        "grey.gif": Image.fromarray((ids > 0).astype(np.uint8) * 255),
    }
    lossless = BytesIO()
    Image.fromarray(np.dstack([ids] * 3)).save(lossless, "WEBP", lossless=True)
    return {"palette.png": encode_labels(ids), "grey.webp": lossless.getvalue()} | {
        name: _saved(image, Path(name).suffix) for name, image in images.items()
    }


ZIPS = (
    ("png", zipfile.ZIP_DEFLATED),
    ("jpg", zipfile.ZIP_STORED),
    ("webp", zipfile.ZIP_LZMA),
    ("tif", zipfile.ZIP_BZIP2),
    ("bmp", zipfile.ZIP_DEFLATED),
)
API_CALLS = (
    b'{"call": "range", "start": 2, "end": 5, "stride": 1}',
    b'{"call": "read", "start": 0, "end": 4, "stride": 2, "max_frames": 3}',
    b'{"call": "settings", "memory_size": 20, "interval": 5, "steps_first": 20, "search_factor": 2.75}',
    b'{"call": "fit", "height": 64, "width": 80}',
)


def _video(path: Path, codec: str, pixels: str, frames: list[np.ndarray]) -> bytes:
    if pixels in ("yuva420p", "rgba"):
        frames = [np.dstack((rgb, np.full(rgb.shape[:2], 200, np.uint8))) for rgb in frames]
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    return encode(path, codec, pixels, frames, options).read_bytes()


def _animation(frames: list[np.ndarray]) -> bytes:
    first, *others = (Image.fromarray(rgb) for rgb in frames)
    buffer = BytesIO()
    first.save(buffer, "WEBP", save_all=True, append_images=others, duration=100, lossless=True)
    return buffer.getvalue()


def _zip(frames: list[np.ndarray], suffix: str, how: int) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for index, rgb in enumerate(frames[:3]):
            archive.writestr(f"shot/{index}.{suffix}", _saved(Image.fromarray(rgb), f".{suffix}"))
    return buffer.getvalue()


def _saved(image: Any, suffix: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, Image.registered_extensions()[suffix])
    return buffer.getvalue()
