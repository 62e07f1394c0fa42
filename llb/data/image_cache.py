"""Decoded training images on disk: each is decoded once, then read through memory maps.

A cache is a folder with ``rgb.npy`` and ``mask.npy`` (all pixels of all frames one after the other) and ``index.json``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image

from llb.data.datasets import SourceImage, training_images
from llb.types import Labels, Rgb

VERSION = 2
MAX_SIDE = 640
DEFAULT_CACHE = Path("~/.cache/llb-playground/train")
FILES = frozenset({"rgb.npy", "mask.npy", "index.json"})
OnProgress = Callable[[int, int], None]  # images done so far, images in all


@dataclass(frozen=True)
class CachedObject:
    """An object of a frame: its id in the mask, the half-open box in pixels, and its area in pixels."""

    id: int
    y0: int
    x0: int
    y1: int
    x1: int
    area: int


@dataclass(frozen=True)
class CachedFrame:
    """An image in the cache: its size, its objects, and the `offset` of its first pixel in the flat arrays.

    `video`, `collection` and `scenery` are those of `llb.data.datasets.SourceImage`.
    """

    video: str
    collection: str
    height: int
    width: int
    offset: int
    objects: tuple[CachedObject, ...]
    scenery: bool = True


class FrameCache:
    """Read access to a built cache, through memory maps; `held_out` names videos of which it shows no frame."""

    folder: Path
    held_out: tuple[str, ...]
    frames: tuple[CachedFrame, ...]
    _rgb: UInt8[np.ndarray, " bytes"]
    _mask: UInt8[np.ndarray, " pixels"]

    def __init__(self, folder: Path, held_out: tuple[str, ...] = ()) -> None:
        """Open the cache in `folder`; raise ValueError when there is none."""
        self.folder, self.held_out = folder, held_out
        if not (folder / "index.json").is_file():
            raise ValueError(f"No training cache in {folder}: build it with llb.data.image_cache.build_cache first.")
        index = json.loads((folder / "index.json").read_text())
        self.frames = tuple(
            CachedFrame(**{**frame, "objects": tuple(CachedObject(**item) for item in frame["objects"])})
            for frame in index["frames"]
            if frame["video"] not in held_out
        )
        self._rgb = np.load(folder / "rgb.npy", mmap_mode="r")
        self._mask = np.load(folder / "mask.npy", mmap_mode="r")

    def __reduce__(self) -> tuple[type[FrameCache], tuple[Path, tuple[str, ...]]]:
        """Pickle the folder's name alone: a worker process opens the maps anew."""
        return FrameCache, (self.folder, self.held_out)

    def rgb(self, frame: CachedFrame) -> Rgb:
        """Return the frame's pixels, read-only."""
        start, stop = 3 * frame.offset, 3 * (frame.offset + frame.height * frame.width)
        return np.asarray(self._rgb[start:stop]).reshape(frame.height, frame.width, 3)

    def mask(self, frame: CachedFrame) -> Labels:
        """Return the frame's object ids, read-only."""
        stop = frame.offset + frame.height * frame.width
        return np.asarray(self._mask[frame.offset : stop]).reshape(frame.height, frame.width)

    def videos(self) -> dict[str, tuple[CachedFrame, ...]]:
        """Return the frames of each sequence in time order."""
        groups: dict[str, list[CachedFrame]] = {}
        for frame in self.frames:
            if frame.video:
                groups.setdefault(frame.video, []).append(frame)
        return {name: tuple(frames) for name, frames in groups.items()}


