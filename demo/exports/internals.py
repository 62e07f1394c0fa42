"""The arrays that a run stored of the models' inside, as one npz."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from demo import text
from demo.clips.clip import Clip
from demo.exports import words
from demo.exports.masks import check_inside
from demo.runs.run import Run


def write_internals(run: Run, clip: Clip, path: Path) -> None:
    """Write all stored arrays in one npz, keys ``<model>/<frame>/<object>.<field>``; features in fp16.

    Raises:
        ValueError: they are still being computed, or no model has any.
    """
    check_inside(run)
    _pack(files_of(run), path)


def write_internals_of(run: Run, index: int, path: Path) -> None:
    """Write the arrays of one frame, as `write_internals` does; in a long clip those of the last frame stored before.

    Raises:
        ValueError: the run has no such frame, or nothing is stored of it.
    """
    if not 0 <= index < run.frames:
        raise ValueError(f"This comparison has frames 0 to {run.frames - 1}: choose one of them.")
    files = list(files_of(run, index))
    if not files:
        raise ValueError(text.INSIDE_PENDING if run.inside_missing else words.NO_INSIDE)
    _pack(files, path)


def files_of(run: Run, index: int | None = None) -> Iterator[tuple[str, Path]]:
    """Yield the files of every frame, or of one, with the beginning of their arrays' keys."""
    for record in run.variants:
        traces = run.traces(record.name)
        found = traces.files() if index is None else [traces.path(traces.stored_frame(index))]
        for file in found:
            if file.exists():
                yield f"{run.model_folder(record.name).name}/{file.stem}", file


def _pack(files: Iterable[tuple[str, Path]], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, file in files:
            with zipfile.ZipFile(file) as stored:
                for entry in stored.namelist():
                    archive.writestr(f"{key}/{entry}", stored.read(entry))
