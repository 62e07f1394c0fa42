"""A zip of pictures as the frames of a clip."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from llb.video_io import PICTURES, natural_key

BYTES_PER_PIXEL = 4  # more than any packed picture needs


def unpack_pictures(path: Path, folder: Path, most: int, side: int) -> None:
    """Unpack the first `most` pictures of a zip into `folder`, numbered in natural order of their names.

    Nothing but pictures is read, and no more bytes of each than a picture of `side` x `side` pixels can have.

    Raises:
        ValueError: it is no zip, it is locked or damaged, a picture is too large, or it holds no pictures.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = sorted(filter(_is_picture, archive.infolist()), key=lambda item: natural_key(item.filename))
            for number, item in enumerate(found[:most]):
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
