"""Masks of other programs as a run: each result becomes a model of it, with figures and nothing to look into."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from demo import result_text
from demo.clips.clip import Clip
from demo.clips.hidden import hidden_frames
from demo.runs.pane_figures import PaneFigures
from demo.runs.run import COLOURS, MARKED, Run, VariantRecord
from demo.runs.shared_files import share_file, share_folder
from llb.evaluation.frame_masks import FrameMasks
from llb.evaluation.sequence import DataObject, DataSequence
from llb.io.label_fit import resize_labels
from llb.types import VOID, Labels

MOST_PANES = 6  # side by side
PREFIX = "result-"  # of a result's name in a run: no model has such a one

Tell = Callable[[int, int], object]  # frames done, and of how many


@dataclass(frozen=True)
class ImportRequest:
    """Results to show on a clip.

    Attributes:
        clip: that they are of.
        results: masks of each of its frames.
        truth: what they are scored against; the frames that it asks for are the clip's. None: nothing is scored.
        sizes: (height, width) that masks may have, the clip's own first; empty: those of the clip and its file.
        beside: an ended run on the same clip, whose models stay as further panes.
    """

    clip: Clip
    results: Sequence[FrameMasks]
    truth: DataSequence | None = None
    sizes: tuple[tuple[int, int], ...] = ()
    beside: Run | None = None

    @property
    def kept(self) -> tuple[VariantRecord, ...]:
        """The models of the run beside that no result of the same name replaces."""
        named = set(names_of(self.results))
        return tuple(record for record in (self.beside.variants if self.beside else ()) if record.name not in named)

    def check(self) -> None:
        """Raise ValueError if there are too many panes, or masks have another size than the clip."""
        count = len(self.results) + len(self.kept)
        if count > MOST_PANES:
            raise ValueError(result_text.too_many_results(count, MOST_PANES))
        size, *others = self.sizes or ((self.clip.height, self.clip.width), self.clip.stored)
        for result in self.results:
            result.check_sizes(size, *others)


def import_results(request: ImportRequest, new_folder: Callable[[], Path], tell: Tell = lambda done, of: None) -> Run:
    """Write results down as a finished run, which opens at its worst frame; it is gone again if that fails.

    The mean J is measured as by `llb score`; the series leaves J and F out where an object is hidden, as in other runs.

    Raises:
        ValueError: there are too many panes, or a result does not fit the clip, is no mask, or shows no object.
    """
    request.check()
    kept = [record.name for record in request.kept]
    figures = PaneFigures([*kept, *names_of(request.results)], request.truth)
    run = Run(new_folder(), request.clip.folder, (), ())
    try:
        _share_models(request, run)
        for index in range(len(request.clip)):
            _import_frame(request, run, index, figures)
            tell(index + 1, len(request.clip))
        return _finish(request, run, figures)
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise


def names_of(results: Sequence[FrameMasks]) -> list[str]:
    """Return what the results are called in a run: names of folders, all different."""
    names: list[str] = []
    for result in results:
        plain = PREFIX + (re.sub(r"[^A-Za-z0-9._-]+", "-", result.title).strip(".-")[:40] or "masks")
        while plain in names:
            plain += "-2"
        names.append(plain)
    return names


def clip_truth(clip: Clip) -> DataSequence | None:
    """Return what results on a clip of the page are scored against; None if its exact masks are unknown.

    As in runs, every frame after the one that first shows an object counts for it.
    """
    if not clip.has_truth:
        return None
    stems = tuple(f"{index:05d}" for index in range(len(clip)))
    known, first = [], dict[int, str]()
    for index, stem in enumerate(stems):
        labels = clip.truth(index)
        if labels is not None:
            known.append(stem)
            for target in np.unique(labels[(labels > 0) & (labels < VOID)]):
                first.setdefault(int(target), stem)
    objects = tuple(DataObject(target, begin, tuple(s for s in known if s > begin)) for target, begin in first.items())
    return DataSequence("clip", clip.folder / "frames", clip.folder / "truth", stems, stems, objects)


def _share_models(request: ImportRequest, run: Run) -> None:
    """Give the run the files of the models that stay."""
    if (beside := request.beside) is None:
        return
    share_folder(beside.folder / MARKED, run.folder / MARKED)
    for record in request.kept:
        share_folder(beside.model_folder(record.name), run.model_folder(record.name))
    if (beside.folder / COLOURS).exists():
        share_file(beside.folder / COLOURS, run.folder / COLOURS)


def _import_frame(request: ImportRequest, run: Run, index: int, figures: PaneFigures) -> None:
    """Write the results' labels of a frame, and measure all panes there."""
    clip, shown = request.clip, dict[str, Labels]()
    read: dict[str, Labels] = {}
    for record in request.kept:
        read[record.name] = shown[record.name] = run.labels(record.name, index)
    for name, result in zip(names_of(request.results), request.results, strict=True):
        labels = result.read(index)
        if labels is None:
            run.save_labels(name, index, np.zeros((clip.height, clip.width), np.uint8))
            continue
        size = (clip.height, clip.width)
        read[name], shown[name] = labels, labels if labels.shape == size else resize_labels(labels, size)
        run.save_labels(name, index, shown[name])
    figures.add(index, read, shown)


def _finish(request: ImportRequest, run: Run, figures: PaneFigures) -> Run:
    """Write figures and facts of a run whose labels are there."""
    objects, total, beside = figures.objects, len(request.clip), request.beside
    if not objects:
        raise ValueError(result_text.NOTHING_IN_RESULTS)
    run.save_frame_stats(figures.series(beside.frame_stats() if beside else (), hidden_frames(request.clip)))
    imported = (
        VariantRecord(
            name, result.title, result_text.IMPORTED, frames=total, overlap=figures.mean_j(name), imported=True
        )
        for name, result in zip(names_of(request.results), request.results, strict=True)
    )
    kept = (replace(record, overlap=figures.mean_j(record.name)) for record in request.kept)
    notes = [note for result in request.results for note in result.notes]
    return replace(run, objects=objects, variants=(*kept, *imported)).save(
        state="done",
        opens_at=figures.worst_frame(),
        notes=(*(beside.notes if beside else ()), *notes, *figures.notes),
        **(_kept_facts(beside) if beside else {}),
    )


def _kept_facts(beside: Run) -> dict[str, Any]:
    """Return what is true of a run's models beside the results too, as fields of a run."""
    facts = {"names": beside.names, "settings": beside.settings, "trace_stride": beside.trace_stride}
    return facts | ({"inside_missing": beside.inside_missing, "inside_key": beside.key} if beside.key else {})
