"""Data sets in their official layouts: which frames are segmented, where objects start, which masks count.

| layout | frames | first masks | masks that count |
|---|---|---|---|
| davis, davis-2016 | ``JPEGImages/480p/NAME`` | of the first frame | all but the first and the last |
| youtube-vos | ``valid/JPEGImages/NAME`` (1) | ``meta.json`` says | an object's later frames in ``meta.json`` |
| lvos | ``valid/JPEGImages/NAME`` | ``meta.json`` says | an object's range in ``meta.json``, every fifth number |
| folder (MOSE too) | ``JPEGImages/NAME`` | the first frame that shows an object | later ones, but for the last |

(1) all frames in between, too, where ``valid_all_frames`` is there; only those of ``meta.json`` are written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from llb.evaluation.attributes import read_attributes
from llb.evaluation.sequence import DataObject, DataSequence
from llb.io.davis import RESOLUTION, DavisSequence, find_sequences
from llb.io.video_reader import list_pictures

Layout = Literal["davis", "davis-2016", "youtube-vos", "lvos", "folder"]
LAYOUTS = ("auto", *get_args(Layout))
IN_ANNOTATIONS: tuple[Layout, ...] = ("youtube-vos", "lvos")  # their servers want that folder in the zip
LVOS_STRIDE = 5  # frames of LVOS are numbered 1, 6, 11, ...


@dataclass(frozen=True)
class Dataset:
    """A split of a data set; `seen` names the categories of its training set, as far as it is at hand."""

    layout: Layout
    split: str
    sequences: tuple[DataSequence, ...]
    attributes: Mapping[str, tuple[str, ...]]
    seen: frozenset[str] = frozenset()

    @property
    def zip_root(self) -> str:
        """The folder inside the zip that its server wants; empty where the sequences' folders are at the top."""
        return "Annotations" if self.layout in IN_ANNOTATIONS else ""

    @property
    def frames(self) -> int:
        """Frames to segment in all."""
        return sum(len(sequence.stems) for sequence in self.sequences)

    def only(self, names: tuple[str, ...]) -> Dataset:
        """Return the data set with some of its sequences, all where none is named; ValueError for an unknown one."""
        known = {sequence.name: sequence for sequence in self.sequences}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValueError(f"The split {self.split!r} has no sequence {unknown[0]!r}: it has {', '.join(known)}.")
        chosen = tuple(known[name] for name in names) if names else self.sequences
        return Dataset(self.layout, self.split, chosen, self.attributes, self.seen)


