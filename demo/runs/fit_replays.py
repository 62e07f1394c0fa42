"""Fits that visitors want to see step by step: each is one job in the queue of runs, and is kept for whoever asks next.

The reading side holds no model: it asks here, and gets what was computed, or where the job stands.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial

from demo import text
from demo.clips.clip import Clip
from demo.models.provider import ModelProvider
from demo.models.settings import split_entry
from demo.runs.compare import Progress
from demo.runs.fit_repeat import FitRepeater, Tau
from demo.runs.fit_replay import FitQuestion, FitReplay
from demo.runs.job import Job, Place
from demo.runs.queue import RunQueue
from demo.runs.recent import Recent
from demo.runs.run import Run
from demo.runs.stored_target import FeatureKey, Features, NotRepeatable, StoredTarget
from llb.inference.threads import use_all_cores
from llb.model.network import LLB

SECONDS = 1.0  # that a fit takes, estimated
PATIENCE = 1.0  # seconds for which an answer is awaited: most come at once
MOST_REPLAYS = 16  # of a few megabytes each


@dataclass
class FitReplays:
    """Repeats fits of the few-shot learner on demand.

    Attributes:
        queue: of the runs, in which visitors take turns.
        providers: of the models; a run's network is of the first that computes in the run's precision.
    """

    queue: RunQueue[Progress | None]
    providers: tuple[ModelProvider, ...]
    _found: Recent[str, FitReplay | NotRepeatable] = field(default_factory=lambda: Recent(MOST_REPLAYS), init=False)
    _features: Recent[FeatureKey, Features] = field(default_factory=lambda: Recent(64), init=False)
    _taus: Recent[FeatureKey, Tau] = field(default_factory=lambda: Recent(64), init=False)

    def ask(self, run: Run, visitor: str, question: FitQuestion) -> FitReplay | Place[Progress | None]:
        """Return a fit step by step; where it is still to be computed, where it stands in the queue.

        Raises:
            ValueError: it cannot be repeated, or too many jobs wait.
        """
        key = f"fit {run.key or run.folder} {question}"
        found = self._look(key)
        if found is None:
            place = self.queue.place(key)
            if place is None or place.ended:
                work = partial(self._work, key, run, question)
                self.queue.submit(Job(key, visitor, SECONDS, work, explain=_explain))
            self.queue.wait(key, PATIENCE)
            found = self._look(key)
        if found is not None:
            return found
        place = self.queue.place(key)
        assert place is not None, "it was submitted"
        if place.ended:
            raise ValueError(place.reason or text.FIT_FAILED)
        return place

    def _look(self, key: str) -> FitReplay | None:
        """Return what was computed; raise ValueError if it turned out that it cannot be."""
        found = self._found.get(key)
        if isinstance(found, NotRepeatable):
            raise found
        return found

    def _work(self, key: str, run: Run, question: FitQuestion) -> Generator[None, None, None]:
        use_all_cores()
        network = self._network(run, question.model)
        if network is None:
            self._found.keep(key, NotRepeatable(text.NO_LEARNER))
            return
        clip = Clip.open(run.clip_folder)
        stored = StoredTarget(run, clip, network, question.model, question.target, self._features)
        try:
            found = yield from FitRepeater(stored, self._taus).repeat(question.frame, question.changes)
        except NotRepeatable as error:
            self._found.keep(key, error)
        else:
            self._found.keep(key, found)

    def _network(self, run: Run, entry: str) -> LLB | None:
        """Return the network that an entry of a run was computed with, if possible in the same precision."""
        model, precision = split_entry(entry)[0], run.record(entry).precision
        alike = [each for each in self.providers if each.facts(model).precision == precision]
        return (*alike, *self.providers)[0].network(entry)


def _explain(error: Exception) -> str:
    """Return the visitor's sentence for an error that ended the work; what it was is in the log."""
    return text.FIT_FAILED
