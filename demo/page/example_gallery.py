"""What can be chosen to run on: the examples, and the visitor's own clip once there is one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import gradio as gr
import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.inside.pictures import thumbnail
from demo.runs.session import Session
from llb.types import Rgb


@dataclass(frozen=True)
class ExampleGallery:
    """The gallery's pictures in order; the visitor's own clip comes last."""

    shelf: ExampleShelf

    @cached_property
    def pictures(self) -> list[tuple[Rgb, str]]:
        """The examples with their masks, and their titles."""
        return [(_picture(clip), clip.title) for clip in map(self.shelf.clip, self.shelf.names())]

    def update(self, session: Session) -> dict[str, Any]:
        """Return the gallery of a visitor; nothing in it is highlighted, so that any entry may be clicked."""
        own = own_clip(session)
        entries = [*self.pictures, *([(_picture(own), text.OWN_CLIP)] if own else [])]
        return gr.update(value=entries, selected_index=None)

    def clip(self, session: Session, index: int) -> Clip:
        """Return the clip of an entry; raise ValueError if there is none such."""
        names = self.shelf.names()
        found = self.shelf.clip(names[index]) if 0 <= index < len(names) else own_clip(session)
        if found is None:
            raise ValueError(text.NO_CLIP)
        return found


def own_clip(session: Session) -> Clip | None:
    """Return the clip that the visitor uploaded last, None without one."""
    for folder in reversed(session.folders("clip")):
        with suppress(ValueError):  # one that is being read
            return Clip.open(folder)
    return None


def _picture(clip: Clip) -> Rgb:
    labels = clip.truth(0)
    return thumbnail(clip.frame(0), np.zeros((clip.height, clip.width), np.uint8) if labels is None else labels)
