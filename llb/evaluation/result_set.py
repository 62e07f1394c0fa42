"""Results of several programs on one data set or one clip: how they fare on each sequence, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llb.evaluation.datasets import Dataset, DatasetChoice
from llb.evaluation.frame_masks import FrameMasks, match_frames
from llb.evaluation.masks import TOPS, MaskSource, score_sequence
from llb.evaluation.metrics import Score
from llb.evaluation.result import SequenceScore
from llb.evaluation.sequence import ClipSequence, DataSequence
from llb.io.picture_folder import PICTURES
from llb.io.video_reader import probe, read_frames
from llb.types import Labels

MOST_RESULTS = 6  # side by side


@dataclass(frozen=True)
class NamedResult:
    """Masks of a program, and what it is called."""

    title: str
    masks: MaskSource

    @classmethod
    def parse(cls, written: str) -> NamedResult:
        """Read ``Cutie=results/cutie``; raise ValueError if it is written otherwise."""
        title, equals, path = written.partition("=")
        if not equals or not title.strip() or not path:
            raise ValueError(f"--result is {written!r}: write NAME=FOLDER, such as Cutie=results/cutie.")
        return cls(title.strip(), MaskSource(Path(path)))


@dataclass(frozen=True)
class SequenceRow:
    """How the results fare on a sequence.

    Attributes:
        name: of the sequence.
        scores: of each result, mean over its objects as `llb score` has it; None without truth, or where it cannot be
            scored.
        troubles: why, a sentence each.
    """

    name: str
    scores: tuple[Score | None, ...]
    troubles: tuple[str, ...] = ()

    @property
    def worst(self) -> float:
        """J&F of the worst result; 2, which is above all, where none is known."""
        return min((score.mean for score in self.scores if score), default=2.0)


@dataclass(frozen=True)
class ResultSet:
    """Results on the sequences of a data set; `is_clip` where it is a single clip."""

    dataset: Dataset
    results: tuple[NamedResult, ...]
    is_clip: bool = False

    def __post_init__(self) -> None:
        titles = [result.title for result in self.results]
        if not 1 <= len(titles) <= MOST_RESULTS:
            raise ValueError(f"There are {len(titles)} results: give 1 to {MOST_RESULTS}, --result NAME=FOLDER each.")
        twice = next((title for title in titles if titles.count(title) > 1), None)
        if twice is not None:
            raise ValueError(f"Two results are called {twice!r}: give each a name of its own.")

    def sequence(self, name: str) -> DataSequence:
        """Return a sequence; raise ValueError if there is none of this name."""
        return self.dataset.only((name,)).sequences[0]

    def masks(self, sequence: DataSequence) -> tuple[FrameMasks, ...]:
        """Return each result's masks of the frames that a sequence asks for; raise ValueError if they do not match."""
        return tuple(self._match(result, sequence) for result in self.results)

    def row(self, sequence: DataSequence) -> SequenceRow:
        """Score every result on a sequence; without truth no figure is known."""
        scores: list[Score | None] = []
        troubles: list[str] = []
        for result in self.results:
            scored = None
            try:
                masks = self._match(result, sequence)
                troubles += masks.notes
                scored = self.score(result, sequence).score if has_truth(sequence) else None
            except (ValueError, OSError) as error:
                troubles.append(self.without_folders(_said_of(result.title, str(error))))
            scores.append(scored)
        return SequenceRow(sequence.name, tuple(scores), tuple(dict.fromkeys(troubles)))

    def without_folders(self, sentence: str) -> str:
        """Return a sentence about the results with the bare names of files and folders, as a page may show it."""
        known = {path for each in self.dataset.sequences for path in (each.images, each.masks)}
        for path in sorted({*known, *(result.masks.path for result in self.results)}, key=lambda path: -len(str(path))):
            sentence = sentence.replace(str(path), path.name)
        return sentence

    def check_clip(self) -> None:
        """Raise ValueError if results on a single clip have other sizes or frames than it."""
        sequence = self.dataset.sequences[0]
        info = probe(sequence.images)
        for masks in self.masks(sequence):
            masks.check_sizes((info.height, info.width), info.stored)

    def score(self, result: NamedResult, sequence: DataSequence) -> SequenceScore:
        """Score a result on a sequence as `llb score` does; raise ValueError where that would."""
        sequence.check_truth()
        masks = self._match(result, sequence)
        index_of = {stem: index for index, stem in enumerate(sequence.asked)}

        def read(stem: str) -> Labels:
            labels = masks.read(index_of[stem])
            if labels is None:
                raise ValueError(" ".join(masks.notes))
            return labels

        return score_sequence(sequence, read)

    def _match(self, result: NamedResult, sequence: DataSequence) -> FrameMasks:
        source = result.masks
        files = source.files_of_clip(sequence.name) if self.is_clip else source.files_of(sequence.name)
        if not files:
            raise ValueError(f"{result.title} has no folder {sequence.name} with PNG masks: add it.")
        return match_frames(result.title, files, sequence.asked, source.read_bytes, single=sequence.single)


def has_truth(sequence: DataSequence) -> bool:
    """Tell whether there are true masks beyond the first frame's."""
    return len(sequence.annotated) > 1


def worst_first(rows: Sequence[SequenceRow]) -> list[SequenceRow]:
    """Sort rows by the J&F of their worst result; those without figures come last."""
    return sorted(rows, key=lambda row: row.worst)


def find_results(choice: DatasetChoice, results: Sequence[NamedResult], truth: Path | None = None) -> ResultSet:
    """Take a data set, or a single clip, with results on it; `truth` is a folder of true masks of its own.

    Raises:
        ValueError: there is no such data, or results and data do not belong together.
    """
    if is_clip(choice.data):
        return ResultSet(clip_dataset(choice.data, truth), tuple(results), is_clip=True)
    dataset = choice.find()
    if truth is not None:
        moved = tuple(replace(each, masks=_truth_folder(truth, each.name)) for each in dataset.sequences)
        dataset = replace(dataset, sequences=moved)
    return ResultSet(dataset, tuple(results))


def is_clip(path: Path) -> bool:
    """Tell whether a path is a single clip: a file, or a folder that holds pictures itself."""
    if not path.exists():
        raise ValueError(f"There is no {path}: give a clip, or the folder of a data set.")
    return path.is_file() or any(file.suffix.lower() in PICTURES for file in path.iterdir())


def clip_dataset(clip: Path, truth: Path | None) -> Dataset:
    """Return a video or a folder of pictures as a data set with one sequence."""
    probe(clip)
    stems = tuple(frame.name for frame in read_frames(clip))
    files = {}
    if truth is not None:
        source = MaskSource(truth)
        if not truth.is_dir():
            raise ValueError(f"--truth is {truth}: give a folder of PNG masks.")
        found = match_frames("The truth", source.files_of_clip(clip.stem), stems, source.read_bytes)
        files = {stem: truth / name for stem, name in zip(stems, found.files, strict=True) if name}
    sequence = ClipSequence(clip.stem, clip, truth or clip / "no-truth", stems, stems, late=True, mask_files=files)
    return Dataset("folder", "", (sequence,), {})


def _said_of(title: str, sentence: str) -> str:
    """Return a sentence that names the result which it is about."""
    return sentence if title in sentence else f"{title}: {sentence}"


def _truth_folder(truth: Path, name: str) -> Path:
    """Return the folder of a sequence's true masks; raise ValueError if there is none."""
    found = next((folder for top in TOPS if (folder := truth / top / name).is_dir()), None)
    if found is None:
        raise ValueError(f"--truth has no folder {name}: give true masks as {name}/FRAME.png in {truth}.")
    return found
