"""What ``llb view`` shows: results of other programs on a clip or a data set, sequence by sequence."""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from demo.clips.clip import Clip
from demo.clips.sequence_clip import import_sequence
from demo.clips.upload import Limits
from demo.masks.chosen_clip import choose_clip, chosen_clip
from demo.runs.imported_results import ImportRequest, Tell, import_results
from demo.runs.run import Run
from demo.runs.session import Session
from llb.evaluation.result_set import ResultSet, SequenceRow, has_truth, worst_first
from llb.evaluation.sequence import DataSequence
from llb.io.video_reader import probe


@dataclass(frozen=True)
class SequenceTable:
    """The value of the table of sequences.

    Attributes:
        titles: of the results.
        rows: those that are scored, the worst first, then the others in the data set's order.
        done: how many are scored.
        total: sequences in all.
        opened: the sequence that is on show; empty without one.
    """

    titles: tuple[str, ...]
    rows: tuple[SequenceRow, ...]
    done: int
    total: int
    opened: str

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON; a score has its mean, too."""

        def row(each: SequenceRow) -> dict[str, Any]:
            scores = [score and {**asdict(score), "mean": score.mean} for score in each.scores]
            return {"name": each.name, "scores": scores, "troubles": each.troubles}

        return {**asdict(self), "rows": [row(each) for each in self.rows]}


class ViewedResults:
    """Scores all sequences in the background, and opens one in a visitor's session when it is asked for."""

    def __init__(self, results: ResultSet, limits: Limits | None = None) -> None:
        self.results, self._limits = results, limits or Limits()
        self._rows: dict[str, SequenceRow] = {}
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to score the sequences."""
        threading.Thread(target=self._score_all, name="scores of results", daemon=True).start()

    def close(self) -> None:
        """Score no further sequence."""
        self._ended.set()

    @property
    def complete(self) -> bool:
        """Whether all sequences are scored."""
        return len(self._rows) == len(self.results.dataset.sequences)

    def table(self, session: Session) -> SequenceTable:
        """Return the table as far as it is known."""
        scored = dict(self._rows)
        names = [sequence.name for sequence in self.results.dataset.sequences]
        unknown = (None,) * len(self.results.results)
        rest = [SequenceRow(name, unknown) for name in names if name not in scored]
        rows = (*worst_first([scored[name] for name in names if name in scored]), *rest)
        titles = tuple(result.title for result in self.results.results)
        return SequenceTable(titles, rows, len(scored), len(names), self._opened(session))

    def open_first(self, session: Session) -> None:
        """Open the worst sequence that is known by now, unless the session has one open.

        One that cannot be opened is left to the table, which says why.
        """
        if not self._opened(session):
            with suppress(ValueError):
                self.open(session, self.table(session).rows[0].name)

    def open(self, session: Session, name: str, tell: Tell = lambda done, of: None) -> Run:
        """Let a sequence be the session's clip, with the results as its newest run; `tell` as in `import_results`.

        The one that is on show stays as it is.

        Raises:
            ValueError: there is no such sequence, the results do not match it, or a clip is being read.
        """
        try:
            return self._on_show(session, name) or self._open(session, self.results.sequence(name), tell)
        except ValueError as error:
            raise ValueError(self.results.without_folders(str(error))) from error

    def _open(self, session: Session, sequence: DataSequence, tell: Tell) -> Run:
        masks = self.results.masks(sequence)
        info = probe(sequence.images)
        with session.store.at_work.reading(session.token):
            needed = [run.clip_folder for run in session.runs()]
            folder = session.new_folder("clip", needed)
            try:
                clip = import_sequence(sequence, folder, self._limits, tell)
                truth = sequence if has_truth(sequence) else None
                sizes = ((info.height, info.width), info.stored)
                run = import_results(
                    ImportRequest(clip, masks, truth, sizes), lambda: session.new_folder("run", [folder]), tell
                )
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            choose_clip(session, clip)
            return run

    def _on_show(self, session: Session, name: str) -> Run | None:
        """Return the newest run of a sequence that is the session's clip."""
        if self._opened(session) != name:
            return None
        clip = chosen_clip(session).folder
        return next((run for run in reversed(session.runs()) if run.clip_folder == clip), None)

    def _opened(self, session: Session) -> str:
        """Return the sequence that is the session's clip."""
        names = {sequence.name for sequence in self.results.dataset.sequences}
        with suppress(ValueError):
            clip: Clip = chosen_clip(session)
            return clip.title if clip.title in names and clip.folder.parent == session.folder else ""
        return ""

    def _score_all(self) -> None:
        for sequence in self.results.dataset.sequences:
            if self._ended.is_set():
                return
            self._rows[sequence.name] = self.results.row(sequence)
