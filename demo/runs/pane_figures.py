"""Figures of labels alone, whoever made them: J and F as `llb score` has them, areas, and agreement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from demo import result_text
from demo.runs.frame_stats import FrameStats, ModelStats, ObjectStats
from llb.evaluation.evaluate import Scorer
from llb.evaluation.metrics import Score, region_similarity
from llb.evaluation.result import SequenceScore
from llb.evaluation.sequence import DataSequence
from llb.types import VOID, Labels


@dataclass(frozen=True)
class FrameFigures:
    """What is measured of a frame at once: by pane and object its area in pixels, and IoU with the other panes."""

    areas: Mapping[str, Mapping[int, int]]
    agreements: Mapping[str, Mapping[int, float]]

    @classmethod
    def of(cls, labels: Mapping[str, Labels]) -> FrameFigures:
        """Measure the panes that have labels here, all of one size."""
        counts = {name: np.bincount(found.ravel(), minlength=VOID + 1) for name, found in labels.items()}
        areas = {name: {int(t): int(count[t]) for t in np.flatnonzero(count[1:]) + 1} for name, count in counts.items()}
        targets = sorted(set().union(*areas.values()))
        agreements: dict[str, dict[int, float]] = {name: {} for name in labels}
        for target in targets if len(labels) > 1 else ():
            masks = {name: found == target for name, found in labels.items()}
            for name, mask in masks.items():
                others = [region_similarity(mask, masks[other]) for other in masks if other != name]
                agreements[name][target] = float(np.mean(others))
        return cls(areas, agreements)

    def of_object(self, name: str, target: int) -> ObjectStats:
        """Return the figures of an object in a pane; where no pane has it, all agree."""
        if name not in self.areas:
            return ObjectStats()
        agreement = self.agreements[name].get(target, 1.0) if len(self.areas) > 1 else None
        return ObjectStats(area=self.areas[name].get(target, 0), agreement=agreement)


class PaneFigures:
    """Measures panes, by their names, frame by frame; J and F come out at the end.

    `truth` is None where nothing is scored.
    """

    def __init__(self, names: Sequence[str], truth: DataSequence | None) -> None:
        self.names, self.notes = names, tuple[str, ...]()
        self._truth = truth
        try:
            self._scorers = {name: Scorer(truth) for name in names} if truth else {}
        except ValueError:  # its objects start nowhere
            self._truth, self._scorers, self.notes = None, {}, (result_text.NOT_SCORED,)
        self._frames: list[FrameFigures] = []
        self._unscored: set[str] = set()  # panes that lack a frame that counts

    def add(self, index: int, read: Mapping[str, Labels], shown: Mapping[str, Labels]) -> None:
        """Measure the next frame: the labels as they were `read` and are `shown`, of the panes that have any.

        What was read is scored if it has the truth's size, else what is shown.
        """
        self._frames.append(FrameFigures.of(shown))
        if self._truth is None:
            return
        stem = self._truth.asked[index]
        if stem in self._counted:
            self._unscored |= {name for name in self.names if name not in read}
            size = self._truth_size
            for name, labels in read.items():
                self._scorers[name].add(stem, labels if labels.shape == size else shown[name])

    @cached_property
    def objects(self) -> tuple[int, ...]:
        """All objects that the truth or a pane has, once all frames are added."""
        listed = {item.id for item in self._truth.objects} if self._truth else set()
        return tuple(sorted(listed.union(*(found for frame in self._frames for found in frame.areas.values()))))

    def mean_j(self, name: str) -> float | None:
        """Return a pane's J as `llb score` has it; None without truth or where a frame that counts is lacking.

        It is the mean over objects and frames, also those where an object is hidden.
        """
        objects = self._scorers[name].objects() if name in self._scorers and name not in self._unscored else ()
        return SequenceScore("", 0, 0.0, objects).score.j if objects else None

    def series(
        self, earlier: Sequence[FrameStats] = (), hidden: Mapping[int, Collection[int]] | None = None
    ) -> list[FrameStats]:
        """Return the statistics of all frames; what `earlier` says of the inside of panes stays.

        J and F are left out of the frames where an object is `hidden`, as in a run (`measure_frame`).
        """
        scores = {name: self._scores(name, hidden or {}) for name in self.names}
        found = []
        for index in range(len(self._frames)):
            before = earlier[index] if index < len(earlier) else FrameStats()
            stats = {name: self._model(name, index, scores[name], before.models.get(name)) for name in self.names}
            found.append(FrameStats(stats))
        return found

    def worst_frame(self) -> int | None:
        """Return the frame where an object fares worst in a pane: by J&F, without truth by agreement."""
        worst, least = None, 2.0
        for index, frame in enumerate(self.series()):
            for stats in (each for model in frame.models.values() for each in model.objects.values()):
                known = stats.agreement if self._truth is None else _mean(stats)
                if known is not None and known < least:
                    worst, least = index, known
        return worst

    @cached_property
    def _counted(self) -> frozenset[str]:
        """Stems of the frames that count."""
        return frozenset(next(iter(self._scorers.values())).counted)

    @cached_property
    def _truth_size(self) -> tuple[int, ...]:
        assert self._truth is not None
        return self._truth.read_mask(self._truth.annotated[0]).shape

    def _scores(self, name: str, hidden: Mapping[int, Collection[int]]) -> dict[tuple[str, int], Score]:
        """Return a pane's J and F by frame and object, but for the frames where the object is hidden."""
        objects = self._scorers[name].objects() if name in self._scorers else ()
        out = (
            {(self._truth.asked[index], target) for target in hidden for index in hidden[target]} if self._truth else ()
        )
        scores = {(frame.name, item.id): frame.score for item in objects for frame in item.frames}
        return {place: score for place, score in scores.items() if place not in out}

    def _model(
        self, name: str, index: int, scores: Mapping[tuple[str, int], Score], earlier: ModelStats | None
    ) -> ModelStats:
        stem = self._truth.asked[index] if self._truth else ""
        objects = {}
        for target in self.objects:
            seen, score = self._frames[index].of_object(name, target), scores.get((stem, target))
            inside = earlier.objects.get(target, ObjectStats()) if earlier else ObjectStats()
            objects[target] = replace(
                inside,
                area=seen.area,
                agreement=seen.agreement,
                j=score.j if score else None,
                f=score.f if score else None,
            )
        return ModelStats(earlier.seconds if earlier else None, objects)


def _mean(stats: ObjectStats) -> float | None:
    return None if stats.j is None or stats.f is None else (stats.j + stats.f) / 2
