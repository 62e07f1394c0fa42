"""Run models on one clip, frame by frame in step, writing everything to disk as it comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.models.provider import ModelProvider, Segmenter
from demo.runs.frame_stats import FrameStats, ModelStats, measure_frame
from demo.runs.pass_segmenter import PassSegmenter, VisitInput
from demo.runs.passes import Pass, Visit
from demo.runs.run import Run, VariantRecord
from llb.inference.side_by_side import run_side_by_side
from llb.inference.threads import use_all_cores
from llb.types import FrameResult, Labels, Mask

SAVE_EVERY = 2.0  # seconds between two writes of how far a run is
SAVING = 0.05  # largest part of the time that these writes take

log = logging.getLogger(__name__)
MODEL_ERRORS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError),
    *(RuntimeError, TypeError, ValueError, cv2.error),
)


class RunFailed(ValueError):
    """A run that broke off; the sentence tells the visitor why."""


@dataclass(frozen=True)
class Progress:
    """One model has finished one frame. `seconds_left` is an estimate; `done` is the part of all visits, 0..1."""

    variant: str
    frame: int
    seconds_left: float
    run: Run
    done: float = 0.0


def execute_run(run: Run, models: ModelProvider, stop_file: Path) -> Generator[Progress, None, None]:
    """Do a run that is written down: `compare` its models until the clip ends or the file `stop_file` appears.

    Nothing but paths and numbers goes in and comes out, so that it may run in another process (`demo.runs.gpu_run`).
    """

    def segmenters() -> Mapping[str, Segmenter]:
        return models.segmenters([record.name for record in run.variants], run.settings)

    use_all_cores()
    yield from compare(run, Clip.open(run.clip_folder), segmenters, stop_file.exists)


def compare(
    run: Run, clip: Clip, segmenters: Callable[[], Mapping[str, Segmenter]], should_stop: Callable[[], bool]
) -> Iterator[Progress]:
    """Do every pass of a run with fresh segmenters, one frame at a time each, and yield after every finished frame.

    The files of every frame are on disk at its yield, and the run's facts a few seconds later (`SAVE_EVERY`). When
    `should_stop` turns true, the run ends after the current frame and counts as stopped; so does one that an error ends
    or whose caller goes no further.

    Raises:
        RunFailed: a model failed; the sentence says which.
    """
    run = run.save(state="running")
    try:
        comparison = Comparison(run, clip)
    except BaseException:
        run.save(state="stopped")
        raise
    try:
        for plan in comparison.plans:
            if not comparison.stopped:
                yield from comparison.do_pass(plan, segmenters(), should_stop)
        comparison.complete = not comparison.stopped
    finally:
        comparison.close()


@dataclass
class ModelTally:
    """What a model's record is the mean of: seconds per predicted frame, and mean J by frame.

    `cpu_share` is the part of a predicted frame's seconds in which its thread had a processor core, where known.
    """

    seconds: list[float] = field(default_factory=list)
    cpu_share: list[float] = field(default_factory=list)
    mean_j: dict[int, float] = field(default_factory=dict)

    def note_quality(self, index: int, mean_j: float | None) -> None:
        """Put a frame's mean J in the place of what was known of the frame."""
        self.mean_j.pop(index, None)
        if mean_j is not None:
            self.mean_j[index] = mean_j

    def update(self, record: VariantRecord, frames: int) -> VariantRecord:
        """Return the record of a model that has finished so many frames."""
        return replace(
            record,
            frames=max(record.frames, frames),
            seconds_per_frame=float(np.mean(self.seconds)) if self.seconds else record.seconds_per_frame,
            overlap=float(np.mean(list(self.mean_j.values()))) if self.mean_j else None,
        )


