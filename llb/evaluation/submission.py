"""The zip of masks that a benchmark's server takes, and its rules.

DAVIS and MOSE want the sequences' folders at the top of the zip, YouTube-VOS and LVOS below ``Annotations``; all want
an indexed PNG with the ids of the first masks for every frame asked for, of the frames' size.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from llb.evaluation.datasets import Dataset
from llb.evaluation.sequence import DataSequence
from llb.io.label_png import davis_palette
from llb.io.picture_file import read_header


def write_submission(dataset: Dataset, masks: Path, path: Path) -> Path:
    """Zip the masks of all sequences (``MASKS/SEQUENCE/FRAME.png``) for the data set's server, and check the zip.

    Raises:
        ValueError: a mask is missing, or the zip breaks a rule.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for sequence in dataset.sequences:
            for stem in sequence.asked:
                file = masks / sequence.name / f"{stem}.png"
                if not file.is_file():
                    raise ValueError(f"{file} is missing: give the command again to write it.")
                archive.write(file, _name(dataset, sequence, stem))
    check_submission(dataset, path)
    return path


def check_submission(dataset: Dataset, path: Path) -> None:
    """Raise ValueError with the first rule that a zip breaks: names, sizes, palette, ids."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        wanted = {_name(dataset, sequence, stem) for sequence in dataset.sequences for stem in sequence.asked}
        for problem, found in (("lacks", wanted - names), ("has an unasked", names - wanted)):
            if found:
                raise ValueError(
                    f"{path.name} {problem} {min(found)}: the server wants the frames of the data set alone."
                )
        for sequence in dataset.sequences:
            ids = [0, *(item.id for item in sequence.objects)]
            size = _size(sequence)
            for stem in sequence.asked:
                name = _name(dataset, sequence, stem)
                for problem in _problems(archive.read(name), ids, size):
                    raise ValueError(f"{name} {problem}, which the server refuses: write the masks anew.")


def _problems(data: bytes, ids: list[int], size: tuple[int, int]) -> Iterator[str]:
    with Image.open(BytesIO(data)) as image:
        if image.format != "PNG" or image.mode != "P":
            yield f"is {image.format} of type {image.mode}, not an indexed PNG"
        elif image.getpalette() != davis_palette().ravel().tolist():
            yield "has another palette than DAVIS's"
        elif image.size != size:
            yield f"is {image.width}x{image.height}, not {size[0]}x{size[1]}"
        else:
            strange = sorted(set(np.unique(np.array(image)).tolist()) - set(ids))
            if strange:
                yield f"holds object {strange[0]}"


def _size(sequence: DataSequence) -> tuple[int, int]:
    """Return width and height of a sequence's frames."""
    file = next(path for path in sequence.images.iterdir() if path.stem == sequence.stems[0])
    header = read_header(file.read_bytes(), file.name)
    return header.width, header.height


def _name(dataset: Dataset, sequence: DataSequence, stem: str) -> str:
    top = f"{dataset.zip_root}/" if dataset.zip_root else ""
    return f"{top}{sequence.name}/{stem}.png"
