"""Run models on one clip, frame by frame in step, writing everything to disk as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from demo.clips.clip import Clip
from demo.inside.pca_colours import fit_colours
from demo.models.provider import ModelProvider, Segmenter
from demo.runs.frame_stats import Figures, figures, mean_overlap
from demo.runs.passes import Pass, Visit
from demo.runs.run import Run
from llb.inference.side_by_side import run_side_by_side
from llb.types import FrameResult, Labels, Mask, Rgb, TraceRequest


@dataclass(frozen=True)
class Progress:
    """One model has finished one frame. `seconds_left` is an estimate."""

    variant: str
    frame: int
    seconds_left: float
    run: Run


def work(run: Run, models: ModelProvider, stop: Path) -> Iterator[Progress]:
    """Do a run: `compare` its models until the clip ends or the file `stop` appears.

    Nothing but paths and numbers goes in and comes out, so that it may run in another process (`demo.models.zerogpu`).
    """

    def segmenters() -> Mapping[str, Segmenter]:
        return models.segmenters([record.name for record in run.variants], run.settings)

    yield from compare(run, Clip.open(run.clip_folder), segmenters, stop.exists)


def compare(
    run: Run, clip: Clip, segmenters: Callable[[], Mapping[str, Segmenter]], should_stop: Callable[[], bool]
) -> Iterator[Progress]:
    """Do every pass of a run with fresh segmenters, one frame at a time each, and yield after every finished frame.

    The run on disk is complete up to the last yield. When `should_stop` turns true, the run ends after the current
    frame and counts as stopped; so does one that an error ends.
    """
    work = Comparison(run.save(state="running"), clip)
    try:
        for part in run.passes(len(clip)):
            yield from work.sweep(part, segmenters(), should_stop)
    finally:
        work.finish()


@dataclass(frozen=True)
class FrameTask:
    """A frame on its way through all models; `written` is the frame that was done before it."""

    visit: Visit
    frame: Rgb
    given: Mapping[int, Mask]
    request: TraceRequest | None
    part: Pass
    written: int | None


@dataclass
class Comparison:
    """A run at work: its series of figures, the frames that are done, and how long they took."""

    run: Run
    clip: Clip
    series: list[Figures] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    overlaps: dict[str, dict[int, float]] = field(default_factory=dict)
    steps: int = 0
    rewritten: bool = False  # whether an earlier frame's figures changed
    complete: bool = True

    def __post_init__(self) -> None:
        self.given = self.run.given()
        self.series = self.run.figures()
        self.seconds = {record.name: [] for record in self.run.variants}
        self.overlaps = {name: {} for name in self.seconds}
        for index, found in enumerate(self.series):
            self._note_overlaps(index, found)
        self.total = sum(len(part.visits) for part in self.run.passes(len(self.clip))) * len(self.run.variants)
        self.begun = time.perf_counter()
        for index in range(len(self.series), min(self.given)):  # frames before the first mark: nothing is there yet
            for name in self.seconds:
                self.run.save_labels(name, index, np.zeros((self.clip.height, self.clip.width), np.uint8))
            self._note(index, {name: {"seconds": None, "objects": {}} for name in self.seconds})

    def sweep(
        self, part: Pass, segmenters: Mapping[str, Segmenter], should_stop: Callable[[], bool]
    ) -> Iterator[Progress]:
        """Visit the frames of a pass one by one, with all models side by side."""
        guides = {name: _Guide(segmenter, part) for name, segmenter in segmenters.items()}
        first = next(iter(guides))
        written: int | None = None
        for number, visit in enumerate(part.visits):
            if number > 0 and should_stop():
                self.complete = False
                return
            frame, given = self.clip.frame(visit.index), self._marked(visit.index, part)
            alone = self.run.every > 1  # a frame whose inside is kept then needs all keys of its own
            request = None if visit.known else TraceRequest(keys=True, all_keys=alone or written is None)
            results: dict[str, FrameResult] = {}
            work = partial(self._do, guides, FrameTask(visit, frame, given, request, part, written))
            ahead = not visit.known and guides[first].look(frame, given)
            for name, result in run_side_by_side(guides, work, ahead):
                if not visit.known:
                    results[name] = result
                    self.seconds[name] += [result.seconds] * (set(given) != set(part.objects))
                    if len(results) == len(guides):
                        self._note(visit.index, self._figures(visit.index, results))
                    self._count(name, visit.index)
                self.steps += 1
                left = (time.perf_counter() - self.begun) / self.steps * (self.total - self.steps)
                yield Progress(name, visit.index, left, self.run)
            written = written if visit.known else visit.index

    def finish(self) -> None:
        """Close the run: write what changed, fit the colours of the features to all models together."""
        if self.rewritten:
            self.run.save_figures(self.series)
        for record in self.run.variants:
            self._count(record.name, record.frames - 1)
        done = self.complete and self.run.frames == len(self.clip)
        finish(self.run, "done" if done else "stopped")

    def _do(self, guides: Mapping[str, _Guide], task: FrameTask, name: str) -> FrameResult:
        """Take one model through a frame and write what it found."""
        index = task.visit.index
        known = self.run.labels(name, index) if task.visit.known else None
        result = guides[name].visit(task.visit, task.frame, task.given, known, task.request)
        return result if task.visit.known else self._keep(name, index, result, task.part, task.written)

    def _marked(self, index: int, part: Pass) -> dict[int, Mask]:
        labels = self.given.get(index)
        found = {} if labels is None else {target: labels == target for target in part.objects}
        return {target: mask for target, mask in found.items() if mask.any()}

    def _keep(self, name: str, index: int, result: FrameResult, part: Pass, previous: int | None) -> FrameResult:
        """Write a frame's labels, laid over what the run has of other objects, and its traces."""
        labels = result.labels
        if set(part.objects) != set(self.run.objects) and index < len(self.series):
            labels = self.run.labels(name, index)
            labels[np.isin(labels, part.objects)] = 0
            labels = np.where(result.labels > 0, result.labels, labels)
        self.run.save_labels(name, index, labels)
        self.run.save_traces(name, index, result.traces, None if self.run.every > 1 else previous)
        return replace(result, labels=labels)

    def _figures(self, index: int, results: Mapping[str, FrameResult]) -> Figures:
        before = self.series[index] if index < len(self.series) else {}
        return figures(results, self.clip.truth(index), frozenset(np.unique(self.given.get(index, 0)).tolist()), before)

    def _note(self, index: int, found: Figures) -> None:
        if index == len(self.series):
            self.series.append(found)
            self.run.add_figures(found)
        else:
            self.series[index] = found
            self.rewritten = True
        self._note_overlaps(index, found)

    def _note_overlaps(self, index: int, found: Figures) -> None:
        for name, overlaps in self.overlaps.items():
            mean = mean_overlap(found[name])
            overlaps.pop(index, None)
            if mean is not None:
                overlaps[index] = mean

    def _count(self, name: str, index: int) -> None:
        """Bring a model's record up to date."""
        seconds, overlaps = self.seconds[name], self.overlaps[name]
        records = [
            replace(
                record,
                frames=max(record.frames, index + 1),
                seconds_per_frame=float(np.mean(seconds)) if seconds else record.seconds_per_frame,
                overlap=float(np.mean(list(overlaps.values()))) if overlaps else None,
            )
            if record.name == name
            else record
            for record in self.run.variants
        ]
        self.run = replace(self.run, variants=tuple(records))


