"""A clip of a data set: its frames, the masks at hand, where its objects start and which masks count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from llb.io.label_png import read_labels
from llb.types import VOID, Labels


@dataclass(frozen=True)
class DataObject:
    """An object to follow: the frame whose mask starts it, and the frames whose masks are scored, by their stems."""

    id: int
    first: str
    counted: tuple[str, ...]
    category: str = ""


@dataclass(frozen=True)
class DataSequence:
    """A clip of a data set.

    Attributes:
        name: of the folders.
        images: folder of the frames; `stems` are those to segment, in time order.
        masks: folder of the masks that are at hand.
        asked: stems of the frames whose masks the benchmark wants.
        listed: the objects by the data set's own list; empty where the masks tell.
        late: whether objects may start after the first frame, where the masks tell.
        single: whether all objects are one, as in DAVIS 2016.
    """

    name: str
    images: Path
    masks: Path
    stems: tuple[str, ...]
    asked: tuple[str, ...]
    listed: tuple[DataObject, ...] = ()
    late: bool = False
    single: bool = False

    def mask_file(self, stem: str) -> Path:
        """Return where the mask of a frame is, if the frame has one."""
        return self.masks / f"{stem}.png"

    def read_mask(self, stem: str) -> Labels:
        """Read the mask of a frame as ids, 255 where it is void."""
        labels = read_labels(self.mask_file(stem), keep_void=True)
        if self.single:
            labels = np.where((labels > 0) & (labels < VOID), 1, labels).astype(np.uint8)
        return labels

    @property
    def annotated(self) -> tuple[str, ...]:
        """Stems of the frames that have a mask."""
        return tuple(stem for stem in self.stems if self.mask_file(stem).is_file())

    @cached_property
    def objects(self) -> tuple[DataObject, ...]:
        """The objects to follow.

        Raises:
            ValueError: the first frame has no mask, or none marks an object.
        """
        if self.listed:
            return self.listed
        annotated = self.annotated
        if annotated[:1] != self.stems[:1]:
            raise self._too_few()
        found: dict[int, DataObject] = {}
        for index, stem in enumerate(annotated if self.late else annotated[:1]):
            for target in np.unique(self.read_mask(stem)):
                if target not in (0, VOID, *found):
                    found[int(target)] = DataObject(int(target), stem, annotated[index + 1 : -1])
        if not found:
            raise ValueError(f"The first mask of {self.name} marks no object: leave the sequence out of the split.")
        return tuple(found[target] for target in sorted(found))

    def check_truth(self) -> None:
        """Raise ValueError unless every mask that counts is at hand."""
        wanted = {stem for item in self.objects for stem in item.counted}
        if not wanted:
            raise self._too_few()
        missing = sorted(stem for stem in wanted if not self.mask_file(stem).is_file())
        if missing:
            raise ValueError(
                f"{self.mask_file(missing[0])} is missing: without it {self.name} cannot be scored; llb predict writes "
                "masks without."
            )

    def _too_few(self) -> ValueError:
        return ValueError(
            f"The sequence {self.name} has {len(self.annotated)} masks in {self.masks}: it needs one for its first "
            "frame and, to be scored, for at least two more."
        )


@dataclass(frozen=True)
class ClipSequence(DataSequence):
    """A single clip, whose true masks are the `mask_files` by the stems of the frames; `images` may be a video."""

    mask_files: Mapping[str, Path] = field(default_factory=dict)

    def mask_file(self, stem: str) -> Path:
        """Return where the mask of a frame is, if the frame has one."""
        return self.mask_files.get(stem, self.masks / f"{stem}.png")
