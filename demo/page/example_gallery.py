"""What can be chosen to run on: the examples, and the visitor's own clip once there is one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from demo import text
from demo.browser_pictures import jpeg_address
from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.inside.pictures import thumbnail
from demo.runs.session import Session
from llb.types import Labels, Rgb

WIDTH = 240  # pixels of a picture


@dataclass(frozen=True)
class Entry:
    """A clip in the row: its title, and its first frame with the mask as a data address."""

    title: str
    picture: str

    @classmethod
    def of(cls, title: str, frame: Rgb, labels: Labels) -> Entry:
        """Draw a clip's entry."""
        return cls(title, jpeg_address(thumbnail(frame, labels, WIDTH)))


@dataclass(frozen=True)
class ExampleGallery:
    """The clips in order; the visitor's own comes last (`demo/components/clips`)."""

    shelf: ExampleShelf

    @cached_property
    def examples(self) -> list[dict[str, str]]:
        """The examples' entries as JSON values; they are the same for all visitors."""
        shelf = self.shelf
        return [asdict(Entry.of(shelf.title(name), *shelf.first(name))) for name in shelf.names()]

    def value(self, session: Session, chosen: Clip) -> dict[str, Any]:
        """Return as JSON values what a visitor has beside the examples, and the index of the clip that is chosen."""
        own, entry = own_clip(session), None
        if own:
            entry = Entry.of(text.own_clip(own.title), own.frame(0), np.zeros((own.height, own.width), np.uint8))
        return {"own": asdict(entry) if entry else None, "chosen": self._index(chosen)}

    def clip(self, session: Session, index: int) -> Clip:
        """Return the clip of an entry; raise ValueError if there is none such."""
        names = self.shelf.names()
        found = self.shelf.clip(names[index]) if 0 <= index < len(names) else own_clip(session)
        if found is None:
            raise ValueError(text.NO_CLIP)
        return found

    def _index(self, clip: Clip) -> int:
        names = self.shelf.names()
        return names.index(clip.folder.name) if self.shelf.has(clip) else len(names)


def own_clip(session: Session) -> Clip | None:
    """Return the clip that the visitor uploaded last, None without one."""
    for folder in reversed(session.folders("clip")):
        with suppress(ValueError):  # one that is being read
            return Clip.open(folder)
    return None