class _Guide:
    """Leads one segmenter through a pass: what it is given where, and which frame of the clip it means."""

    def __init__(self, segmenter: Segmenter, part: Pass) -> None:
        self._segmenter = segmenter
        self._order = tuple(visit.index for visit in part.visits)
        self._present: set[int] = set()

    def look(self, frame: Rgb, given: Mapping[int, Mask]) -> bool:
        """Let the segmenter read a frame ahead of its visit; tell whether it did: not where a mask is given."""
        if given or not self._present:
            return False
        self._segmenter.read_ahead(frame)
        return True

    def visit(
        self,
        visit: Visit,
        frame: Rgb,
        given: Mapping[int, Mask],
        known: Labels | None,
        request: TraceRequest | None,
    ) -> FrameResult:
        if not self._present:
            result = self._segmenter.start(frame, given, trace=request)
        else:
            for target, mask in given.items():
                tell = self._segmenter.correct if target in self._present else self._segmenter.add_target
                tell(target, mask)
            if known is None:
                result = self._segmenter.step(frame, trace=request)
            else:
                result = self._segmenter.observe(frame, {target: known == target for target in self._present})
        self._present |= set(given)
        traces = tuple(
            replace(trace, memory_frames=tuple(self._order[frame] for frame in trace.memory_frames))
            for trace in result.traces
        )
        return replace(result, index=visit.index, traces=traces)


def finish(run: Run, state: str) -> Run:
    """Close a run: fit the colours of the features to all its models together and write its facts."""
    colours = run.colours or (fit_colours(run).to_json() if run.frames else {})
    return run.save(state=state, colours=colours)
