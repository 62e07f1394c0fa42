"""First masks of other programs: a PNG, a COCO or labelme file (.json), a CVAT file (for images 1.1, .xml)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from pycocotools import mask as rle_codec

from llb.formats.polygons import Point, filled
from llb.io.label_fit import LARGEST_ID
from llb.io.label_png import read_labels
from llb.io.picture_folder import natural_key
from llb.io.pixel_budget import check_size
from llb.types import Labels, Mask

BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def read_first_mask(path: Path) -> Labels:
    """Read the objects of a clip's first frame from a mask picture or another program's file.

    In a COCO or CVAT file it is the first image that has an object. Objects have the numbers of their COCO categories
    where these differ, else 1, 2, ... in the file's order; what comes first lies on top.

    Raises:
        ValueError: there is no such file, or it holds no object that can be read.
    """
    readers = {".json": _from_json, ".xml": _from_cvat}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        return read_labels(path)
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"There is no file of masks {path}: give a PNG, or a COCO, labelme or CVAT file.") from error
    return reader(content, path.name)


def _from_json(content: str, name: str) -> Labels:
    try:
        found: Any = json.loads(content)
        kind = "COCO" if "annotations" in found else "labelme"
        return _from_coco(found, name) if kind == "COCO" else _from_labelme(found, name)
    except BROKEN as error:
        if isinstance(error, ValueError) and name in str(error):
            raise
        raise ValueError(f"{name} is neither a COCO nor a labelme file: export the masks anew, or as PNG.") from error


def _from_coco(found: Mapping[str, Any], name: str) -> Labels:
    images = sorted(found["images"], key=lambda image: natural_key(str(image["file_name"])))
    for image in images:
        own = [each for each in found["annotations"] if each["image_id"] == image["id"] and not each.get("iscrowd")]
        if own:
            size = _size(name, int(image["width"]), int(image["height"]))
            numbers = [int(each["category_id"]) for each in own]
            if len(set(numbers)) < len(numbers) or not all(0 < number <= LARGEST_ID for number in numbers):
                numbers = list(range(1, len(own) + 1))
            masks = [_coco_mask(each["segmentation"], size) for each in own]
            return _stacked(zip(numbers, masks, strict=True), size, name)
    raise ValueError(f"{name} marks no object: draw one on the clip's first frame.")


def _coco_mask(segmentation: Any, size: tuple[int, int]) -> Mask:
    """Decode polygons (a list of x, y, x, y, ...) or run lengths, compressed or not."""
    if isinstance(segmentation, list):
        return filled([list(zip(each[::2], each[1::2], strict=True)) for each in segmentation], size)
    counts = segmentation["counts"]
    rle = rle_codec.frPyObjects(segmentation, *size) if isinstance(counts, list) else segmentation
    mask = np.asarray(rle_codec.decode(rle)) > 0
    if mask.shape != size:
        raise ValueError("a mask has another size than its image")
    return mask


def _from_labelme(found: Mapping[str, Any], name: str) -> Labels:
    size = _size(name, int(found["imageWidth"]), int(found["imageHeight"]))
    masks = [_labelme_mask(shape, size, name) for shape in found["shapes"]]
    return _stacked(enumerate(masks, start=1), size, name)


def _labelme_mask(shape: Mapping[str, Any], size: tuple[int, int], name: str) -> Mask:
    points: list[Point] = [(float(x), float(y)) for x, y in shape["points"]]
    kind = shape.get("shape_type", "polygon")
    if kind == "rectangle":
        (x0, y0), (x1, y1) = points
        points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    elif kind != "polygon":
        raise ValueError(f"{name} holds a {kind}, which is not read: draw objects as polygons or rectangles.")
    return filled([points], size)


def _from_cvat(content: str, name: str) -> Labels:
    try:
        images = ElementTree.fromstring(content).findall("image")
        for image in sorted(images, key=lambda each: natural_key(each.attrib["name"])):
            size = _size(name, int(image.attrib["width"]), int(image.attrib["height"]))
            masks = [_cvat_mask(each, size) for each in image if each.tag in ("polygon", "mask")]
            if masks:
                return _stacked(enumerate(masks, start=1), size, name)
    except (ElementTree.ParseError, *BROKEN) as error:
        if isinstance(error, ValueError) and name in str(error):
            raise
        raise ValueError(
            f"{name} is not a CVAT file for images: export it as CVAT for images 1.1, or as PNG."
        ) from error
    raise ValueError(f"{name} marks no object: draw one on the clip's first frame, as a polygon or a mask.")


def _cvat_mask(element: ElementTree.Element, size: tuple[int, int]) -> Mask:
    """Read a polygon ("x,y;x,y;...") or a mask (run lengths within its box, background first, row by row)."""
    values = element.attrib
    if element.tag == "polygon":
        corners = [pair.split(",") for pair in values["points"].split(";")]
        return filled([[(float(x), float(y)) for x, y in corners]], size)
    left, top, width, height = (int(values[key]) for key in ("left", "top", "width", "height"))
    runs = [int(run) for run in values["rle"].split(",")]
    inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(height, width)
    mask = np.zeros(size, bool)
    mask[top : top + height, left : left + width] = inside
    return mask


def _stacked(masks: Iterable[tuple[int, Mask]], size: tuple[int, int], name: str) -> Labels:
    """Lay masks into one picture of numbers; the first ones lie on top."""
    labels = np.zeros(size, np.uint8)
    for number, mask in masks:
        if number > LARGEST_ID:
            raise ValueError(f"{name} holds more than {LARGEST_ID} objects on a frame: leave some out.")
        labels[mask & (labels == 0)] = number
    if not labels.any():
        raise ValueError(f"{name} marks no object: draw one on the clip's first frame.")
    return labels


def _size(name: str, width: int, height: int) -> tuple[int, int]:
    check_size(name, width, height)
    return height, width
