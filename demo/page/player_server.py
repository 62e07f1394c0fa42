"""The server function of the player: JSON in, JSON out; what goes wrong is one sentence under ``error``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import text
from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.exports.files import export, export_internals, export_overlay
from demo.exports.sizes import sizes
from demo.json_values import read_number, read_text
from demo.runs.file_address import address_of
from demo.runs.lookup import RunLookup
from demo.runs.questions import answer_in_words, reading_question
from demo.runs.run import Run

NEAR = 3  # frames around a marked one that are not suggested for a repair


@dataclass(frozen=True)
class UncertainPlace:
    """The frame and object where a model is least decided; both None if nothing is known of that."""

    frame: int | None = None
    target: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the place as JSON values."""
        return {"index": self.frame, "target": self.target}


@dataclass(frozen=True)
class PlayerServer:
    """Answers the player."""

    runs: RunLookup

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a question: `token` is the visitor's, `run` a name from the player's value, `what` its kind.

        The kinds are ``figures`` (of the frames from `start` on), ``uncertain``, ``sizes`` (of all files, in bytes),
        ``video`` (of the model `name`), ``export`` (of a `kind`, `demo.exports.files.KINDS`) and ``internals`` (of the
        frame `index`); the latter three are answered with the file's address.
        """
        return answer_in_words(lambda: dict(browser_json(self._answer(question))))

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        with reading_question():
            token, name, what = question["token"], read_text(question, "run"), question["what"]
        run = self.runs.find(token, name)
        match what:
            case "figures":
                with reading_question():
                    start = max(0, read_number(question, "start"))
                return {"figures": [stats.to_json() for stats in run.frame_stats(start)]}
            case "uncertain":
                return most_uncertain(run).to_json()
            case "sizes":
                return {"sizes": sizes(run, Clip.open(run.clip_folder))}
            case "internals":
                with reading_question():
                    index = read_number(question, "index")
                return self._file(token, run, lambda clip: export_internals(run, index))
            case "video":
                with reading_question():
                    model = read_text(question, "name")
                return self._file(token, run, lambda clip: export_overlay(run, clip, model))
            case "export":
                with reading_question():
                    kind = read_text(question, "kind")
                return self._file(token, run, lambda clip: export(kind, run, clip))
            case _:
                raise ValueError(text.INCOMPLETE)

    def _file(self, token: str, run: Run, write: Callable[[Clip], Path]) -> dict[str, Any]:
        """Let a file of a run be written; return its address. Raise ValueError if the disk is full."""
        session = self.runs.sessions.open(token)
        with session.at_work():
            session.store.make_room(session, [run.folder])
            return {"path": address_of(write(Clip.open(run.clip_folder)))}


def most_uncertain(run: Run) -> UncertainPlace:
    """Find the frame and object where a model is least decided, away from marked frames.

    Masks alone do not tell that: of other programs' results it is the worst frame.
    """
    marked, found = run.marked_masks(), UncertainPlace()
    most = -1.0
    for index, stats in enumerate(run.frame_stats()):
        if any(abs(index - other) < NEAR for other in marked):
            continue
        for target in run.objects:
            doubts = [stats.of(name, target).uncertainty for name in stats.models]
            doubt = max((doubt for doubt in doubts if doubt is not None), default=-1.0)
            if doubt > most:
                most, found = doubt, UncertainPlace(index, target)
    return UncertainPlace(run.opens_at) if found.frame is None else found
