"""Annotated sequences in DAVIS layout: read by training and by evaluation alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from llb.io.picture_folder import PICTURES

RESOLUTION = "480p"
LISTS = ("2017", "2016", RESOLUTION)  # the last is where DAVIS 2016's own archive keeps its lists


@dataclass(frozen=True)
class AnnotatedImage:
    """An image and its mask file (palette PNG of object ids, 0 = background), of the same size."""

    image: Path
    mask: Path


@dataclass(frozen=True)
class DavisSequence:
    """A folder of frames and a folder of masks (PNG) with the same stems."""

    name: str
    images: Path
    masks: Path

    def mask_file(self, stem: str) -> Path:
        """Return where the mask of a frame is, if the frame has one."""
        return self.masks / f"{stem}.png"

    def annotated_images(self) -> tuple[AnnotatedImage, ...]:
        """Return the frames that have a mask, in time order."""
        return pair_images(self.images, self.masks)


def pair_images(images: Path, masks: Path) -> tuple[AnnotatedImage, ...]:
    """Pair a folder's images with the masks of the same stem in another, sorted by name; skip images without one."""
    files = sorted(path for path in images.iterdir() if path.suffix.lower() in PICTURES)
    pairs = (AnnotatedImage(path, masks / f"{path.stem}.png") for path in files)
    return tuple(pair for pair in pairs if pair.mask.is_file())


def find_sequences(
    data_dir: Path, split: str, resolution: str = RESOLUTION, year: str = ""
) -> tuple[DavisSequence, ...]:
    """List the sequences of a split; `resolution` is a folder of the official layout, `year` one of its lists' folders.

    Two layouts are understood: ``{split}/JPEGImages/<name>`` with ``{split}/Annotations/<name>`` (sorted by name), and
    the official ``JPEGImages/480p/<name>``, ``Annotations/480p/<name>``, ``ImageSets/2017/{split}.txt`` or 2016's lists
    (in the list's order). Without `year` the list of 2017 goes first.

    Raises:
        ValueError: there is no such split, it is empty, or a sequence lacks a folder.
    """
    root = data_dir / split
    if (root / "JPEGImages").is_dir():
        names = sorted(path.name for path in (root / "JPEGImages").iterdir() if path.is_dir())
        images, masks = root / "JPEGImages", root / "Annotations"
    else:
        names = _listed(data_dir, split, tuple(folder for folder in LISTS if year in ("", folder, RESOLUTION)))
        images, masks = data_dir / "JPEGImages" / resolution, data_dir / "Annotations" / resolution
    found = tuple(DavisSequence(name, images / name, masks / name) for name in names)
    for folder in (folder for sequence in found for folder in (sequence.images, sequence.masks)):
        if not folder.is_dir():
            raise ValueError(f"The folder {folder} is missing: complete the data set.")
    if not found:
        raise ValueError(f"The split {split!r} of {data_dir} has no sequences: give the folder of a DAVIS data set.")
    return found


def _listed(data_dir: Path, split: str, lists: tuple[str, ...]) -> list[str]:
    """Read the official list of a split: a name per line, or DAVIS 2016's lines of an image's and a mask's path."""
    files = [data_dir / "ImageSets" / folder / f"{split}.txt" for folder in lists]
    path = next((path for path in files if path.is_file()), None)
    if path is None:
        raise ValueError(
            f"{data_dir} has no split {split!r}: it needs {split}/JPEGImages, or JPEGImages/480p with "
            f"ImageSets/2017/{split}.txt."
        )
    first_words = [line.split()[0] for line in path.read_text().splitlines() if line.strip()]
    names = [word.strip("/").split("/")[-2] if "/" in word else word for word in first_words]
    return list(dict.fromkeys(names))
