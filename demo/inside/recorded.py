"""What a run has stored of a place: the one way by which the views come to a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from demo.inside.answers import Fit
from demo.inside.diagram import NO_INSIDE, PENDING, Absence, not_kept
from demo.inside.questions import Place
from demo.runs.frame_stats import FrameStats
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.types import SearchRegion


@dataclass(frozen=True)
class Recorded:
    """A trace of a run; `place` is where it was stored, which in a long clip may be before the frame asked for."""

    run: Run
    place: Place
    trace: StoredTrace

    @classmethod
    def find(cls, run: Run, place: Place) -> Recorded | Absence:
        """Return what is stored of a place, or why there is nothing.

        Raises:
            ValueError: the run has no such model, object or frame.
        """
        check_place(run, place)
        traces = run.traces(place.model)
        stored = traces.stored_frame(place.frame)
        trace = traces.read(stored, place.target)
        if trace is None and run.inside_missing and _has_inside(run, place):
            return PENDING
        if traces.empty:
            return NO_INSIDE
        if trace is None or not trace.features:
            return not_kept(place.target, place.frame, nearest_kept_frame(run, place, run.frame_stats()))
        return cls(run, replace(place, frame=stored), trace)

    def past(self, frame: int | None) -> Recorded | Absence:
        """Return what is stored of a frame in the memory, or of this one; of the newest if it is neither."""
        memory, own = self.trace.memory_frames, self.place.frame
        if frame != own and frame not in memory:
            frame = max((each for each in memory if each < own), default=own)
        return self if frame == own else Recorded.find(self.run, replace(self.place, frame=frame))

    def memory_region(self, frame: int) -> SearchRegion | None:
        """Return the search region of a frame in the memory; None if it is not stored."""
        trace = self.run.traces(self.place.model).read(frame, self.place.target)
        return trace.region if trace else None

    def memory_keys(self) -> Float[np.ndarray, "t k h w"] | None:
        """Return the keys of the memory; None if a later repair has put others in their place."""
        traces, target = self.run.traces(self.place.model), self.place.target
        holder = traces.read(self.trace.keys_frame, target)
        if holder is None or holder.memory_frames != self.trace.memory_frames:
            return None
        return traces.memory_keys(self.trace.keys_frame, target)


def _has_inside(run: Run, place: Place) -> bool:
    """Tell whether the model looked inside at a place, whether or not that is stored."""
    series = run.frame_stats(place.frame)
    return bool(series) and series[0].of(place.model, place.target).cosine is not None


def nearest_kept_frame(run: Run, place: Place, series: Sequence[FrameStats], predicted: bool = False) -> int | None:
    """Return the frame nearest to a place at which something is kept of its object; None if there is none.

    `series` are the run's statistics. With `predicted` only frames count that the model segmented.
    """
    kept = []
    for index, frame in enumerate(series):
        stats = frame.of(place.model, place.target)
        if index % run.trace_stride == 0 and (stats.share if predicted else stats.cosine) is not None:
            kept.append(index)
    return min(kept, key=lambda index: abs(index - place.frame), default=None)


def place_to_show(run: Run, near: int) -> Place | None:
    """Return the place nearest to a frame at which something is kept, if possible one that a model segmented.

    None if no model has an inside.
    """
    series = run.frame_stats()[: run.frames]  # of a run at work it may be ahead
    places = [Place(record.name, target, near) for target in run.objects for record in run.variants]
    for predicted in (True, False):
        frames = [(place, nearest_kept_frame(run, place, series, predicted)) for place in places]
        found = [replace(place, frame=frame) for place, frame in frames if frame is not None]
        if found:
            return min(found, key=lambda place: abs(place.frame - near))
    return None


def check_place(run: Run, place: Place) -> None:
    """Raise ValueError if a run has no such model, object or frame."""
    run.record(place.model)
    if place.target not in run.objects:
        raise ValueError(f"This comparison has no object {place.target}: choose one that it shows.")
    if not 0 <= place.frame < run.frames:
        raise ValueError(f"This comparison has frames 0 to {run.frames - 1}: choose one of them.")


def filter_fits(run: Run, place: Place) -> list[Fit]:
    """Return every fit of the few-shot learner up to the frame of a place."""
    found = []
    for frame, stats in enumerate(run.frame_stats()[: place.frame + 1]):
        losses = stats.of(place.model, place.target).losses
        if losses:
            found.append(Fit(frame, losses))
    return found