@dataclass(frozen=True)
class DatasetChoice:
    """A part of a data set on disk: the arguments of `find_dataset`, and the sequences to take (none: all)."""

    data: Path
    split: str
    layout: str = "auto"
    resolution: str = RESOLUTION
    sequences: tuple[str, ...] = ()

    def find(self) -> Dataset:
        """Find the data set; raise ValueError if it is not there."""
        return find_dataset(self.data, self.split, self.layout, self.resolution).only(self.sequences)

    def to_json(self) -> dict[str, Any]:
        """Return the choice in plain types."""
        return asdict(self) | {"data": str(self.data), "sequences": list(self.sequences)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DatasetChoice:
        """Read what `to_json` returned."""
        return cls(**{**values, "data": Path(values["data"]), "sequences": tuple(values["sequences"])})


def find_dataset(data: Path, split: str, layout: str = "auto", resolution: str = RESOLUTION) -> Dataset:
    """Find out the layout of a data set, unless it is given, and list a split of it.

    `layout` is one of `LAYOUTS`, `resolution` a folder of DAVIS, ``480p`` or ``Full-Resolution``. The split ``val``
    may be called ``valid``.

    Raises:
        ValueError: there is no such split or layout, it is empty, or a sequence lacks a folder.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"There is no layout {layout!r}: choose one of {', '.join(LAYOUTS)}.")
    root = _root(data, split)
    attributes = read_attributes(data)
    if layout in ("davis", "davis-2016") or root is None:
        if layout not in ("auto", "davis", "davis-2016"):
            raise ValueError(f"{data} has no {split}/JPEGImages: give the folder that holds the split, or another one.")
        one = layout == "davis-2016"
        found = find_sequences(data, split, resolution, year="2016" if one else "")
        return Dataset("davis-2016" if one else "davis", split, tuple(_plain(each, one) for each in found), attributes)
    videos = _videos(root)
    kind = next((known for known in get_args(Layout) if known == layout), None) or _kind(videos)
    if kind == "youtube-vos":
        dense = root.with_name(f"{root.name}_all_frames") / "JPEGImages"
        images = dense if dense.is_dir() else root / "JPEGImages"
        sequences = tuple(_youtube(name, objects, images, root) for name, objects in sorted(videos.items()))
        return Dataset(kind, split, _complete(sequences, root), attributes, _categories(root.with_name("train")))
    if kind == "lvos":
        sequences = tuple(_lvos(name, objects, root) for name, objects in sorted(videos.items()))
        return Dataset(kind, split, _complete(sequences, root), attributes)
    names = sorted(path.name for path in (root / "JPEGImages").iterdir() if path.is_dir())
    folders = tuple(DavisSequence(name, root / "JPEGImages" / name, root / "Annotations" / name) for name in names)
    return Dataset("folder", split, _complete(tuple(_plain(each, late=True) for each in folders), root), attributes)


def _root(data: Path, split: str) -> Path | None:
    """Return the folder with a split's ``JPEGImages/NAME``; None for DAVIS, whose lists make the splits."""
    for root in (data / split, *([data / "valid"] if split == "val" else []), data):
        if (root / "JPEGImages").is_dir() and not (root / "ImageSets").is_dir():
            return root
    return None


def _videos(root: Path) -> dict[str, dict[str, Any]]:
    """Return the objects of every video by ``meta.json``, none where there is no such file."""
    path = root / "meta.json"
    if not path.is_file():
        return {}
    try:
        videos = json.loads(path.read_text())["videos"]
        return {name: _entries(video["objects"]) for name, video in videos.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not a list of videos and objects: fetch it again.") from error


def _entries(objects: Any) -> dict[str, Any]:
    """Return what ``meta.json`` says of a video's objects by their numbers; MOSE's second version lists these alone."""
    return {str(target): {} for target in objects} if isinstance(objects, list) else dict(objects)


def _kind(videos: Mapping[str, Mapping[str, Any]]) -> Layout:
    """Tell the layout by what ``meta.json`` says of an object."""
    entry: Any = next((each for objects in videos.values() for each in objects.values()), {})
    known: tuple[tuple[str, Layout], ...] = (("frames", "youtube-vos"), ("frame_range", "lvos"))
    return next((layout for key, layout in known if isinstance(entry, dict) and key in entry), "folder")


def _plain(sequence: DavisSequence, single: bool = False, late: bool = False) -> DataSequence:
    stems = tuple(path.stem for path in list_pictures(sequence.images)) if sequence.images.is_dir() else ()
    return DataSequence(sequence.name, sequence.images, sequence.masks, stems, stems, late=late, single=single)


def _youtube(name: str, objects: Mapping[str, Any], images: Path, root: Path) -> DataSequence:
    frames = {target: tuple(sorted(entry["frames"])) for target, entry in objects.items()}
    asked = tuple(sorted({stem for each in frames.values() for stem in each}))
    listed = tuple(
        DataObject(int(target), each[0], each[1:], str(objects[target].get("category", "")))
        for target, each in sorted(frames.items(), key=lambda item: int(item[0]))
        if each
    )
    folder = images / name
    stems = tuple(path.stem for path in list_pictures(folder)) if folder.is_dir() else ()
    stems = tuple(stem for stem in stems if asked and asked[0] <= stem <= asked[-1])
    return DataSequence(name, folder, root / "Annotations" / name, stems, asked, listed)


def _lvos(name: str, objects: Mapping[str, Any], root: Path) -> DataSequence:
    folder = root / "JPEGImages" / name
    stems = tuple(path.stem for path in list_pictures(folder)) if folder.is_dir() else ()
    listed = []
    for target, entry in sorted(objects.items(), key=lambda item: int(item[0])):
        start, end = int(entry["frame_range"]["start"]), int(entry["frame_range"]["end"])
        counted = tuple(s for s in stems if start <= int(s) < end and (int(s) - start) % LVOS_STRIDE == 0)
        if counted:
            listed.append(DataObject(int(target), counted[0], counted, str(entry.get("category", ""))))
    begin = min((item.first for item in listed), default="")
    stems = tuple(stem for stem in stems if stem >= begin)
    return DataSequence(name, folder, root / "Annotations" / name, stems, stems, tuple(listed))


def _complete(sequences: tuple[DataSequence, ...], root: Path) -> tuple[DataSequence, ...]:
    """Raise ValueError if there is no sequence or one lacks a folder."""
    for folder in (folder for each in sequences for folder in (each.images, each.masks)):
        if not folder.is_dir():
            raise ValueError(f"The folder {folder} is missing: complete the data set.")
    if not sequences:
        raise ValueError(f"{root} has no sequences in JPEGImages: give the folder of a data set.")
    return sequences


def _categories(root: Path) -> frozenset[str]:
    """Return the categories that a split's ``meta.json`` names."""
    videos = _videos(root)
    return frozenset(
        str(each["category"]) for video in videos.values() for each in video.values() if "category" in each
    )