def build_cache(
    data_root: Path,
    cache_dir: Path = DEFAULT_CACHE,
    progress: OnProgress | None = None,
    objects: Path | None = None,
) -> FrameCache:
    """Decode all `training_images` into `cache_dir`, unless that is done already.

    Images are reduced so that their longer side is at most 640 pixels. `progress` is called with (done, all).
    The folder appears only when it is complete, so an interrupted run leaves no half cache.

    Raises:
        ValueError: as `training_images` does, if a mask is not of its image's size, or if `cache_dir` holds something
            else than a cache.
    """
    cache_dir = cache_dir.expanduser()
    sources = training_images(data_root, objects)
    digest = _digest(sources)
    index = cache_dir / "index.json"
    _check_own(cache_dir)
    if index.is_file() and json.loads(index.read_text())["digest"] == digest:
        return FrameCache(cache_dir)
    cache_dir.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{cache_dir.name}.", dir=cache_dir.parent))
    frames = _write_pixels(sources, partial, progress or (lambda done, total: None))
    (partial / "index.json").write_text(json.dumps({"digest": digest, "frames": [asdict(frame) for frame in frames]}))
    if cache_dir.exists():
        shutil.rmtree(cache_dir)
    partial.rename(cache_dir)
    return FrameCache(cache_dir)


def _check_own(folder: Path) -> None:
    """Raise ValueError for a folder that would be replaced though it is no cache (nor empty)."""
    if folder.is_dir() and {path.name for path in folder.iterdir()} <= FILES:
        return
    if folder.exists():
        raise ValueError(f"{folder} holds other files than a training cache: choose a folder of its own.")


def _digest(sources: Sequence[SourceImage]) -> str:
    facts = [
        (str(item.files.image), item.files.image.stat().st_size, item.files.mask.stat().st_size) for item in sources
    ]
    return hashlib.sha256(json.dumps([VERSION, MAX_SIDE, facts]).encode()).hexdigest()


def _write_pixels(sources: Sequence[SourceImage], folder: Path, progress: OnProgress) -> list[CachedFrame]:
    """Decode with two threads into flat arrays, whose length is known beforehand from the image headers."""
    sizes = [_reduced_size(source.files.image) for source in sources]
    total = sum(height * width for height, width in sizes)
    rgb_out = np.lib.format.open_memmap(folder / "rgb.npy", mode="w+", dtype=np.uint8, shape=(3 * total,))
    mask_out = np.lib.format.open_memmap(folder / "mask.npy", mode="w+", dtype=np.uint8, shape=(total,))
    frames: list[CachedFrame] = []
    offset = 0
    with ThreadPoolExecutor(2) as pool:
        decoded = pool.map(_decode, sources, sizes)
        for source, (height, width), (rgb, mask, objects) in zip(sources, sizes, decoded, strict=True):
            stop = offset + height * width
            rgb_out[3 * offset : 3 * stop] = rgb.reshape(-1)
            mask_out[offset:stop] = mask.reshape(-1)
            frames.append(CachedFrame(source.video, source.collection, height, width, offset, objects, source.scenery))
            offset = stop
            progress(len(frames), len(sources))
    rgb_out.flush()
    mask_out.flush()
    return frames


def _reduced_size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        width, height = image.size
    factor = min(1.0, MAX_SIDE / max(width, height))
    return round(height * factor), round(width * factor)


def _decode(source: SourceImage, size: tuple[int, int]) -> tuple[Rgb, Labels, tuple[CachedObject, ...]]:
    with Image.open(source.files.image) as image:
        rgb = np.asarray(image.convert("RGB"))
    with Image.open(source.files.mask) as image:
        mask = np.asarray(image).astype(np.uint8)
    if mask.shape != rgb.shape[:2]:
        raise ValueError(f"{source.files.mask} is {mask.shape}, its image {rgb.shape[:2]}: both must have one size.")
    if source.merge_labels:
        mask = (mask > 0).astype(np.uint8)
    if mask.shape != size:
        rgb = np.asarray(cv2.resize(rgb, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
        mask = np.asarray(cv2.resize(mask, size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    return rgb, mask, _find_objects(mask)


def _find_objects(mask: Labels) -> tuple[CachedObject, ...]:
    found = []
    for number in np.unique(mask):
        if number:
            ys, xs = np.nonzero(mask == number)
            box = (int(ys.min()), int(xs.min()), int(ys.max()) + 1, int(xs.max()) + 1)
            found.append(CachedObject(int(number), *box, len(ys)))
    return tuple(found)
