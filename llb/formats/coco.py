"""Masks as a COCO file: images, annotations with compressed run lengths (RLE), categories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pycocotools import mask as rle_codec

from llb.types import Labels, Mask


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
    supercategory: str = "object"


@dataclass(frozen=True)
class CocoSegmentation:
    """A mask's run lengths, compressed as COCO does; `size` is its height and width."""

    size: tuple[int, int]
    counts: str


@dataclass(frozen=True)
class CocoAnnotation:
    """An object's mask on a frame; `bbox` is x, y, width, height in pixels."""

    id: int
    image_id: int
    category_id: int
    segmentation: CocoSegmentation
    area: int
    bbox: tuple[float, ...]
    iscrowd: int = 0

    @classmethod
    def of(cls, number: int, mask: Mask, image_id: int, category_id: int) -> CocoAnnotation:
        """Encode a mask of at least one pixel."""
        rle = rle_codec.encode(np.asfortranarray(mask.astype(np.uint8)))
        height, width = (int(side) for side in rle["size"])
        segmentation = CocoSegmentation((height, width), rle["counts"].decode("ascii"))
        box = tuple(float(side) for side in rle_codec.toBbox(rle))
        return cls(number, image_id, category_id, segmentation, int(mask.sum()), box)


@dataclass(frozen=True)
class CocoFile:
    """One model's masks of a clip; a category is an object."""

    images: list[CocoImage]
    annotations: list[CocoAnnotation]
    categories: list[CocoCategory]

    @classmethod
    def of(cls, frames: Iterable[tuple[str, Labels]], names: Mapping[int, str] | None = None) -> CocoFile:
        """Encode the labels of frames, which come with the names of their files; `names` are the objects' by number."""
        images: list[CocoImage] = []
        annotations: list[CocoAnnotation] = []
        known = dict(names or {})
        for index, (file_name, labels) in enumerate(frames):
            images.append(CocoImage(index, file_name, labels.shape[1], labels.shape[0]))
            for target in np.unique(labels[labels > 0]):
                known.setdefault(int(target), f"object {target}")
                annotations.append(CocoAnnotation.of(len(annotations) + 1, labels == target, index, int(target)))
        return cls(images, annotations, [CocoCategory(target, known[target]) for target in sorted(known)])

    def write(self, path: Path) -> None:
        """Write the file as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
