"""Some frames of a clip or a run in one answer: what the player is given in place of a file for each frame.

An address ends with the first and the last frame, ``00000-00023``, and names

- ``.../clip-1/previews/00000-00023``: the frames as JPEG,
- ``.../clip-1/truth/00000-00023``: the exact masks as PNG, nothing for a frame whose mask is not known,
- ``.../run-1/labels/STATE/00000-00023``: of each frame the labels of all models as PNG, in the order of the run.

The answer is one file after the other, frame by frame, each behind its length: 4 bytes, the highest first
(`demo/components/shared/packed_files.js` reads it). A run at work replaces labels, so its state is part of their
address: labels that a browser may keep for good have never been anything else there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from demo.runs.run import Run

MOST = 24  # frames of an answer: about a second
ENDED = ("done", "stopped")  # states of a run that changes no more
RANGE = r"[0-9]{5}-[0-9]{5}"
FOLDERS = {"previews": ".jpg", "truth": ".png"}


@dataclass(frozen=True)
class FrameChunk:
    """Packed files. `is_final` tells whether their address stands for them for good, `is_alike` whether gzip pays."""

    content: bytes
    is_final: bool
    is_alike: bool


def pack_files(files: Iterable[bytes]) -> bytes:
    """Return files one after the other, each behind its length.

    >>> pack_files([b"ab", b""])
    b'\\x00\\x00\\x00\\x02ab\\x00\\x00\\x00\\x00'
    """
    return b"".join(part for file in files for part in (len(file).to_bytes(4, "big"), file))


def clip_chunk(folder: Path, frames: str) -> FrameChunk:
    """Read frames, ``00000-00023``, of one of a clip's `FOLDERS`.

    Raises:
        FileNotFoundError: one is not there, or these are too many or none.
    """
    suffix = FOLDERS[folder.name]
    files = [folder / f"{index:05d}{suffix}" for index in _range(frames)]
    read = _read_if_known if folder.name == "truth" else _read
    return FrameChunk(pack_files(map(read, files)), is_final=True, is_alike=False)


def labels_chunk(folder: Path, state: str, frames: str) -> FrameChunk:
    """Read all models' labels of frames, ``00000-00023``, of the run in a folder.

    Raises:
        FileNotFoundError: the run is gone or has not ended in that state, a model has not done a frame, or these are
            too many or none. A run that has just ended is still found at work.
    """
    try:
        run = Run.open(folder)
    except ValueError as error:
        raise FileNotFoundError(folder) from error
    is_final = state in ENDED
    if is_final and state != run.state:
        raise FileNotFoundError(state)
    files = [run.labels_file(record.name, index) for index in _range(frames) for record in run.variants]
    return FrameChunk(pack_files(map(_read, files)), is_final, is_alike=True)


def _range(frames: str) -> range:
    first, last = map(int, frames.split("-"))
    if not 0 <= last - first < MOST:
        raise FileNotFoundError(frames)
    return range(first, last + 1)


def _read_if_known(path: Path) -> bytes:
    """Read the exact mask of a frame of the clip; empty where it is not known."""
    frame = path.parents[1] / "previews" / f"{path.stem}.jpg"
    return b"" if frame.exists() and not path.exists() else _read(path)


def _read(path: Path) -> bytes:
    if path.is_symlink():  # nothing leads out of a visitor's folder
        raise FileNotFoundError(path)
    return path.read_bytes()
