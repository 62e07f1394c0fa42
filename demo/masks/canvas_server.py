"""The server function of the mask canvas: JSON in, JSON out; what goes wrong is one sentence under ``error``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.masks.annotations import Annotations
from demo.masks.canvas import Canvas, CanvasValue
from demo.masks.chosen_clip import choose_clip, chosen_clip
from demo.masks.data_address import to_address
from demo.masks.questions import (
    AboutFrame,
    CutBox,
    CutHints,
    ImportPicture,
    ProposeLabels,
    RenameObject,
    SaveLabels,
)
from demo.runs.file_address import address_of
from demo.runs.lane import Lane
from demo.runs.lookup import RunLookup
from demo.runs.questions import answer_in_words, reading_question
from demo.runs.session import Session, SessionStore

CUTTING = Lane(at_once=2, waiting=6, busy=text.CUTS_BUSY)


@dataclass(frozen=True)
class CanvasServer:
    """Answers the mask canvas."""

    sessions: SessionStore
    runs: RunLookup

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a question: `token` is the visitor's, `what` its kind, `stamp` the clip's (`CanvasValue`).

        The other keys are those of `demo.masks.questions`; labels and masks travel as PNG data addresses.
        """
        return answer_in_words(lambda: self._answer(question))

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        with reading_question():
            token, what = question["token"], question["what"]
            stamp = None if what == "proposal" else question["stamp"]
        session = self.sessions.open(token)
        if what == "proposal":
            return self._propose(session, ProposeLabels.from_json(question))
        clip = chosen_clip(session)
        if stamp != address_of(clip.folder):
            raise ValueError("Another clip was chosen meanwhile: reload the page.")
        return _answer(Canvas(clip, Annotations.of(session, clip)), what, question)

    def _propose(self, session: Session, question: ProposeLabels) -> dict[str, Any]:
        """Return a model's labels under the visitor's own; the run's clip becomes the visitor's choice."""
        run = self.runs.find(session.token, question.run)
        clip = Clip.open(run.clip_folder)
        choose_clip(session, clip)
        canvas = Canvas(clip, Annotations.of(session, clip))
        index, model = canvas.checked_index(question.index), run.record(question.model)
        if index >= model.frames:
            raise ValueError(f"This comparison has frames 0 to {model.frames - 1}: choose one of them.")
        labels, proposed = canvas.with_own_labels(run.labels(model.name, index), index)
        value = CanvasValue.of(session, clip)
        return {"value": value.to_json(), "labels": to_address(labels), "proposed": proposed}


def _answer(canvas: Canvas, what: object, question: dict[str, Any]) -> dict[str, Any]:
    """Answer a question about a clip; raise ValueError for one of a kind that there is not."""
    match what:
        case "save":
            return {"marked": canvas.save(SaveLabels.from_json(question))}
        case "labels":
            labels = canvas.saved_labels(AboutFrame.from_json(question))
            return {"labels": None if labels is None else to_address(labels)}
        case "truth":
            return {"labels": to_address(canvas.exact_labels(AboutFrame.from_json(question)))}
        case "box":
            box = CutBox.from_json(question)
            return {"mask": to_address(CUTTING.do(lambda: canvas.cut_box(box)).astype(np.uint8))}
        case "hints":
            hints = CutHints.from_json(question)
            return {"mask": to_address(CUTTING.do(lambda: canvas.cut_hints(hints)).astype(np.uint8))}
        case "import":
            return {"labels": to_address(canvas.import_picture(ImportPicture.from_json(question)))}
        case "rename":
            names = canvas.rename(RenameObject.from_json(question))
            return {"names": {str(target): name for target, name in names.items()}}
        case _:
            raise ValueError(text.INCOMPLETE)
