"""Example clips with exact masks, rendered by ``scripts/render_examples.py`` from scenes of this project alone."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import UInt8

from demo.clips.clip import Clip, save_clip, save_facts
from demo.whole_file import whole_folder
from llb.io.label_png import decode_labels
from llb.io.video_reader import probe, read_frames
from llb.types import Labels, Rgb

FOLDER = Path(__file__).with_name("rendered")  # of each example a video, and a zip of its masks


@dataclass(frozen=True)
class Example:
    """An example's short name, its title, and what makes it hard in a sentence or two."""

    name: str
    title: str
    description: str

    @property
    def files(self) -> tuple[Path, Path]:
        """Where the video and the zip of masks are."""
        return FOLDER / f"{self.name}.mp4", FOLDER / f"{self.name}.zip"


@dataclass(frozen=True)
class LoadedExample:
    """The frames (RGB), the exact object ids of each, and the frame rate."""

    frames: UInt8[np.ndarray, "time height width 3"]
    labels: UInt8[np.ndarray, "time height width"]
    fps: float


EXAMPLES: dict[str, Example] = {
    example.name: example
    for example in (
        Example(
            "bee",
            "Fast, with blur",
            "A bee darts from flower to flower, and the shutter smears it into a streak. In the last dash (frame 42) "
            "JOINT and LLB keep only the middle of the bee: motion blur removes the appearance that both rely on. Both "
            "have it whole again when it hovers.",
        ),
        Example(
            "train",
            "Hidden and back",
            "An engine and its wagon go into a tunnel and come out at the far end. No model finds them again, because "
            "each looks only around the place where it last saw them: neither JOINT nor LLB wins. One of the settings "
            "looks for lost objects all over the frame: with it both find engine and wagon.",
        ),
        Example(
            "ducks",
            "Look-alike",
            "A second duck that differs only in its red scarf swims across the marked one. As soon as it arrives, "
            "JOINT and LLB alike mark both ducks: they match appearance and have no notion of \u201cone object\u201d.",
        ),
        Example(
            "parade",
            "Three crossing",
            "A robot, a penguin and a bus pass in front of one another, each with a mask of its own. The models keep "
            "the three apart. While the robot is half hidden both lose parts of it; both have it whole again "
            "afterwards, because the memory holds it from before.",
        ),
        Example(
            "teapot",
            "Moving light",
            "A glazed teapot turns while a shadow passes over it and the lamp goes from warm to cold, so that all its "
            "colours change. JOINT and LLB hold it, LLB a little better (J always above 0.8 with both): each change "
            "is slow enough for the memory to take it in.",
        ),
        Example(
            "biplane",
            "Far and near",
            "A biplane comes from far away right up to the camera, and its outline is full of holes: wings and struts "
            "are thinner than one feature cell, which costs about 0.25 J. Sea as blue as the plane is taken for a part "
            "of it, with LLB a little less than with JOINT.",
        ),
    )
}


def load(name: str) -> LoadedExample:
    """Decode an example. Raise ValueError for an unknown name."""
    if name not in EXAMPLES:
        raise ValueError(f"There is no example {name!r}: choose one of {', '.join(EXAMPLES)}.")
    video, masks = EXAMPLES[name].files
    with zipfile.ZipFile(masks) as archive:
        labels = [decode_labels(archive.read(entry), entry) for entry in sorted(archive.namelist())]
    frames = [frame.rgb for frame in read_frames(video)]
    return LoadedExample(np.stack(frames), np.stack(labels), probe(video).fps)


def load_first(name: str) -> tuple[Rgb, Labels]:
    """Decode an example's first frame and its mask alone."""
    video, masks = EXAMPLES[name].files
    with zipfile.ZipFile(masks) as archive:
        entry = min(archive.namelist())
        labels = decode_labels(archive.read(entry), entry)
    return next(read_frames(video, max_frames=1)).rgb, labels


class Loaded(Protocol):
    """An example in memory."""

    @property
    def frames(self) -> UInt8[np.ndarray, "t h w 3"]:
        """The frames in RGB."""

    @property
    def labels(self) -> UInt8[np.ndarray, "t h w"]:
        """The exact object ids."""

    @property
    def fps(self) -> float:
        """Frames per second."""


class ExampleShelf:
    """Example clips with exact masks, decoded once into `root`.

    Args:
        root: folder of this set of examples; another version of them needs another folder.
        titles: name -> title, in the order shown.
        load: makes an example from its name.
        descriptions: name -> what makes it hard.
        load_first: makes an example's first frame and its mask from its name, quickly; None decodes the whole example.
    """

    def __init__(
        self,
        root: Path,
        titles: Mapping[str, str],
        load: Callable[[str], Loaded],
        descriptions: Mapping[str, str] | None = None,
        load_first: Callable[[str], tuple[Rgb, Labels]] | None = None,
    ) -> None:
        self.root, self._titles, self._load, self._load_first = root, dict(titles), load, load_first
        self._descriptions = dict(descriptions or {})
        self._decoding = threading.Lock()

    @classmethod
    def own(cls, cache: Path) -> ExampleShelf:
        """Return the project's own examples."""
        known = EXAMPLES.values()
        code = [Path(__file__), Path(__file__).with_name("clip.py")]
        version = hash_of([*code, *(file for example in known for file in example.files)])[:12]
        titles = {example.name: example.title for example in known}
        descriptions = {example.name: example.description for example in known}
        return cls(cache / f"examples-{version}", titles, load, descriptions, load_first)

    def names(self) -> list[str]:
        """List the examples."""
        return list(self._titles)

    def title(self, name: str) -> str:
        """Return an example's title."""
        return self._titles[name]

    def first(self, name: str) -> tuple[Rgb, Labels]:
        """Return an example's first frame and its mask."""
        if self._load_first is not None and not (self.root / name).exists():
            return self._load_first(name)
        clip = self.clip(name)
        labels = clip.truth(0)
        assert labels is not None, "an example has exact masks"
        return clip.frame(0), labels

    def has(self, clip: Clip) -> bool:
        """Tell whether a clip is one of the examples."""
        return clip.folder.parent == self.root and clip.folder.name in self._titles

    def clip(self, name: str) -> Clip:
        """Return an example's clip; decode it at the first call. Raise ValueError for an unknown name."""
        if name not in self._titles:
            raise ValueError(f"There is no example {name!r}: choose one of {', '.join(self._titles)}.")
        folder = self.root / name
        with self._decoding:
            if not folder.exists():
                with whole_folder(folder) as draft:
                    self._decode(name, draft)
        return Clip.open(folder)

    def _decode(self, name: str, folder: Path) -> None:
        loaded = self._load(name)
        times = [index / loaded.fps for index in range(len(loaded.frames))]
        clip = save_clip(folder, self._titles[name], zip(times, loaded.frames, strict=True), loaded.labels)
        save_facts(clip, description=self._descriptions.get(name, ""))


def hash_of(files: Iterable[Path]) -> str:
    """Return the sha256 of several files together."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()
