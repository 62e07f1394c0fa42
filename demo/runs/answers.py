"""Answers to questions that were asked before: from the cache of finished runs, or from what is shipped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.models.provider import ModelProvider
from demo.models.settings import Settings, split_entry
from demo.runs.frame_stats import FrameStats, ModelStats
from demo.runs.ready_file import Column, ReadyFile, stamp_of
from demo.runs.run import Run, VariantRecord
from demo.runs.run_cache import RunCache, give_inside
from demo.runs.run_key import make_key
from demo.runs.run_setup import RunRequest, checked_variants, start_run
from llb.evaluation.metrics import region_similarity
from llb.io.label_png import encode_labels

ENDED = ("done", "stopped")


def nothing(request: RunRequest) -> float | None:
    """Compute nothing."""
    return None


@dataclass
class Answers:
    """Finds finished runs.

    Attributes:
        cache: of the runs that this server, or one before it, has computed.
        models: those with which an example's inside is computed in the background, in the precision of what is shipped.
        shelf: the examples.
        compute: begins to compute a run in the background, and tells how far it is, 0..1.
    """

    cache: RunCache
    models: ModelProvider
    shelf: ExampleShelf
    compute: Callable[[RunRequest], float | None] = nothing
    _fresh: dict[str, bool] = field(default_factory=dict)  # by example: whether what is shipped is of today's code
    _unpacking: threading.Lock = field(default_factory=threading.Lock)

    def find(self, request: RunRequest, key: str = "") -> Run | None:
        """Return a finished run of a question, if there is one; `key` is the run's with this server's own precision.

        What is shipped is in fp32 and may lack the inside of most frames (`Run.inside_missing`).
        """
        return (self.cache.find(key) if key else None) or self._shipped(request)

    def complete(self, run: Run) -> Run:
        """Give a run the inside that it lacks, if that is there by now; else see to it that it is computed."""
        if not run.inside_missing or run.state not in ENDED:
            return run
        entry = self.cache.find(run.key or run.inside_key)
        if entry is not None and not entry.inside_missing:
            return give_inside(entry, run)
        if entry is None and not run.key:  # what was asked is not known any more
            return run.save(inside_missing=False)
        asked = entry or run  # a repair has other marks
        entries = [record.name for record in asked.variants]
        self.compute(RunRequest(Clip.open(run.clip_folder), asked.marked_masks(), entries, asked.settings))
        return run

    def has_shipped(self, request: RunRequest) -> bool:
        """Tell whether a question's answer is shipped: an example with its own first masks and the paper's settings."""
        folder = request.clip.folder
        if folder.parent != self.shelf.root or folder.name not in self.shelf.names():
            return False
        if request.settings != Settings() or not _is_truth(request) or not self._is_fresh(folder.name):
            return False
        return ReadyFile.of(folder.name).has(entry.name for entry in self._records(request))

    def _shipped(self, request: RunRequest) -> Run | None:
        """Return what is shipped as an entry of the cache; it is put together when it is first asked for."""
        if not self.has_shipped(request):
            return None
        records = self._records(request)
        key = make_key(request.clip, request.marked, records, request.settings)
        with self._unpacking:
            found = self.cache.find(key)
            if found is None:
                run = start_run(request, self.models, self.cache.new_folder)
                columns = ReadyFile.of(request.clip.folder.name).columns(record.name for record in records)
                found = self.cache.keep(replace(_put_together(run, columns), key=key))
            return found

    def _records(self, request: RunRequest) -> tuple[VariantRecord, ...]:
        return checked_variants(request.entries, request.settings, self.models)

    def _is_fresh(self, example: str) -> bool:
        """Tell whether an example's file was made with the clip, the weights and the engine that are here."""
        if example not in self._fresh:
            self._fresh[example] = is_fresh(example, self.models)
        return self._fresh[example]


def is_fresh(example: str, models: ModelProvider) -> bool:
    """Tell whether what is shipped of an example was computed with today's clip, weights and engine."""
    file = ReadyFile.of(example)
    if not file.path.exists():
        return False
    known = {choice.name for choice in models.choices()}
    entries = list(file.weights())
    if not {split_entry(entry)[0] for entry in entries} <= known:
        return False
    return file.holds(stamp_of(example, weights_of(entries, models)))


def weights_of(entries: Sequence[str], models: ModelProvider) -> dict[str, str]:
    """Return the sha256 of each entry's weights."""
    return {entry: models.facts(split_entry(entry)[0]).weights_sha256 for entry in entries}


def _is_truth(request: RunRequest) -> bool:
    """Tell whether the exact mask of the first frame is all that is marked."""
    truth = request.clip.truth(0)
    return set(request.marked) == {0} and truth is not None and np.array_equal(request.marked[0], truth)


def _put_together(run: Run, columns: Sequence[Column]) -> Run:
    """Write what is shipped as the files of a run that is written down."""
    for column in columns:
        _write_labels(run, column)
        for index, trace in column.traces.items():
            path = run.traces(column.entry).path(index)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(trace)
    length = len(columns[0].labels)
    series = [FrameStats({c.entry: _with_agreement(c, index, columns) for c in columns}) for index in range(length)]
    run.save_frame_stats(series)
    records = []
    for record in run.variants:
        scores = [stats.models[record.name].mean_j for stats in series]
        known = [score for score in scores if score is not None]
        records.append(replace(record, frames=length, overlap=float(np.mean(known)) if known else None))
    missing = any(stats.cosine is not None for column in columns for stats in column.stats[0].objects.values())
    return run.save(state="done", variants=tuple(records), inside_missing=missing)


def _write_labels(run: Run, column: Column) -> None:
    folder: Path = run.labels_file(column.entry, 0).parent
    folder.mkdir(parents=True)
    for index, labels in enumerate(column.labels):
        (folder / f"{index:05d}.png").write_bytes(encode_labels(labels))


def _with_agreement(column: Column, index: int, columns: Sequence[Column]) -> ModelStats:
    """Return a model's statistics of a frame, with the mean IoU with the other models' masks."""
    stats = column.stats[index]
    others = [other.labels[index] for other in columns if other is not column]
    if not others:
        return stats

    def agreement(target: int) -> float:
        mask = column.labels[index] == target
        return float(np.mean([region_similarity(mask, labels == target) for labels in others]))

    return replace(stats, objects={t: replace(known, agreement=agreement(t)) for t, known in stats.objects.items()})
