"""The server function of the mask canvas: keeps what is marked, and makes masks where the visitor asks for help.

It answers with JSON values; what goes wrong comes back as one sentence under ``error``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.inside.server import Reads
from demo.masks import grabcut
from demo.masks.annotations import Marks
from demo.masks.mask_file import OBJECTS, from_picture
from demo.runs.session import Session, SessionStore
from llb.io.label_png import decode_labels, encode_labels
from llb.types import Labels

Answer = dict[str, Any]
LARGEST = 20_000_000  # bytes of a picture that a visitor sends


@dataclass(frozen=True)
class Marked:
    """A question's subject: the visitor's session, the clip and what is marked on it."""

    session: Session
    clip: Clip
    marks: Marks

    def index(self, question: dict[str, Any]) -> int:
        """Return the frame that is asked about; raise ValueError if the clip has none such."""
        index = int(question["index"])
        if not 0 <= index < len(self.clip):
            raise ValueError(f"This clip has frames 0 to {len(self.clip) - 1}: choose one of them.")
        return index

    def size(self) -> tuple[int, int]:
        """Return the clip's height and width."""
        return self.clip.height, self.clip.width


@dataclass(frozen=True)
class Marking:
    """What the mask canvas asks for and tells."""

    sessions: SessionStore
    reads: Reads

    def mark(self, question: dict[str, Any]) -> Answer:
        """Answer a question: `what` is one of `QUESTIONS` or ``proposal``, `token` the visitor's.

        The others depend on it: `stamp` (the clip's folder, as `canvas_value` gave it), `index` (of the frame),
        `labels` and `mask` (PNG data addresses), `box`, `file` and `file_name`, `target`, `name`, `run`.
        """
        try:
            session = self.sessions.open(question["token"])
            if question["what"] == "proposal":
                return self._proposal(session, question)
            clip = chosen_clip(session)
            if question["stamp"] != str(clip.folder):
                raise ValueError("Another clip was chosen meanwhile: reload the page.")
            return QUESTIONS[question["what"]](Marked(session, clip, Marks.of(session, clip)), question)
        except ValueError as error:
            return {"error": str(error)}
        except (KeyError, TypeError):
            return {"error": "This question is incomplete: reload the page."}

    def _proposal(self, session: Session, question: dict[str, Any]) -> Answer:
        """Return a model's labels of a frame with the visitor's own marks over them; the run's clip becomes the choice.

        `proposed` are the objects that are not marked there by the visitor.
        """
        run = self.reads.run(question["token"], str(question["run"]))
        clip = Clip.open(run.clip_folder)
        session.note(clip=str(clip.folder))
        subject = Marked(session, clip, Marks.of(session, clip))
        index = subject.index(question)
        labels, own = run.labels(str(question["name"]), index), subject.marks.labels(index)
        marked = [] if own is None else [int(target) for target in np.unique(own) if target]
        if own is not None:
            labels = np.where(np.isin(labels, marked), 0, labels)
            labels = np.where(own > 0, own, labels).astype(np.uint8)
        proposed = [int(target) for target in np.unique(labels) if target and target not in marked]
        return {"value": canvas_value(session, clip), "labels": _address(labels), "proposed": proposed}


def chosen_clip(session: Session) -> Clip:
    """Return the clip that a visitor chose; raise ValueError if there is none."""
    folder = session.notes().get("clip")
    if not folder:
        raise ValueError(text.NO_CLIP)
    return Clip.open(Path(folder))


def canvas_value(session: Session, clip: Clip) -> Answer:
    """Describe a clip and what is marked on it to the canvas, as JSON values."""
    marks = Marks.of(session, clip)
    return {
        "token": session.token,
        "stamp": str(clip.folder),
        "previews": str(clip.folder / "previews"),
        "card": text.clip_card(
            clip.title, clip.width, clip.height, len(clip), clip.seconds, clip.note, clip.description
        ),
        "width": clip.width,
        "height": clip.height,
        "total": len(clip),
        "marked": marks.frames(),
        "names": {str(target): name for target, name in marks.names().items()},
        "truth": clip.has_truth,
    }


def _save(subject: Marked, question: dict[str, Any]) -> Answer:
    labels = _exact(subject, question["labels"])
    if labels.max() > OBJECTS:
        raise ValueError(f"There is no object {labels.max()}: the numbers go from 1 to {OBJECTS}.")
    subject.marks.save(subject.index(question), labels)
    return {"marked": subject.marks.frames()}


def _labels(subject: Marked, question: dict[str, Any]) -> Answer:
    labels = subject.marks.labels(subject.index(question))
    return {"labels": None if labels is None else _address(labels)}


def _truth(subject: Marked, question: dict[str, Any]) -> Answer:
    labels = subject.clip.truth(subject.index(question))
    if labels is None:
        raise ValueError("This clip has no ready masks: paint the object.")
    return {"labels": _address(labels)}


def _box(subject: Marked, question: dict[str, Any]) -> Answer:
    y0, x0, y1, x1 = (int(side) for side in question["box"])
    frame = subject.clip.frame(subject.index(question))
    return {"mask": _address(grabcut.from_box(frame, (y0, x0, y1, x1)).astype(np.uint8))}


def _scribble(subject: Marked, question: dict[str, Any]) -> Answer:
    scribble = _exact(subject, question["mask"]) > 0
    frame = subject.clip.frame(subject.index(question))
    return {"mask": _address(grabcut.from_scribble(frame, scribble).astype(np.uint8))}


def _import(subject: Marked, question: dict[str, Any]) -> Answer:
    subject.index(question)
    name = Path(str(question["file_name"])).name[:80]
    return {"labels": _address(from_picture(_data(question["file"]), name, *subject.size()))}


def _rename(subject: Marked, question: dict[str, Any]) -> Answer:
    subject.marks.rename(int(question["target"]), str(question["name"]))
    return {"names": {str(target): name for target, name in subject.marks.names().items()}}


QUESTIONS: dict[str, Callable[[Marked, dict[str, Any]], Answer]] = {
    "save": _save,
    "labels": _labels,
    "truth": _truth,
    "box": _box,
    "scribble": _scribble,
    "import": _import,
    "rename": _rename,
}


def _address(labels: Labels) -> str:
    return "data:image/png;base64," + base64.b64encode(encode_labels(labels)).decode()


def _data(address: str) -> bytes:
    """Return the bytes of a data address; raise ValueError if it is none or too large."""
    head, _, body = str(address)[: LARGEST * 2].partition(",")
    if not head.startswith("data:") or len(body) > LARGEST:
        raise ValueError("This picture cannot be read or is too large: give a PNG.")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError("This picture cannot be read: give a PNG.") from error


def _exact(subject: Marked, address: str) -> Labels:
    """Return labels of exactly the clip's size; raise ValueError for any others."""
    labels = decode_labels(_data(address), "The painting")
    if labels.shape != subject.size():
        raise ValueError("The painting belongs to another clip: reload the page.")
    return labels
