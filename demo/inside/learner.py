"""The few-shot learner at work: each step of a fit in numbers and pictures (eq. 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from demo import text
from demo.browser_pictures import clear_address, jpeg_address, png_address
from demo.clips.clip import Clip
from demo.inside import learner_pictures, pictures
from demo.inside.diagram import Absence
from demo.inside.learner_pictures import FILTERS
from demo.inside.pca_colours import Colours, colours_of
from demo.inside.questions import Place
from demo.inside.recorded import Recorded
from demo.json_values import read_number, to_number, to_real
from demo.runs.compare import Progress
from demo.runs.fit_replay import FitChanges, FitQuestion, FitReplay, FitStep, TriedOut
from demo.runs.fit_replays import FitReplays
from demo.runs.job import Place as JobPlace
from demo.runs.questions import reading_question
from demo.runs.run import Run
from llb.evaluation.metrics import region_similarity
from llb.types import SearchRegion

WIDTH = 320  # pixels of a picture of the search region
MOST_FRAMES = 100  # of a memory


@dataclass(frozen=True)
class LearnerQuestion:
    """The fit whose τ is used at a place, with some changes; `channel` is the one of E2 whose filters are shown.

    Without a channel it is the one whose filters are largest.
    """

    place: Place
    changes: FitChanges = FitChanges()
    channel: int | None = None

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> LearnerQuestion:
        """Read the keys of `Place`, and `steps`, `reg`, `without`, `from_zero` and `channel`, which may lack."""
        steps, reg, left_out = entries.get("steps"), entries.get("reg"), entries.get("without", [])
        if not isinstance(left_out, list):
            raise TypeError("a list of frames")
        changes = FitChanges(
            None if steps is None else to_number(steps, "steps"),
            None if reg is None else to_real(reg, "reg"),
            frozenset(to_number(frame, "a frame") for frame in left_out[:MOST_FRAMES]),
            entries.get("from_zero") is True,
        )
        return cls(Place.from_json(entries), changes, read_channel(entries))


def read_channel(entries: Mapping[str, Any]) -> int | None:
    """Read the key `channel`, which may lack."""
    return None if entries.get("channel") is None else read_number(entries, "channel")


@dataclass(frozen=True)
class LearnerStep:
    """τ after some steps: the loss and its two terms, and pictures as data addresses.

    `tau` shows filters, `fitted` τ * X of the newest frame in the memory; `induced` (E2*) and `mask` are of the frame
    on which τ is tried out, with the mask's IoU with the run's own; empty and None where there is none.
    """

    loss: float
    misfit: float
    penalty: float
    tau: str
    fitted: str
    induced: str = ""
    mask: str = ""
    iou: float | None = None


@dataclass(frozen=True)
class LearnerSample:
    """A frame in the memory, its temporal weight, and whether it counts in this fit."""

    frame: int
    weight: float
    counts: bool


@dataclass(frozen=True)
class LearnerAnswer:
    """A fit, step by step.

    Attributes:
        frame: at which it was done.
        newest: the frame of the memory that came last.
        shown: the frame on which τ is tried out; None if there is none.
        reg: λ.
        count: of the residuals.
        channel: the one of E2 whose filters are shown.
        channels: how many there are.
        features: channels of X: so many filters has each channel of E2.
        filters: how many of them are shown: the largest.
        limit: the end of the filters' colours, which go from -limit to limit.
        label: E2 of the newest frame, a picture.
        region: the search region of the frame on which τ is tried out, with the outline of the run's own mask.
        samples: the memory.
        steps: from before the first one on.
        losses: those of the run's own fit.
    """

    frame: int
    newest: int
    shown: int | None
    reg: float
    count: int
    channel: int
    channels: int
    features: int
    filters: int
    limit: float
    label: str
    region: str
    samples: Sequence[LearnerSample]
    steps: Sequence[LearnerStep]
    losses: Sequence[float]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        return asdict(self)


def learner(run: Run, clip: Clip, question: LearnerQuestion, fits: FitReplays, visitor: str) -> LearnerAnswer | Absence:
    """Return a fit step by step, or why it is not there (yet).

    Raises:
        ValueError: the run has no such place, the fit cannot be repeated, or E2 has no such channel.
    """
    replay = replay_of(run, question.place, question.changes, fits, visitor)
    if isinstance(replay, Absence):
        return replay
    return _Painter(run, clip, question.place, replay).answer(question.channel)


def replay_of(run: Run, place: Place, changes: FitChanges, fits: FitReplays, visitor: str) -> FitReplay | Absence:
    """Return the fit whose τ is used at a place, or why it is not there (yet); raise ValueError as `learner` does."""
    recorded = Recorded.find(run, place)
    if isinstance(recorded, Absence):
        return recorded
    if run.inside_missing:
        return Absence("pending", text.INSIDE_PENDING)
    kept = recorded.place
    found = fits.ask(run, visitor, FitQuestion(kept.model, kept.target, kept.frame, changes))
    return found if isinstance(found, FitReplay) else _waiting(found)


def check_channel(channel: int, channels: int) -> int:
    """Return the channel; raise ValueError if there is none of this number."""
    if not 0 <= channel < channels:
        raise ValueError(f"There is no channel {channel}: choose 0 to {channels - 1}.")
    return channel


def _waiting(place: JobPlace[Progress | None]) -> Absence:
    """Say where a fit stands in the queue."""
    return Absence("waiting", text.fit_waits(place.position - 1) if place.position > 1 else text.FIT_AT_WORK)


@dataclass(frozen=True)
class _Painter:
    """Puts a fit into pictures."""

    run: Run
    clip: Clip
    place: Place
    replay: FitReplay

    def answer(self, channel: int | None) -> LearnerAnswer:
        replay, tau = self.replay, self.replay.tau.astype(np.float32)
        strongest = int(np.square(tau).sum((1, 2, 3)).argmax())
        channel = strongest if channel is None else check_channel(channel, len(tau))
        order = np.argsort(-np.square(tau[channel]).sum((1, 2)), kind="stable")[:FILTERS]
        limit = max(float(np.abs(tau[channel, order]).max()), 1e-9)
        colours, region = colours_of(self.run), self._region()
        newest = self.run.traces(self.place.model).read(replay.newest, self.place.target)
        assert newest is not None, "it was fitted to"
        return LearnerAnswer(
            replay.frame,
            replay.newest,
            replay.shown,
            replay.reg,
            replay.count,
            channel,
            len(tau),
            tau.shape[1],
            len(order),
            limit,
            self._painted(colours, "label", newest.features["label"]),
            "" if region is None else self._tried_on(region),
            [
                LearnerSample(frame, weight, weight > 0)
                for frame, weight in zip(replay.memory, replay.weights, strict=True)
            ],
            [
                self._step(step, learner_pictures.filters(step.tau[channel, order], limit), colours, region)
                for step in replay.steps
            ],
            replay.losses,
        )

    def _step(self, step: FitStep, filters: str, colours: Colours | None, region: SearchRegion | None) -> LearnerStep:
        fitted = self._painted(colours, "label", step.fitted)
        numbers = (step.loss, step.misfit, step.penalty)
        if step.tried_out is None or region is None or self.replay.shown is None:
            return LearnerStep(*numbers, filters, fitted)
        induced = self._painted(colours, "induced", step.tried_out.induced)
        mask = clear_address(learner_pictures.laid_over(step.tried_out.mask, region, WIDTH))
        return LearnerStep(*numbers, filters, fitted, induced, mask, self._iou(step.tried_out, self.replay.shown))

    def _iou(self, tried: TriedOut, frame: int) -> float:
        return region_similarity(tried.mask, self.run.labels(self.place.model, frame) == self.place.target)

    def _region(self) -> SearchRegion | None:
        """Return the search region of the frame on which τ is tried out."""
        if self.replay.shown is None:
            return None
        trace = self.run.traces(self.place.model).read(self.replay.shown, self.place.target)
        return trace.region if trace else None

    def _tried_on(self, region: SearchRegion) -> str:
        assert self.replay.shown is not None, "it has a region"
        picture = pictures.region_picture(self.clip.frame(self.replay.shown), region, WIDTH)
        own = self.run.labels(self.place.model, self.replay.shown) == self.place.target
        return jpeg_address(learner_pictures.outlined(picture, own, region))

    def _painted(self, colours: Colours | None, feature: str, values: Float[np.ndarray, "d h w"]) -> str:
        if colours and colours.can_paint(self.place.model, feature):
            return png_address(colours.paint(self.place.model, feature, values))
        return png_address(learner_pictures.brightness(values))
