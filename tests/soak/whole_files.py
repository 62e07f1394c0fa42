"""Whether every file that bears its final name can be read to its end."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from demo.runs.run import Run


def damaged_files(folder: Path) -> list[str]:
    """Return the names of the files below a folder that are not whole; drafts under their own names are none of them.

    Of a file of lines, the last line may be cut: it ends without a line feed.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder).parts
        read = READERS.get(path.suffix)
        if read is None or not path.is_file() or any(part.startswith((".", "draft")) for part in inner):
            continue
        try:
            read(path)
        except (OSError, ValueError, EOFError, SyntaxError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            found.append(f"{path.relative_to(folder)}: {error}")
    return found


def missing_frames(run: Run) -> list[str]:
    """Return what a run says to have and has not."""
    lacking = [
        f"{record.name} {index}"
        for record in run.variants
        for index in range(record.frames)
        if not run.labels_file(record.name, index).exists()
    ]
    known = len(run.frame_stats())
    return [*lacking, *([f"figures of {known} of {run.frames} frames"] if known < run.frames else [])]


def _read_picture(path: Path) -> None:
    with Image.open(path) as picture:
        picture.verify()  # the checksums, up to the last one
    with Image.open(path) as picture:
        picture.load()


def _read_arrays(path: Path) -> None:
    with np.load(path, allow_pickle=False) as arrays:
        for key in arrays:
            arrays[key]


def _read_lines(path: Path) -> None:
    for line in path.read_text().split("\n")[:-1]:
        json.loads(line)


def _read_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip()
    if bad:
        raise ValueError(f"{bad} is damaged")


READERS: dict[str, Callable[[Path], object]] = {
    ".png": _read_picture,
    ".jpg": _read_picture,
    ".npz": _read_arrays,
    ".zip": _read_archive,
    ".json": lambda path: json.loads(path.read_text()),
    ".jsonl": _read_lines,
}
