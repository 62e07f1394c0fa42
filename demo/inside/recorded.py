"""What a run has stored of a place: the one way by which the views come to a trace."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo.inside.answers import Fit
from demo.inside.questions import Place
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace


@dataclass(frozen=True)
class Recorded:
    """A trace of a run; `place` is where it was stored, which in a long clip may be before the frame asked for."""

    run: Run
    place: Place
    trace: StoredTrace

    @classmethod
    def find(cls, run: Run, place: Place) -> Recorded | None:
        """Return what is stored of a place; None if the model keeps nothing to look into.

        Raises:
            ValueError: the run has no such model, object or frame, or the model nothing of the object there.
        """
        check_place(run, place)
        traces = run.traces(place.model)
        if traces.empty:
            return None
        return cls.at(run, replace(place, frame=traces.stored_frame(place.frame)))

    @classmethod
    def at(cls, run: Run, place: Place) -> Recorded:
        """Return what is stored of exactly this place; raise ValueError if it is nothing."""
        trace = run.traces(place.model).read(place.frame, place.target)
        if trace is None:
            raise ValueError("This model has nothing to show for this object at this frame: choose another frame.")
        return cls(run, place, trace)

    def in_memory(self, frame: int) -> Recorded:
        """Return what is stored of the same object at a frame in its memory."""
        return self.at(self.run, replace(self.place, frame=frame))


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
