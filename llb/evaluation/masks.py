"""Masks of any origin as results: a folder or a zip of ``SEQUENCE/FRAME.png``, scored as a model's own are."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

import numpy as np

from llb.evaluation.datasets import Dataset
from llb.evaluation.evaluate import OnProgress, Scorer
from llb.evaluation.jobs import OnFrame, Work, run_dataset
from llb.evaluation.report import write_tables_and_report
from llb.evaluation.result import EvaluationResult, SequenceScore
from llb.evaluation.sequence import DataSequence
from llb.io.label_png import decode_labels
from llb.io.picture_folder import natural_key
from llb.types import VOID, Labels

TOPS = ("", "Annotations/", "Annotations/480p/", "masks/")  # where results keep the folders of their sequences


@dataclass(frozen=True)
class MaskSource:
    """Masks as ``SEQUENCE/FRAME.png`` in a folder or a zip, perhaps below a folder such as ``Annotations``."""

    path: Path

    @cached_property
    def files(self) -> frozenset[str]:
        """The names of all PNG files, with slashes.

        Raises:
            ValueError: there is no such folder or zip, or no PNG in it.
        """
        if self.path.is_dir():
            found = frozenset(file.relative_to(self.path).as_posix() for file in self.path.rglob("*.png"))
        elif zipfile.is_zipfile(self.path):
            with zipfile.ZipFile(self.path) as archive:
                found = frozenset(name for name in archive.namelist() if name.lower().endswith(".png"))
        else:
            raise ValueError(f"{self.path} is neither a folder nor a zip: give the masks as SEQUENCE/FRAME.png.")
        if not found:
            raise ValueError(f"{self.path} holds no PNG masks: give them as SEQUENCE/FRAME.png.")
        return found

    def file_of(self, sequence: str, stem: str) -> str | None:
        """Return the name of a frame's file, None if there is none."""
        return next((name for top in TOPS if (name := f"{top}{sequence}/{stem}.png") in self.files), None)

    def files_of(self, sequence: str) -> dict[str, str]:
        """Return the names of a sequence's files by their stems, in natural order; none where it has no folder."""
        found = next((files for top in TOPS if (files := self._folders.get(f"{top}{sequence}"))), [])
        return {PurePosixPath(name).stem: name for name in found}

    def files_of_clip(self, name: str) -> dict[str, str]:
        """Return the names of a clip's files by their stems: they lie in a folder of its name, or are all in one.

        Raises:
            ValueError: they are in several folders.
        """
        named = self.files_of(name)
        if named or len(self._folders) == 1:
            return named or {PurePosixPath(file).stem: file for file in next(iter(self._folders.values()))}
        first, second = sorted(self._folders)[:2]
        raise ValueError(
            f"{self.path} has masks in {first or '.'}, in {second} and perhaps in more folders: give the one of this "
            "clip."
        )

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        """The names of the files in each folder, in natural order; no hidden ones."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.files, key=natural_key):
            parts = PurePosixPath(name).parts
            if not any(part.startswith((".", "__MACOSX")) for part in parts):
                found.setdefault("/".join(parts[:-1]), []).append(name)
        return found

    def read(self, sequence: DataSequence, stem: str) -> Labels:
        """Read the mask of a frame as ids.

        Raises:
            ValueError: it is missing, or no mask.
        """
        name = self.file_of(sequence.name, stem)
        if name is None:
            raise ValueError(f"{self.path} has no {sequence.name}/{stem}.png: give a mask for every frame that counts.")
        labels = decode_labels(self.read_bytes(name), name)
        return (labels > 0).astype(np.uint8) if sequence.single else labels

    def read_bytes(self, name: str) -> bytes:
        """Return a file's bytes by its name; raise ValueError if the zip is damaged."""
        if self.path.is_dir():
            return (self.path / name).read_bytes()
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"{name} cannot be read: pack {self.path.name} again, without a password.") from error


@dataclass(frozen=True)
class ScoreMasks:
    """Score the masks of a source; `jobs.run_dataset` calls it in each of its processes."""

    source: MaskSource

    def __call__(self, worker: int) -> Work:
        """Return what scores a sequence."""
        return self.score

    def score(self, sequence: DataSequence, on_frame: OnFrame, masks: Path | None = None) -> SequenceScore:
        """Score a sequence's masks on the frames that count.

        Raises:
            ValueError: the truth or a mask is missing, sizes differ, or a mask holds an object that is none of the
                sequence's.
        """
        return score_sequence(sequence, partial(self.source.read, sequence), on_frame)


def score_sequence(
    sequence: DataSequence, read: Callable[[str], Labels], on_frame: OnFrame = lambda done: None
) -> SequenceScore:
    """Score masks, which `read` returns by the frames' stems, on the frames that count.

    Raises:
        ValueError: the truth is missing, sizes differ, or a mask holds an object that is none of the sequence's.
    """
    sequence.check_truth()
    scorer = Scorer(sequence)
    known = {0, VOID, *(item.id for item in sequence.objects)}
    frames = scorer.counted
    for count, stem in enumerate(frames, start=1):
        labels = read(stem)
        strange = sorted(set(np.unique(labels).tolist()) - known)
        if strange:
            raise ValueError(
                f"The mask of {sequence.name}/{stem} holds object {strange[0]}, which the data set does not give: "
                "number the objects as its first masks do."
            )
        scorer.add(stem, labels)
        on_frame(count)
    return SequenceScore(sequence.name, len(frames), 0.0, scorer.objects())


def score_masks(
    source: MaskSource, dataset: Dataset, jobs: int = 1, out: Path | None = None, on_progress: OnProgress | None = None
) -> EvaluationResult:
    """Score masks of any origin; with `out`, write tables, figures and a report there.

    Raises:
        ValueError: the truth or a mask is missing, or a mask is none of the data set's.
    """
    scores = run_dataset(dataset, ScoreMasks(source), jobs, on_progress=on_progress)
    result = EvaluationResult(source.path.stem, None, dataset.split, None, scores)
    if out is not None:
        write_tables_and_report(result, dataset, out, source.read)
    return result