@dataclass
class Comparison:
    """A run at work: it takes the models through the passes and keeps the run on disk up to date."""

    run: Run
    clip: Clip
    marked: dict[int, Labels] = field(init=False)
    series: list[FrameStats] = field(init=False)
    tallies: dict[str, ModelTally] = field(init=False)
    plans: list[Pass] = field(init=False)
    visits: int = field(init=False)  # of all models together
    done_visits: int = 0
    begun: float = field(default_factory=time.perf_counter)
    rewritten: bool = False  # whether statistics of an earlier frame changed
    saved: float = field(default_factory=time.perf_counter)
    saving: float = 0.0  # seconds that the last write of the run's facts took
    stopped: bool = False
    complete: bool = False

    def __post_init__(self) -> None:
        self.marked = self.run.marked_masks()
        self.series = self.run.frame_stats()
        self.tallies = {record.name: ModelTally() for record in self.run.variants}
        self.plans = self.run.passes(len(self.clip))
        self.visits = sum(len(plan.visits) for plan in self.plans) * len(self.tallies)
        for index, stats in enumerate(self.series):
            self._note_quality(index, stats)
        for index in range(len(self.series), min(self.marked)):  # before the first mark nothing is there yet
            for name in self.tallies:
                self.run.save_labels(name, index, np.zeros((self.clip.height, self.clip.width), np.uint8))
            self._save_stats(index, FrameStats({name: ModelStats() for name in self.tallies}))

    def do_pass(
        self, plan: Pass, segmenters: Mapping[str, Segmenter], should_stop: Callable[[], bool]
    ) -> Iterator[Progress]:
        """Visit the frames of a pass one by one, with all models side by side."""
        models = {name: PassSegmenter(segmenter, plan) for name, segmenter in segmenters.items()}
        previous: int | None = None  # the last frame of this pass whose trace leads to the memory's keys
        for visit in plan.visits:
            if should_stop():
                self.stopped = True
                return
            yield from self._visit_frame(models, plan, visit, previous)
            if not visit.known and self.run.trace_stride == 1:  # of a long clip every stored trace has all keys itself
                previous = visit.index

    def save(self, state: str = "running") -> None:
        """Write statistics that changed and the run's facts."""
        begun = time.perf_counter()
        if self.rewritten:
            self.run.save_frame_stats(self.series)
            self.rewritten = False
        self.run = self.run.save(state=state)
        self.saved = time.perf_counter()
        self.saving = self.saved - begun

    def close(self) -> None:
        """End the run on disk, however it ended."""
        for record in self.run.variants:
            self._update_record(record.name, record.frames)
        done = self.complete and self.run.frames == len(self.clip)
        self.save("done" if done else "stopped")

    def _visit_frame(
        self, models: Mapping[str, PassSegmenter], plan: Pass, visit: Visit, previous: int | None
    ) -> Iterator[Progress]:
        """Take every model through a frame; write its statistics once the last one is done."""
        given = VisitInput(visit, self.clip.frame(visit.index), self._marked_on(visit.index, plan), previous)
        leader = next(iter(models.values()))
        ahead = not visit.known and leader.read_ahead(given.frame, given.marked)
        results: dict[str, FrameResult] = {}
        for name, result in run_side_by_side(models, partial(self._visit_model, models, given), ahead):
            if not visit.known:
                results[name] = result
                if len(results) == len(models):
                    self._save_stats(visit.index, self._measure(visit.index, results))
                    if not given.marked:  # where a mask is given, models learn the object instead of predicting it
                        self._note_time(results)
                self._update_record(name, visit.index + 1)
            self.done_visits += 1
            if time.perf_counter() - self.saved >= max(SAVE_EVERY, self.saving / SAVING):
                self.save()
            left = (time.perf_counter() - self.begun) / self.done_visits * (self.visits - self.done_visits)
            yield Progress(name, visit.index, left, self.run, self.done_visits / self.visits)

    def _visit_model(self, models: Mapping[str, PassSegmenter], given: VisitInput, name: str) -> FrameResult:
        """Take one model through a frame and write what it found; models may do so at the same time."""
        visit = given.visit
        known = self.run.labels(name, visit.index) if visit.known else None
        try:
            result = models[name].visit(given, known)
        except MODEL_ERRORS as error:
            log.exception("The model %s failed at frame %d.", name, visit.index)
            raise RunFailed(text.model_failed(self.run.record(name).title, visit.index)) from error
        if visit.known:
            return result
        labels = self._merged_labels(name, result)
        self.run.save_labels(name, visit.index, labels)
        self.run.traces(name).write(visit.index, result.traces, given.previous)
        return replace(result, labels=labels)

    def _marked_on(self, index: int, plan: Pass) -> dict[int, Mask]:
        """Return the masks of the pass's objects that are marked on a frame."""
        labels = self.marked.get(index)
        masks = {} if labels is None else {target: labels == target for target in plan.objects}
        return {target: mask for target, mask in masks.items() if mask.any()}

    def _merged_labels(self, name: str, result: FrameResult) -> Labels:
        """Return the labels that were found, laid over those that the run has of other objects.

        Where another object is as it was marked, it stays.
        """
        if set(result.targets) == set(self.run.objects) or result.index >= len(self.series):
            return result.labels
        others = self.run.labels(name, result.index)
        others[np.isin(others, result.targets)] = 0
        given = (others > 0) & (others == self.marked.get(result.index, 0))
        return np.where((result.labels > 0) & ~given, result.labels, others)

    def _measure(self, index: int, results: Mapping[str, FrameResult]) -> FrameStats:
        earlier = self.series[index] if index < len(self.series) else None
        marked = frozenset(np.unique(self.marked.get(index, 0)).tolist())
        return measure_frame(results, self.clip.truth(index), marked, earlier)

    def _save_stats(self, index: int, stats: FrameStats) -> None:
        """Append a frame's statistics to the series, or keep new ones of an earlier frame until the next `save`."""
        if index == len(self.series):
            self.series.append(stats)
            self.run.add_frame_stats(stats)
        else:
            self.series[index] = stats
            self.rewritten = True
        self._note_quality(index, stats)

    def _note_time(self, results: Mapping[str, FrameResult]) -> None:
        fair = fair_seconds(results)
        for name, result in results.items():
            self.tallies[name].seconds.append(fair[name])
            if result.cpu_seconds is not None:
                self.tallies[name].cpu_share.append(result.cpu_seconds / result.seconds)

    def _note_quality(self, index: int, stats: FrameStats) -> None:
        for name, tally in self.tallies.items():
            tally.note_quality(index, stats.models[name].mean_j)

    def _update_record(self, name: str, frames: int) -> None:
        """Bring a model's record up to date."""
        records = (
            self.tallies[name].update(record, frames) if record.name == name else record for record in self.run.variants
        )
        self.run = replace(self.run, variants=tuple(records), cpu_share=self._cpu_share())

    def _cpu_share(self) -> float | None:
        shares = [float(np.mean(tally.cpu_share)) for tally in self.tallies.values() if tally.cpu_share]
        return min(shares) if shares else self.run.cpu_share


def fair_seconds(results: Mapping[str, FrameResult]) -> dict[str, float]:
    """Return every model's seconds of a frame; features that several models use are shared out evenly among them."""
    shared = {name: result.shared_seconds for name, result in results.items() if result.shared_seconds is not None}
    each = sum(shared.values()) / max(1, len(shared))
    return {
        name: result.seconds - shared[name] + each if name in shared else result.seconds
        for name, result in results.items()
    }
