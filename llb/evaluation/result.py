"""What an evaluation found: the scores of frames, objects, sequences and a split, as values and as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llb.config import InferenceConfig, Precision
from llb.evaluation.metrics import Score
from llb.evaluation.official import GLOBAL, Figures, write_csv

Cells = tuple[str | float, ...]


@dataclass(frozen=True)
class FrameScore:
    """An object's J and F on a frame, which is named by its stem."""

    name: str
    score: Score


@dataclass(frozen=True)
class ObjectScore:
    """An object's J and F on the frames that count."""

    id: int
    frames: tuple[FrameScore, ...]
    category: str = ""

    @property
    def score(self) -> Score:
        """Mean over the frames."""
        return _mean(frame.score for frame in self.frames)

    @property
    def figures(self) -> Figures:
        """Mean, recall and decay."""
        return Figures.of([frame.score for frame in self.frames])


@dataclass(frozen=True)
class SequenceScore:
    """The scores of a sequence's objects. `seconds_per_frame` leaves the first frame out."""

    name: str
    frames: int
    seconds_per_frame: float
    objects: tuple[ObjectScore, ...]

    @property
    def score(self) -> Score:
        """Mean over the objects."""
        return _mean(item.score for item in self.objects)

    def to_json(self) -> dict[str, Any]:
        """Return everything in plain types."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SequenceScore:
        """Read what `to_json` returned."""
        objects = tuple(
            ObjectScore(
                int(item["id"]),
                tuple(FrameScore(frame["name"], Score(**frame["score"])) for frame in item["frames"]),
                str(item["category"]),
            )
            for item in values["objects"]
        )
        return cls(str(values["name"]), int(values["frames"]), float(values["seconds_per_frame"]), objects)


@dataclass(frozen=True)
class CategoryMeans:
    """YouTube-VOS's means over the objects of categories that its training set has, and of those that it has not.

    `overall` is the mean of the four figures, the benchmark's G.
    """

    seen: Score
    unseen: Score

    @property
    def overall(self) -> float:
        """G."""
        return (self.seen.mean + self.unseen.mean) / 2


@dataclass(frozen=True)
class EvaluationResult:
    """The scores of a model on a split; a model that is not of this package has no precision and no config."""

    model: str
    precision: Precision | None
    split: str
    config: InferenceConfig | None
    sequences: tuple[SequenceScore, ...]

    @property
    def score(self) -> Score:
        """Mean over all objects of all sequences."""
        return _mean(item.score for sequence in self.sequences for item in sequence.objects)

    @property
    def figures(self) -> Figures:
        """Mean, recall and decay, averaged over all objects of all sequences."""
        return Figures.mean_of(item.figures for sequence in self.sequences for item in sequence.objects)

    @property
    def seconds_per_frame(self) -> float:
        """Mean over all frames but the first ones."""
        steps = [sequence.frames - 1 for sequence in self.sequences]
        if not any(steps):
            return 0.0
        return float(np.average([sequence.seconds_per_frame for sequence in self.sequences], weights=steps))

    def by_category(self, seen: frozenset[str]) -> CategoryMeans | None:
        """Return YouTube-VOS's means, given the training set's categories; None unless both kinds are there."""
        objects = [item for sequence in self.sequences for item in sequence.objects if item.category]
        groups = [[item.score for item in objects if (item.category in seen) == known] for known in (True, False)]
        return CategoryMeans(*(_mean(group) for group in groups)) if seen and all(groups) else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the frames in plain types, ready for JSON."""
        return {
            "model": self.model,
            "precision": self.precision,
            "split": self.split,
            "config": asdict(self.config) if self.config else None,
            **_plain(self.score),
            **dict(zip(GLOBAL[1:], self.figures.row()[1:], strict=True)),
            "seconds_per_frame": self.seconds_per_frame,
            "sequences": [
                {
                    "name": sequence.name,
                    "frames": sequence.frames,
                    **_plain(sequence.score),
                    "seconds_per_frame": sequence.seconds_per_frame,
                    "objects": [{"id": item.id, **_plain(item.score)} for item in sequence.objects],
                }
                for sequence in self.sequences
            ],
        }

    def write_tables(self, folder: Path) -> tuple[Path, ...]:
        """Write davis2017-evaluation's two tables, and one each of objects, sequences and frames; return their paths.

        ``global_results-SPLIT.csv`` and ``per-sequence_results-SPLIT.csv`` (a row per object, ``name_id``) are laid out
        as that program does.
        """
        folder.mkdir(parents=True, exist_ok=True)
        objects = [(sequence, item) for sequence in self.sequences for item in sequence.objects]
        per_object: list[Cells] = [(f"{s.name}_{o.id}", o.figures.j.mean, o.figures.f.mean) for s, o in objects]
        means = {s.name: Figures.mean_of(item.figures for item in s.objects) for s in self.sequences}
        per_frame: list[Cells] = [
            (s.name, str(o.id), frame.name, frame.score.j, frame.score.f) for s, o in objects for frame in o.frames
        ]
        tables: tuple[tuple[str, tuple[str, ...], list[Cells]], ...] = (
            ("global_results", GLOBAL, [self.figures.row()]),
            ("per-sequence_results", ("Sequence", "J-Mean", "F-Mean"), per_object),
            ("objects", ("Object", *GLOBAL), [(f"{s.name}_{o.id}", *o.figures.row()) for s, o in objects]),
            ("sequence_means", ("Sequence", *GLOBAL), [(name, *each.row()) for name, each in means.items()]),
            ("frames", ("Sequence", "Object", "Frame", "J", "F"), per_frame),
        )
        paths = tuple(folder / f"{name}-{self.split}.csv" for name, _, _ in tables)
        for path, (_, header, rows) in zip(paths, tables, strict=True):
            write_csv(path, header, rows)
        return paths


def _mean(scores: Iterable[Score]) -> Score:
    listed = list(scores)
    return Score(float(np.mean([item.j for item in listed])), float(np.mean([item.f for item in listed])))


def _plain(score: Score) -> dict[str, float]:
    return {"J": score.j, "F": score.f, "J&F": score.mean}
