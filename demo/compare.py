"""Run variants on one clip, frame by frame in step, writing everything to disk as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from demo.clips import Clip, Labels
from demo.colours import fit_colours
from demo.models import Segmenter
from demo.store import Run, VariantRecord
from demo.visualize import Rgb
from llb.palette import overlay
from llb.types import FrameResult, TraceRequest
from llb.video_io import VideoWriter


@dataclass(frozen=True)
class Progress:
    """One variant has finished one frame. `picture` is that frame with its masks; `seconds_left` an estimate."""

    variant: str
    frame: int
    picture: Rgb
    seconds_left: float
    run: Run


class _Score:
    """Frames, time and overlap of one variant so far."""

    def __init__(self, record: VariantRecord, objects: Sequence[int]) -> None:
        self.record, self._objects = record, objects
        self._seconds: list[float] = []
        self._overlaps: list[float] = []

    def add(self, result: FrameResult, truth: Labels | None) -> None:
        """Count a frame; frame 0 is given, so it counts neither for the time nor for the overlap."""
        frames = self.record.frames + 1
        if result.index > 0:
            self._seconds.append(result.seconds)
            if truth is not None:
                self._overlaps.append(overlap(result.labels, truth, self._objects))
        seconds = float(np.mean(self._seconds)) if self._seconds else None
        mean = float(np.mean(self._overlaps)) if self._overlaps else None
        self.record = replace(self.record, frames=frames, seconds_per_frame=seconds, overlap=mean)


def overlap(labels: Labels, truth: Labels, objects: Sequence[int]) -> float:
    """Return J, intersection over union, as the mean over the objects; 1 where an object is rightly absent."""
    scores = []
    for target in objects:
        found, real = labels == target, truth == target
        union = np.count_nonzero(found | real)
        scores.append(np.count_nonzero(found & real) / union if union else 1.0)
    return float(np.mean(scores))


def compare(
    run: Run, clip: Clip, segmenters: Mapping[str, Segmenter], should_stop: Callable[[], bool]
) -> Iterator[Progress]:
    """Run all segmenters over the clip, one frame at a time each, and yield after every finished frame.

    The run on disk is complete up to the last yield; videos are closed however this ends. When `should_stop` turns
    true, the run ends after the current frame and counts as stopped; so does one that an error ends.
    """
    scores = {record.name: _Score(record, run.objects) for record in run.variants}
    begun, steps, total = time.perf_counter(), 0, len(clip) * len(segmenters)
    given = run.given()
    try:
        with _Videos(run, clip) as videos:
            for index in range(len(clip)):
                if index > 0 and should_stop():
                    break
                frame, truth = clip.frame(index), clip.truth(index)
                for name, segmenter in segmenters.items():
                    result = _advance(segmenter, frame, given, index)
                    picture = overlay(frame, result.labels)
                    run.save_frame(name, index, result.labels, result.traces)
                    videos.write(name, picture, clip.times[index] - clip.times[0])
                    scores[name].add(result, truth)
                    run = replace(run, variants=tuple(score.record for score in scores.values()))
                    steps += 1
                    left = (time.perf_counter() - begun) / steps * (total - steps)
                    yield Progress(name, index, picture, left, run)
    finally:
        finish(run, "done" if run.frames == len(clip) else "stopped")


class _Videos:
    """The overlay videos of a run, each begun with its first frame; close them to make them playable."""

    def __init__(self, run: Run, clip: Clip) -> None:
        self._run, self._clip = run, clip
        self._writers: dict[str, VideoWriter] = {}

    def write(self, name: str, picture: Rgb, seconds: float) -> None:
        """Append a frame to a variant's video."""
        if name not in self._writers:
            size = (self._clip.height, self._clip.width)
            self._writers[name] = VideoWriter(self._run.video(name), size, self._clip.fps)
        self._writers[name].write(picture, seconds)

    def __enter__(self) -> _Videos:
        return self

    def __exit__(self, *reason: object) -> None:
        for writer in self._writers.values():
            writer.close()


def finish(run: Run, state: str) -> Run:
    """Close a run: fit the colours of E1 and E2 to all its variants together and write its facts."""
    return run.save(state=state, colours=fit_colours(run).to_json() if run.frames else {})


def _advance(segmenter: Segmenter, frame: Rgb, given: Labels, index: int) -> FrameResult:
    if index:
        return segmenter.step(frame, trace=TraceRequest())
    masks = {int(target): given == target for target in np.unique(given) if target}
    return segmenter.start(frame, masks, trace=TraceRequest())
