"""Evaluate a model on annotated clips: J, F and J&F by the DAVIS protocol.

The first frame's mask is given. The first and the last annotated frame do not count; scores are averaged over frames
for each object, and over objects for a sequence and for the split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from llb.config import InferenceConfig, Precision
from llb.evaluation.metrics import Score, score
from llb.inference import SegmentationModel, VideoSegmenter
from llb.io.davis import DavisSequence, find_sequences
from llb.io.label_png import read_labels, write_labels
from llb.io.video_reader import list_pictures, read_frames
from llb.types import VOID, FrameResult, Labels, Mask, Rgb

OnProgress = Callable[[str, int, int], None]  # the sequence's name, frames done so far, frames in all


@dataclass(frozen=True)
class ObjectScore:
    """An object's J and F, averaged over the frames that count."""

    id: int
    score: Score


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


@runtime_checkable
class ClipSegmenter(Protocol):
    """What is evaluated: `VideoSegmenter`, or a model that is not of this package."""

    def start(self, frame: Rgb, masks: Mapping[int, Mask]) -> FrameResult:
        """Take the first frame and its masks."""

    def step(self, frame: Rgb) -> FrameResult:
        """Segment the next frame."""


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
    def seconds_per_frame(self) -> float:
        """Mean over all frames but the first ones."""
        steps = [sequence.frames - 1 for sequence in self.sequences]
        return float(np.average([sequence.seconds_per_frame for sequence in self.sequences], weights=steps))

    def to_dict(self) -> dict[str, Any]:
        """Return everything in plain types, ready for JSON."""
        return {
            "model": self.model,
            "precision": self.precision,
            "split": self.split,
            "config": asdict(self.config) if self.config else None,
            **_plain(self.score),
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


def evaluate(
    model: SegmentationModel,
    data_dir: Path,
    split: str,
    config: InferenceConfig | None = None,
    on_progress: OnProgress | None = None,
    masks_dir: Path | None = None,
) -> EvaluationResult:
    """Segment every sequence of a split (`llb.io.davis.find_sequences`) and score it.

    With `masks_dir` the predictions are written as ``<masks_dir>/<sequence>/<frame>.png`` in the DAVIS palette.

    Raises:
        ValueError: the split is missing or incomplete, or a sequence has no object or fewer than three masks.
    """
    config = (config or InferenceConfig()).for_scale(model.scale)
    scores = score_split(lambda: VideoSegmenter(model, config), data_dir, split, on_progress, masks_dir)
    return EvaluationResult(model.config.name, model.precision, split, config, scores)


def score_split(
    new_segmenter: Callable[[], ClipSegmenter],
    data_dir: Path,
    split: str,
    on_progress: OnProgress | None = None,
    masks_dir: Path | None = None,
) -> tuple[SequenceScore, ...]:
    """Segment every sequence of a split with a fresh segmenter and score it; the rest is as in `evaluate`."""
    sequences = find_sequences(data_dir, split)
    total = sum(len(list_pictures(sequence.images)) for sequence in sequences)
    done, scores = 0, []
    for sequence in sequences:

        def advance(frames: int, name: str = sequence.name, before: int = done) -> None:
            if on_progress:
                on_progress(name, before + frames, total)

        folder = masks_dir / sequence.name if masks_dir else None
        scores.append(score_sequence(new_segmenter(), sequence, advance, folder))
        done += scores[-1].frames
    return tuple(scores)


def score_sequence(
    segmenter: ClipSegmenter,
    sequence: DavisSequence,
    on_frame: Callable[[int], None],
    masks_dir: Path | None = None,
) -> SequenceScore:
    """Segment a sequence from its first mask and score it; `on_frame` is called with the number of frames done."""
    counted, ids = _counted_frames(sequence), _object_ids(sequence)
    seconds: list[float] = []
    scores: dict[int, list[Score]] = {target: [] for target in ids}
    for frame in read_frames(sequence.images):
        if frame.index == 0:
            given = read_labels(sequence.mask_file(frame.name))
            result = segmenter.start(frame.rgb, {target: given == target for target in ids})
        else:
            result = segmenter.step(frame.rgb)
            seconds.append(result.seconds)
        if frame.name in counted:
            truth = read_labels(sequence.mask_file(frame.name), keep_void=True)
            for target in ids:
                scores[target].append(score_object(result.labels, truth, target))
        if masks_dir:
            masks_dir.mkdir(parents=True, exist_ok=True)
            write_labels(masks_dir / f"{frame.name}.png", result.labels)
        on_frame(frame.index + 1)
    objects = tuple(ObjectScore(target, _mean(scores[target])) for target in ids)
    return SequenceScore(sequence.name, len(seconds) + 1, float(np.mean(seconds)), objects)


def score_object(predicted: Labels, truth: Labels, target: int) -> Score:
    """Score one object of a frame; void pixels of the truth (255) count for neither side."""
    return score((predicted == target) & (truth != VOID), truth == target)


def _counted_frames(sequence: DavisSequence) -> frozenset[str]:
    """Return the stems of the annotated frames without the first and the last."""
    stems = [path.stem for path in list_pictures(sequence.images)]
    annotated = [stem for stem in stems if sequence.mask_file(stem).is_file()]
    if annotated[:1] != stems[:1] or len(annotated) < 3:
        raise ValueError(
            f"The sequence {sequence.name} has {len(annotated)} masks in {sequence.masks}: it needs one for its first "
            "frame and for at least two more."
        )
    return frozenset(annotated[1:-1])


def _object_ids(sequence: DavisSequence) -> tuple[int, ...]:
    """Return the ids of the objects in the first mask."""
    first = list_pictures(sequence.images)[0].stem
    ids = np.unique(read_labels(sequence.mask_file(first)))
    objects = tuple(int(value) for value in ids if value not in (0, VOID))
    if not objects:
        raise ValueError(f"The first mask of {sequence.name} marks no object: leave the sequence out of the split.")
    return objects


def _mean(scores: Iterable[Score]) -> Score:
    listed = list(scores)
    return Score(float(np.mean([item.j for item in listed])), float(np.mean([item.f for item in listed])))


def _plain(score: Score) -> dict[str, float]:
    return {"J": score.j, "F": score.f, "J&F": score.mean}
