"""Masks as COCO annotations with compressed run lengths (RLE)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pycocotools import mask as rle_codec

from demo.clips.clip import Clip
from demo.exports.measurements import object_names
from demo.runs.run import Run
from llb.types import Mask


@dataclass(frozen=True)
class CocoImage:
    """A frame of the clip."""

    id: int
    file_name: str
    width: int
    height: int


@dataclass(frozen=True)
class CocoCategory:
    """An object."""

    id: int
    name: str


@dataclass(frozen=True)
class CocoSegmentation:
    """A mask's run lengths, compressed as COCO does; `size` is its height and width."""

    size: tuple[int, int]
    counts: str


@dataclass(frozen=True)
class CocoAnnotation:
    """An object's mask on a frame; `bbox` is x, y, width, height in pixels."""

    image_id: int
    category_id: int
    segmentation: CocoSegmentation
    area: int
    bbox: tuple[float, ...]
    score: float = 1.0

    @classmethod
    def of(cls, mask: Mask, image_id: int, category_id: int) -> CocoAnnotation:
        """Encode a mask of at least one pixel."""
        rle = rle_codec.encode(np.asfortranarray(mask.astype(np.uint8)))
        height, width = (int(side) for side in rle["size"])
        segmentation = CocoSegmentation((height, width), rle["counts"].decode("ascii"))
        box = tuple(float(side) for side in rle_codec.toBbox(rle))
        return cls(image_id, category_id, segmentation, int(mask.sum()), box)


@dataclass(frozen=True)
class CocoFile:
    """A run's masks, with a list of annotations for each model."""

    images: list[CocoImage]
    categories: list[CocoCategory]
    annotations: dict[str, list[CocoAnnotation]]

    @classmethod
    def of(cls, run: Run, clip: Clip) -> CocoFile:
        """Encode all masks of a run."""
        return cls(
            images=[CocoImage(index, f"{index:05d}.png", clip.width, clip.height) for index in range(run.frames)],
            categories=[CocoCategory(target, name) for target, name in object_names(run).items()],
            annotations={record.name: list(_annotations(run, record.name)) for record in run.variants},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the file as JSON."""
        return asdict(self)


def _annotations(run: Run, name: str) -> Iterator[CocoAnnotation]:
    for index in range(run.frames):
        labels = run.labels(name, index)
        for target in run.objects:
            mask = labels == target
            if mask.any():
                yield CocoAnnotation.of(mask, index, target)
