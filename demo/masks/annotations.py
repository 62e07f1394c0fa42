"""The masks that a visitor drew on one clip: one picture per marked frame, and the objects' names."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.runs.run import Run
from demo.runs.run_setup import check_object
from demo.runs.session import Session
from demo.whole_file import write_whole
from llb.io.label_fit import resize_labels
from llb.io.label_png import decode_labels, encode_labels
from llb.types import Labels

LONGEST_NAME = 40
_writing = threading.Lock()  # names are read, changed and written in one go; a clip's first mask is written once


@dataclass(frozen=True)
class Annotations:
    """A visitor's masks of one clip on disk; a frame without a mask has no file."""

    folder: Path

    @classmethod
    def of(cls, session: Session, clip: Clip) -> Annotations:
        """Return a visitor's masks of a clip; a clip with exact masks begins with that of its first frame."""
        key = hashlib.sha256(str(clip.folder).encode()).hexdigest()[:12]
        folder = session.folder / "marks" / key
        annotations = cls(folder)
        with _writing:
            if not folder.exists():
                truth = clip.truth(0)
                folder.mkdir(parents=True)
                if truth is not None:
                    annotations.save(0, truth)
        return annotations

    def frames(self) -> list[int]:
        """Return the marked frames in order."""
        return sorted(int(path.stem) for path in self.folder.glob("*.png"))

    def labels(self, index: int) -> Labels | None:
        """Return the labels that are drawn on a frame, or None."""
        try:
            return self._read(index)
        except FileNotFoundError:
            return None

    def all(self) -> dict[int, Labels]:
        """Return every marked frame's labels."""
        return {index: self._read(index) for index in self.frames()}

    def save(self, index: int, labels: Labels) -> None:
        """Keep a frame's labels; labels without an object delete its file."""
        if not labels.any():
            self._path(index).unlink(missing_ok=True)
            return
        write_whole(self._path(index), encode_labels(labels))

    def save_in_order(self, index: int, labels: Labels, number: int) -> None:
        """Keep a frame's labels as `save` does, but never in place of some with a larger number.

        Raises:
            ValueError: labels of this clip with the same or a larger number are kept: a slow request came late.
        """
        with _writing:
            if number <= self.last_save():
                raise ValueError(text.OLDER_PAINTING)
            write_whole(self._counter, str(number))
            self.save(index, labels)

    def last_save(self) -> int:
        """Return the largest number of `save_in_order`, 0 before the first one."""
        return int(self._counter.read_text()) if self._counter.exists() else 0

    def names(self) -> dict[int, str]:
        """Return the names that objects were given."""
        path = self.folder / "names.json"
        return {int(target): name for target, name in json.loads(path.read_text()).items()} if path.exists() else {}

    def rename(self, target: int, name: str) -> None:
        """Name an object; an empty name takes its name away. Raise ValueError for an object that cannot be."""
        check_object(target)
        with _writing:
            names = self.names() | {target: " ".join(name.split())[:LONGEST_NAME]}
            kept = {key: value for key, value in names.items() if value}
            write_whole(self.folder / "names.json", json.dumps(kept))

    def undo(self, repair: Run) -> None:
        """Bring the masks back that a repair's corrections took the place of; what was drawn since stays.

        Frames whose masks the repair and the run before it have alike are left as they are now.
        """
        before, corrected = repair.marked_masks_before(), repair.marked_masks()
        for index in sorted({*before, *corrected}):
            old, new = before.get(index), corrected.get(index)
            if old is None:
                self._path(index).unlink(missing_ok=True)
            elif new is None or not np.array_equal(old, new):
                self.save(index, old)

    def copy_from(self, other: Annotations, before: Clip, after: Clip) -> None:
        """Copy the masks and names of another frame range of the same uploaded file, for frames that both hold.

        `before` is the clip of `other`, `after` the clip of these.
        """
        index_in_after = {after.start + index * after.stride: index for index in range(len(after))}
        for index, labels in other.all().items():
            found = index_in_after.get(before.start + index * before.stride)
            if found is not None:
                self.save(found, resize_labels(labels, (after.height, after.width)))
        for target, name in other.names().items():
            self.rename(target, name)

    def _read(self, index: int) -> Labels:
        path = self._path(index)
        return decode_labels(path.read_bytes(), path.name)

    @property
    def _counter(self) -> Path:
        return self.folder / "save.count"

    def _path(self, index: int) -> Path:
        return self.folder / f"{index:05d}.png"
