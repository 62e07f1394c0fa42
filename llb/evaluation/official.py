"""Mean, recall and decay of J and F, and the tables that davis2017-evaluation writes of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llb.evaluation.metrics import Score

RECALLED = 0.5  # a frame is recalled where its value is above
BINS = 4  # decay: the first quarter's mean minus the last one's
GLOBAL = ("J&F-Mean", "J-Mean", "J-Recall", "J-Decay", "F-Mean", "F-Recall", "F-Decay")


@dataclass(frozen=True)
class Statistics:
    """Mean, recall (share of frames above 0.5) and decay (first quarter minus last) of J or F over frames."""

    mean: float
    recall: float
    decay: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Statistics:
        """Take the statistics of at least one frame's value.

        The quarters share their border frames, as DAVIS has it. Its own code counts borders in 8 bits, which goes wrong
        beyond 256 frames; this does not.

        >>> Statistics.of([1.0, 1.0, 0.5, 0.0])
        Statistics(mean=0.625, recall=0.5, decay=0.75)
        """
        array = np.asarray(values, float)
        edges = (np.round(np.linspace(1, len(array), BINS + 1) + 1e-10) - 1).astype(int)
        first, last = array[edges[0] : edges[1] + 1], array[edges[-2] : edges[-1] + 1]
        return cls(float(array.mean()), float((array > RECALLED).mean()), float(first.mean() - last.mean()))


@dataclass(frozen=True)
class Figures:
    """J and F of an object, or the means of several objects' figures."""

    j: Statistics
    f: Statistics

    @property
    def mean(self) -> float:
        """J&F."""
        return (self.j.mean + self.f.mean) / 2

    @classmethod
    def of(cls, scores: Sequence[Score]) -> Figures:
        """Take an object's figures from its frames'."""
        return cls(Statistics.of([each.j for each in scores]), Statistics.of([each.f for each in scores]))

    @classmethod
    def mean_of(cls, objects: Iterable[Figures]) -> Figures:
        """Average the figures of at least one object."""
        listed = list(objects)
        return cls(_mean([each.j for each in listed]), _mean([each.f for each in listed]))

    def row(self) -> tuple[float, ...]:
        """Return the figures in the order of `GLOBAL`."""
        return (self.mean, self.j.mean, self.j.recall, self.j.decay, self.f.mean, self.f.recall, self.f.decay)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str | float]]) -> None:
    """Write a table, numbers with three digits after the point."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(_written(row) for row in rows)


def _written(row: Sequence[str | float]) -> Iterator[str]:
    return (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row)


def _mean(found: Sequence[Statistics]) -> Statistics:
    means = np.mean([(each.mean, each.recall, each.decay) for each in found], axis=0)
    return Statistics(*(float(value) for value in means))
