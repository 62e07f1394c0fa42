"""What was uploaded, as something to read frame by frame: a video, or pictures by themselves or in a zip."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from llb.video_io import PICTURES, natural_key

BYTES_PER_PIXEL = 4  # more than any packed picture needs
UNPACKED = 2_000_000_000  # bytes of a zip's pictures together


@contextmanager
def readable(sources: Sequence[Path], side: int) -> Iterator[Path]:
    """Yield what `read_frames` takes: the one video, or a folder with the pictures in natural order of their names.

    Raises:
        ValueError: several files that are not all pictures, or a zip that cannot be used.
    """
    pictures = [path for path in sources if path.suffix.lower() in PICTURES]
    if len(sources) != 1 and len(pictures) != len(sources):
        raise ValueError("These files do not belong together: choose one video, one zip, or pictures alone.")
    if not pictures and sources[0].suffix.lower() != ".zip":
        yield sources[0]
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not pictures:
            unpack_pictures(sources[0], folder, side)
        for number, path in enumerate(sorted(pictures, key=lambda path: natural_key(path.name))):
            os.symlink(path.resolve(), folder / f"{number:05d}{path.suffix.lower()}")
        yield folder


def unpack_pictures(path: Path, folder: Path, side: int) -> None:
    """Unpack the pictures of a zip into `folder`, numbered in natural order of their names.

    Nothing but pictures is read, and no more bytes of each than a picture of `side` x `side` pixels can have.

    Raises:
        ValueError: it is no zip, it is locked or damaged, its pictures are too large, or it holds none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = sorted(filter(_is_picture, archive.infolist()), key=lambda item: natural_key(item.filename))
            if sum(item.file_size for item in found) > UNPACKED:
                raise ValueError(f"{path.name} holds too much: pack fewer or smaller pictures.")
            for number, item in enumerate(found):
                if item.file_size > BYTES_PER_PIXEL * side * side:
                    raise ValueError(f"{PurePosixPath(item.filename).name} is too large: make the pictures smaller.")
                target = folder / f"{number:05d}{PurePosixPath(item.filename).suffix.lower()}"
                target.write_bytes(archive.read(item))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise ValueError(
            f"{path.name} is not a zip that can be read: pack the pictures again, without a password."
        ) from error
    if not found:
        raise ValueError(f"{path.name} holds no pictures: pack png, jpg or webp frames.")


def _is_picture(item: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(item.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return not item.is_dir() and not hidden and name.suffix.lower() in PICTURES
