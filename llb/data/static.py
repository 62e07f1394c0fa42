"""Still images with object masks: ``<collection>/images/*`` and ``<collection>/masks/<same stem>.png`` under a root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from llb.data.datasets import AnnotatedImage, pair_images

PART_COLLECTIONS = ("ccp",)  # their labels are parts of one object: any label > 0 is the object


@dataclass(frozen=True)
class StaticCollection:
    """The annotated images of one folder. `merge_labels`: the mask's ids are parts of a single object."""

    name: str
    images: tuple[AnnotatedImage, ...]
    merge_labels: bool


def static_collections(root: Path) -> tuple[StaticCollection, ...]:
    """List the collections under `root` that have images with masks, by name; raise ValueError when there is none."""
    if not root.is_dir():
        raise ValueError(f"{root} is no folder: it must hold <collection>/images and <collection>/masks.")
    folders = sorted(path for path in root.iterdir() if (path / "images").is_dir() and (path / "masks").is_dir())
    listed = (
        StaticCollection(path.name, pair_images(path / "images", path / "masks"), path.name in PART_COLLECTIONS)
        for path in folders
    )
    found = tuple(collection for collection in listed if collection.images)
    if not found:
        raise ValueError(f"No collection in {root}: it must hold <collection>/images and <collection>/masks.")
    return found
