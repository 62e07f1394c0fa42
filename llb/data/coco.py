"""Instances of COCO, in the official layout: a JSON of annotations and a folder of JPEGs. Crowds are left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int
from pycocotools import mask as coco_mask

from llb.data.targets import MIN_VISIBLE, TargetFrame, read_rgb
from llb.types import Mask

ANNOTATIONS = Path("annotations") / "instances_train2017.json"
IMAGES = "train2017"


class CocoInstances:
    """The instances of a COCO data set, each a target on a still image.

    `root` holds ``annotations/instances_train2017.json`` and ``train2017``. The index is a few flat arrays: worker
    processes share them, which they would not a million Python objects (reading one counts its references, and that
    write copies its page).
    """

    _images: Path
    _names: np.ndarray  # bytes, a file name per image
    _sizes: Int[np.ndarray, "images 2"]  # height, width
    _image_of: Int[np.ndarray, " targets"]
    _outlines: np.ndarray  # uint8: the JSON texts of all segmentations, one after the other
    _ends: Int[np.ndarray, " targets"]

    def __init__(self, root: Path) -> None:
        """Read the annotations; raise ValueError where there are none."""
        path = root / ANNOTATIONS
        if not path.is_file() or not (root / IMAGES).is_dir():
            raise ValueError(f"{root} is no COCO data set: it must hold {ANNOTATIONS} and {IMAGES}.")
        self._images = root / IMAGES
        content = json.loads(path.read_text(encoding="utf-8"))
        place = {image["id"]: number for number, image in enumerate(content["images"])}
        self._names = np.array([image["file_name"].encode() for image in content["images"]])
        self._sizes = np.array([(image["height"], image["width"]) for image in content["images"]], np.int32)
        kept = [item for item in content["annotations"] if not item["iscrowd"] and item["area"] >= MIN_VISIBLE]
        if not kept:
            raise ValueError(f"{path} holds no instance of {MIN_VISIBLE} pixels or more that is not a crowd.")
        self._image_of = np.array([place[item["image_id"]] for item in kept], np.int32)
        texts = [json.dumps(item["segmentation"], separators=(",", ":")).encode() for item in kept]
        self._ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
        self._outlines = np.frombuffer(b"".join(texts), np.uint8)

    def __len__(self) -> int:
        """Count the targets."""
        return len(self._image_of)

    def draw(self, target: int, frames: int, rng: np.random.Generator) -> list[TargetFrame]:
        """Return the target's image, `frames` times the same."""
        image = int(self._image_of[target])
        height, width = (int(side) for side in self._sizes[image])
        start = int(self._ends[target - 1]) if target else 0
        outline = json.loads(self._outlines[start : self._ends[target]].tobytes())
        rgb = read_rgb(self._images / self._names[image].decode())
        mask = decode_segmentation(outline, height, width)
        if mask.shape != rgb.shape[:2]:
            raise ValueError(f"{self._names[image].decode()} is not of the size that {ANNOTATIONS} states.")
        return [TargetFrame(rgb, mask)] * frames


def decode_segmentation(segmentation: Any, height: int, width: int) -> Mask:
    """Return the mask of a COCO segmentation: polygons, or a run-length code, as numbers or compressed.

    Raises:
        ValueError: it is none of the three.
    """
    if isinstance(segmentation, list):
        codes: Iterable[Any] = coco_mask.frPyObjects(segmentation, height, width)
    elif isinstance(segmentation, dict) and isinstance(segmentation.get("counts"), list):
        codes = [coco_mask.frPyObjects(segmentation, height, width)]
    elif isinstance(segmentation, dict) and isinstance(segmentation.get("counts"), str):
        codes = [segmentation]
    else:
        raise ValueError("A segmentation must be polygons or a run-length code with size and counts.")
    return np.asarray(coco_mask.decode(coco_mask.merge(codes)), bool)
