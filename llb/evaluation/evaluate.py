"""Evaluate a model on annotated clips: J, F and J&F by the benchmark's protocol (`llb.evaluation.datasets`).

Scores are averaged over frames for each object, and over objects for a sequence and for the split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from llb.config import InferenceConfig
from llb.evaluation.datasets import find_dataset
from llb.evaluation.metrics import Score, score
from llb.evaluation.result import EvaluationResult, FrameScore, ObjectScore, SequenceScore
from llb.evaluation.sequence import DataObject, DataSequence
from llb.inference import SegmentationModel, VideoSegmenter
from llb.io.label_fit import fit_labels
from llb.io.label_png import write_labels
from llb.io.video_reader import read_frames
from llb.types import VOID, FrameResult, Labels, Mask, Rgb

OnProgress = Callable[[str, int, int], None]  # the sequence's name, frames done so far, frames in all


@runtime_checkable
class ClipSegmenter(Protocol):
    """What is evaluated: `VideoSegmenter`, or a model that is not of this package."""

    def start(self, frame: Rgb, masks: Mapping[int, Mask]) -> FrameResult:
        """Take the first frame and its masks."""

    def step(self, frame: Rgb) -> FrameResult:
        """Segment the next frame."""


@runtime_checkable
class TakesLateTargets(ClipSegmenter, Protocol):
    """A segmenter that takes objects in which appear after the first frame."""

    def add_target(self, target_id: int, mask: Mask) -> None:
        """Add an object from the next frame on, by its mask there."""


@dataclass(frozen=True)
class SegmentedMask:
    """The labels of a frame, its name (stem), and how long the model took."""

    name: str
    labels: Labels
    seconds: float


def evaluate(
    model: SegmentationModel,
    data_dir: Path,
    split: str,
    config: InferenceConfig | None = None,
    on_progress: OnProgress | None = None,
    masks_dir: Path | None = None,
) -> EvaluationResult:
    """Segment every sequence of a split (`llb.evaluation.datasets.find_dataset`) and score it.

    With `masks_dir` the predictions are written as ``<masks_dir>/<sequence>/<frame>.png`` in the DAVIS palette.

    Raises:
        ValueError: the split is missing or incomplete, or a sequence has no object or too few masks to score.
    """
    config = (config or InferenceConfig()).for_scale(model.scale)
    scores = score_split(
        lambda: VideoSegmenter(model, config, keep_prob=False), data_dir, split, on_progress, masks_dir
    )
    return EvaluationResult(model.config.name, model.precision, split, config, scores)


def score_split(
    new_segmenter: Callable[[], ClipSegmenter],
    data_dir: Path,
    split: str,
    on_progress: OnProgress | None = None,
    masks_dir: Path | None = None,
) -> tuple[SequenceScore, ...]:
    """Segment every sequence of a split with a fresh segmenter and score it; the rest is as in `evaluate`."""
    dataset = find_dataset(data_dir, split)
    done, scores = 0, []
    for sequence in dataset.sequences:

        def advance(frames: int, name: str = sequence.name, before: int = done) -> None:
            if on_progress:
                on_progress(name, before + frames, dataset.frames)

        folder = masks_dir / sequence.name if masks_dir else None
        scores.append(run_sequence(new_segmenter(), sequence, advance, folder))
        done += scores[-1].frames
    return tuple(scores)


def run_sequence(
    segmenter: ClipSegmenter,
    sequence: DataSequence,
    on_frame: Callable[[int], None],
    masks_dir: Path | None = None,
    scored: bool = True,
) -> SequenceScore:
    """Segment a sequence from its first masks, write the masks that are asked for, and score it unless told not to.

    `on_frame` is called with the number of frames done.
    """
    if scored:
        sequence.check_truth()
    scorer, asked, seconds = Scorer(sequence), set(sequence.asked), []
    if masks_dir:
        masks_dir.mkdir(parents=True, exist_ok=True)
    for count, done in enumerate(segment_sequence(segmenter, sequence), start=1):
        seconds.append(done.seconds)
        if scored:
            scorer.add(done.name, done.labels)
        if masks_dir and done.name in asked:
            write_labels(masks_dir / f"{done.name}.png", done.labels)
        on_frame(count)
    pace = float(np.mean(seconds[1:])) if len(seconds) > 1 else 0.0
    return SequenceScore(sequence.name, len(seconds), pace, scorer.objects() if scored else ())


def segment_sequence(segmenter: ClipSegmenter, sequence: DataSequence) -> Iterator[SegmentedMask]:
    """Segment a sequence; its objects start where the data set says.

    Raises:
        ValueError: no object starts on the first frame, a mask has another size, or the model takes no late objects.
    """
    starts: dict[str, list[DataObject]] = {}
    for item in sequence.objects:
        starts.setdefault(item.first, []).append(item)
    wanted = set(sequence.stems)
    frames = (frame for frame in read_frames(sequence.images) if frame.name in wanted)
    for index, frame in enumerate(frames):
        given = _given(sequence, frame.name, starts.get(frame.name, []), (frame.rgb.shape[0], frame.rgb.shape[1]))
        if index == 0:
            if not given:
                raise ValueError(f"{sequence.mask_file(frame.name)} marks no object: the sequence must start with one.")
            result = segmenter.start(frame.rgb, given)
        else:
            for target, mask in given.items():
                if not isinstance(segmenter, TakesLateTargets):
                    raise ValueError(f"{sequence.name} has a late object, on {frame.name}: this model takes none.")
                segmenter.add_target(target, mask)
            result = segmenter.step(frame.rgb)
        yield SegmentedMask(frame.name, result.labels, result.seconds)


class Scorer:
    """Score the masks of a sequence, frame by frame, against those at hand."""

    def __init__(self, sequence: DataSequence) -> None:
        self._sequence = sequence
        self._counted: dict[str, list[DataObject]] = {}
        for item in sequence.objects:
            for stem in item.counted:
                self._counted.setdefault(stem, []).append(item)
        self._scores: dict[int, list[FrameScore]] = {item.id: [] for item in sequence.objects}

    @property
    def counted(self) -> tuple[str, ...]:
        """Stems of the frames that count for an object, in time order."""
        return tuple(stem for stem in self._sequence.stems if stem in self._counted)

    def add(self, stem: str, labels: Labels) -> None:
        """Score a frame; one that does not count is passed over."""
        if stem not in self._counted:
            return
        truth = self._sequence.read_mask(stem)
        if truth.shape != labels.shape:
            raise ValueError(
                f"The mask of {self._sequence.name}/{stem} is {labels.shape[1]}x{labels.shape[0]} but the true one "
                f"{truth.shape[1]}x{truth.shape[0]}: give masks of the data set's size."
            )
        for item in self._counted[stem]:
            self._scores[item.id].append(FrameScore(stem, score_object(labels, truth, item.id)))

    def objects(self) -> tuple[ObjectScore, ...]:
        """Return the scores of the objects of which a frame counts."""
        known = {item.id: item for item in self._sequence.objects}
        return tuple(
            ObjectScore(target, tuple(frames), known[target].category)
            for target, frames in self._scores.items()
            if frames
        )


def score_object(predicted: Labels, truth: Labels, target: int) -> Score:
    """Score one object of a frame; void pixels of the truth (255) count for neither side."""
    return score((predicted == target) & (truth != VOID), truth == target)


def _given(sequence: DataSequence, stem: str, starting: list[DataObject], size: tuple[int, int]) -> dict[int, Mask]:
    """Return the masks of the objects that start on a frame; one that its mask does not show is left out."""
    if not starting:
        return {}
    labels = sequence.read_mask(stem)
    labels = fit_labels(labels, size, f"The mask {sequence.mask_file(stem)}")
    masks = {item.id: labels == item.id for item in starting}
    return {target: mask for target, mask in masks.items() if mask.any()}
