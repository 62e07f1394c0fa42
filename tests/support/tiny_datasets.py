"""Tiny data sets in the official layouts of COCO, YouTube-VOS 2019 and DAVIS 2017: coloured boxes on noise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask

SIZE = (96, 160)  # height, width
BOXES = {1: (24, 20, 64, 60), 2: (40, 90, 80, 140)}  # object: y0, x0, y1, x1 at the first frame
COLOURS = {1: (220, 40, 40), 2: (40, 200, 60)}


def frame(time: int, seed: int, ids: tuple[int, ...] = (1, 2)) -> tuple[np.ndarray, np.ndarray]:
    """Return a noisy picture with boxes that move to the right, and their ids."""
    rgb = np.random.default_rng(seed).integers(110, 130, (*SIZE, 3), dtype=np.uint8)
    labels = np.zeros(SIZE, np.uint8)
    for number in ids:
        y0, x0, y1, x1 = BOXES[number]
        window = np.s_[y0:y1, x0 + time : x1 + time]
        rgb[window], labels[window] = COLOURS[number], number
    return rgb, labels


def write_jpeg(path: Path, rgb: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, quality=95)


def write_palette(path: Path, labels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(labels)
    picture.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0])
    picture.save(path)


def polygon(box: tuple[int, int, int, int]) -> list[list[float]]:
    """Return a box as a COCO polygon."""
    y0, x0, y1, x1 = (float(side) for side in box)
    return [[x0, y0, x1, y0, x1, y1, x0, y1]]


def run_lengths(mask: np.ndarray) -> dict[str, Any]:
    """Return a mask as COCO writes run lengths in a JSON file: numbers, in the order of columns."""
    flat = mask.T.reshape(-1).astype(np.int8)
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *changes, flat.size]).tolist()
    return {"size": list(mask.shape), "counts": runs if flat[0] == 0 else [0, *runs]}


def make_coco(root: Path, images: int = 3) -> Path:
    """Write a COCO data set: polygons, run lengths as numbers and as text, a crowd, and a speck."""
    entries, annotations = [], []
    for number in range(images):
        rgb, labels = frame(5 * number, number)
        name = f"{number:012d}.jpg"
        write_jpeg(root / "train2017" / name, rgb)
        entries.append({"id": 100 + number, "file_name": name, "height": SIZE[0], "width": SIZE[1]})
        y0, x0, y1, x1 = BOXES[1]
        packed = coco_mask.encode(np.asfortranarray((labels == 2).astype(np.uint8)))
        outlines: list[tuple[Any, int, float]] = [
            (polygon((y0, x0 + 5 * number, y1, x1 + 5 * number)), 0, 1600.0),
            (run_lengths(labels == 2), 0, 2000.0),
            ({"size": list(SIZE), "counts": packed["counts"].decode()}, 0, 2000.0),
            (run_lengths(labels > 0), 1, 3600.0),
            (polygon((0, 0, 3, 3)), 0, 9.0),
        ]
        annotations += [
            {"id": len(annotations) + at, "image_id": 100 + number, "iscrowd": crowd, "area": area, "segmentation": s}
            for at, (s, crowd, area) in enumerate(outlines)
        ]
    (root / "annotations").mkdir(parents=True)
    path = root / "annotations" / "instances_train2017.json"
    path.write_text(json.dumps({"images": entries, "annotations": annotations, "categories": []}))
    return root


def make_youtube_vos(root: Path, frames: int = 6) -> Path:
    """Write YouTube-VOS train: two videos; in the second, object 2 comes late, and object 3 is nowhere to be seen."""
    stems = [f"{5 * time:05d}" for time in range(frames)]
    for seed, name in enumerate(("0a", "0b")):
        for time, stem in enumerate(stems):
            ids = (1,) if name == "0b" and time < 3 else (1, 2)
            rgb, labels = frame(2 * time, seed, ids)
            write_jpeg(root / "train" / "JPEGImages" / name / f"{stem}.jpg", rgb)
            write_palette(root / "train" / "Annotations" / name / f"{stem}.png", labels)
    objects = {"1": stems, "2": stems[3:], "3": stems[:1]}
    videos = {
        "0a": {"objects": {number: {"category": "box", "frames": stems} for number in ("1", "2")}},
        "0b": {"objects": {number: {"category": "box", "frames": shown} for number, shown in objects.items()}},
    }
    (root / "train" / "meta.json").write_text(json.dumps({"videos": videos}))
    return root


def make_davis(root: Path, splits: tuple[str, ...] = ("train", "val"), frames: int = 5) -> Path:
    """Write DAVIS 2017 in its official layout, a sequence of two objects per split."""
    for seed, split in enumerate(splits):
        for time in range(frames):
            rgb, labels = frame(2 * time, 10 + seed)
            write_jpeg(root / "JPEGImages" / "480p" / f"seq-{split}" / f"{time:05d}.jpg", rgb)
            write_palette(root / "Annotations" / "480p" / f"seq-{split}" / f"{time:05d}.png", labels)
        lists = root / "ImageSets" / "2017"
        lists.mkdir(parents=True, exist_ok=True)
        (lists / f"{split}.txt").write_text(f"seq-{split}\n")
    return root


def same_place(first: np.ndarray, second: np.ndarray) -> bool:
    """Tell whether two pictures show the same, up to JPEG."""
    return float(np.abs(cv2.absdiff(first, second)).mean()) < 6.0
