"""Which clip a visitor has on the canvas and runs models on; noted in the session."""

from __future__ import annotations

from demo import text
from demo.clips.clip import Clip
from demo.runs.session import Session


def choose_clip(session: Session, clip: Clip) -> None:
    """Note a clip as the visitor's choice."""
    session.note(clip=clip.folder)


def chosen_clip(session: Session) -> Clip:
    """Return the clip that a visitor chose; raise ValueError if there is none."""
    folder = session.notes().clip
    if folder is None:
        raise ValueError(text.NO_CLIP)
    return Clip.open(folder)
