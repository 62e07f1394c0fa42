"""The training images under one data root: the DAVIS 2016 training split and collections of still images.

A collection is ``<root>/<name>/images/*`` with ``<root>/<name>/masks/<same stem>.png``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from llb.io.davis import AnnotatedImage, find_sequences, pair_images

DAVIS, DAVIS_SPLIT = "davis16", "train"
PART_COLLECTIONS = ("ccp",)  # their labels are parts of one object: any label > 0 is the object


@dataclass(frozen=True)
class SourceImage:
    """An image that clips are made from.

    Attributes:
        files: the image and its mask.
        video: the sequence that the image is a frame of; empty for a still image.
        collection: the folder that it comes from.
        merge_labels: whether the mask's ids are parts of a single object.
        scenery: False for a picture of an object on nothing, which makes no background.
    """

    files: AnnotatedImage
    video: str
    collection: str
    merge_labels: bool
    scenery: bool = True


def training_images(data_root: Path, objects: Path | None = None) -> tuple[SourceImage, ...]:
    """List the frames of ``davis16/train``, the stills of ``static/*`` and the cut-outs of `objects`, in this order.

    `objects` is a folder of further collections, of objects without a background (`scripts.fetch_objects`).

    Raises:
        ValueError: one of the folders is missing or holds no image with a mask.
    """
    videos = [
        SourceImage(files, sequence.name, DAVIS, merge_labels=True)
        for sequence in find_sequences(data_root / DAVIS, DAVIS_SPLIT)
        for files in sequence.annotated_images()
    ]
    cut_outs = [] if objects is None else _collections(objects, scenery=False)
    return (*videos, *_collections(data_root / "static", scenery=True), *cut_outs)


def _collections(root: Path, scenery: bool) -> list[SourceImage]:
    """List the images with masks of every collection under `root`, by name."""
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    found = [
        SourceImage(files, "", folder.name, merge_labels=scenery and folder.name in PART_COLLECTIONS, scenery=scenery)
        for folder in folders
        if (folder / "images").is_dir() and (folder / "masks").is_dir()
        for files in pair_images(folder / "images", folder / "masks")
    ]
    if not found:
        raise ValueError(f"No image with a mask in {root}: it must hold <collection>/images and <collection>/masks.")
    return found
