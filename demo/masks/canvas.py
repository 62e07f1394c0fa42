"""The mask canvas: keeps what is drawn on a visitor's clip, and finds masks where the visitor asks for help."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.masks import grabcut
from demo.masks.annotations import Annotations
from demo.masks.mask_file import from_picture
from demo.masks.questions import AboutFrame, CutBox, CutHints, ImportPicture, RenameObject, SaveLabels
from demo.runs.file_address import address_of
from demo.runs.run_setup import check_object
from demo.runs.session import Session
from llb.types import Labels, Mask, Rgb


@dataclass(frozen=True)
class CanvasValue:
    """The value of the canvas component.

    Attributes:
        token: of the visitor's session.
        stamp: the clip's id; questions about another one are refused.
        previews: address of the frames as JPEG.
        card: describes the clip in a line.
        width: of the clip, in pixels.
        height: of the clip, in pixels.
        total: frames of the clip.
        marked: frames with a mask.
        names: of objects that have one, by number.
        truth: whether there are exact masks.
        saved: the number of the newest save (`SaveLabels`); the next ones are to be larger.
    """

    token: str
    stamp: str
    previews: str
    card: str
    width: int
    height: int
    total: int
    marked: tuple[int, ...]
    names: dict[str, str]
    truth: bool
    saved: int

    @classmethod
    def of(cls, session: Session, clip: Clip) -> CanvasValue:
        """Describe a clip and what is drawn on it."""
        annotations = Annotations.of(session, clip)
        card = text.clip_card(clip)
        return cls(
            token=session.token,
            stamp=address_of(clip.folder),
            previews=address_of(clip.folder / "previews"),
            card=card,
            width=clip.width,
            height=clip.height,
            total=len(clip),
            marked=tuple(annotations.frames()),
            names={str(target): name for target, name in annotations.names().items()},
            truth=clip.has_truth,
            saved=annotations.last_save(),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Canvas:
    """A visitor's clip and what is drawn on it; a method for every question.

    All raise ValueError, with one sentence for the visitor, for a frame or picture that is not of this clip.
    """

    clip: Clip
    annotations: Annotations

    def checked_index(self, index: int) -> int:
        """Return the index of a frame; raise ValueError if the clip has none such."""
        if not 0 <= index < len(self.clip):
            raise ValueError(f"This clip has frames 0 to {len(self.clip) - 1}: choose one of them.")
        return index

    def save(self, question: SaveLabels) -> list[int]:
        """Keep a frame's labels, unless some were saved that were sent later; return the frames that have a mask."""
        self._check_size(question.labels)
        if question.labels.any():
            check_object(int(question.labels.max()))
        self.annotations.save_in_order(self.checked_index(question.index), question.labels, question.number)
        return self.annotations.frames()

    def saved_labels(self, question: AboutFrame) -> Labels | None:
        """Return what is drawn on a frame, None for nothing."""
        return self.annotations.labels(self.checked_index(question.index))

    def exact_labels(self, question: AboutFrame) -> Labels:
        """Return an example's exact mask of a frame; raise ValueError for a clip without."""
        labels = self.clip.truth(self.checked_index(question.index))
        if labels is None:
            raise ValueError("This clip has no ready masks: paint the object.")
        return labels

    def cut_box(self, question: CutBox) -> Mask:
        """Find the object in a box; raise ValueError if nothing stands out."""
        return grabcut.from_box(self._frame(question.index), question.box)

    def cut_hints(self, question: CutHints) -> Mask:
        """Find the object that was clicked or scribbled on; raise ValueError if nothing stands out."""
        self._check_size(question.hints)
        self._check_size(question.mask)
        return grabcut.from_hints(self._frame(question.index), question.hints, question.mask)

    def import_picture(self, question: ImportPicture) -> Labels:
        """Read a mask from a file and fit it to the clip; raise ValueError for a file that is no such mask."""
        self.checked_index(question.index)
        return from_picture(question.data, question.file_name, self.clip.height, self.clip.width)

    def rename(self, question: RenameObject) -> dict[int, str]:
        """Name an object; return all names."""
        self.annotations.rename(question.target, question.name)
        return self.annotations.names()

    def with_own_labels(self, labels: Labels, index: int) -> tuple[Labels, list[int]]:
        """Lay what the visitor drew on a frame over a model's labels of it.

        Return the labels, and the objects in them that are not the visitor's own. Each object is either: where the
        visitor drew an object, nothing of the model's mask of it stays.
        """
        own = self.annotations.labels(index)
        drawn = [] if own is None else [int(target) for target in np.unique(own) if target]
        if own is not None:
            labels = np.where(np.isin(labels, drawn), 0, labels)
            labels = np.where(own > 0, own, labels).astype(np.uint8)
        return labels, [int(target) for target in np.unique(labels) if target and target not in drawn]

    def _frame(self, index: int) -> Rgb:
        return self.clip.frame(self.checked_index(index))

    def _check_size(self, picture: Labels | Mask) -> None:
        if picture.shape != (self.clip.height, self.clip.width):
            raise ValueError("The painting belongs to another clip: reload the page.")
