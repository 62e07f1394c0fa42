"""A folder of masks in other formats: COCO, YOLO-seg, boxes, DAVIS PNG, video with transparency."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from llb.formats.alpha_video import write_alpha_video
from llb.formats.coco import CocoFile
from llb.formats.polygons import box_of, outlines
from llb.io.label_fit import fit_labels
from llb.io.label_png import read_labels, write_labels
from llb.io.video_reader import list_pictures, probe, read_frames
from llb.types import Labels

BOX_COLUMNS = ("frame", "object", "x", "y", "width", "height", "area")


def read_masks(folder: Path) -> Iterator[tuple[str, Labels]]:
    """Yield the name and the labels of every mask of a folder, or of its ``masks``, in natural order.

    Raises:
        ValueError: there is no mask, or one cannot be read.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: give the one that llb segment wrote, or one of PNG masks.")
    inner = folder / "masks"
    for path in list_pictures(inner if inner.is_dir() else folder):
        yield path.stem, read_labels(path)


def write_coco(masks: Path, out: Path, clip: Path | None = None) -> None:
    """Write one COCO file; images are called as the masks are, with .png."""
    CocoFile.of((f"{name}.png", labels) for name, labels in read_masks(masks)).write(out)


def write_yolo(masks: Path, out: Path, clip: Path | None = None) -> None:
    """Write YOLO-seg: ``labels/NAME.txt`` with a line per part of an object, and the classes in ``data.yaml``.

    A line holds the class and the part's corners, from 0 to 1. Class 0 is the object with the smallest number. Holes
    are filled.
    """
    (out / "labels").mkdir(parents=True, exist_ok=True)
    numbers = sorted({int(value) for _, labels in read_masks(masks) for value in np.unique(labels) if value})
    for name, labels in read_masks(masks):
        height, width = labels.shape
        lines = []
        for target in np.unique(labels[labels > 0]):
            for part in outlines(labels == target):
                corners = " ".join(f"{x / width:.6f} {y / height:.6f}" for x, y in part)
                lines.append(f"{numbers.index(int(target))} {corners}\n")
        (out / "labels" / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    classes = "".join(f"  {index}: object {number}\n" for index, number in enumerate(numbers))
    (out / "data.yaml").write_text(f"names:\n{classes}", encoding="utf-8")


def write_boxes(masks: Path, out: Path, clip: Path | None = None) -> None:
    """Write a csv with a line per object and frame: the box in pixels, and the mask's area."""
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(BOX_COLUMNS)
        for name, labels in read_masks(masks):
            for target in np.unique(labels[labels > 0]):
                box = box_of(labels == target)
                area = int((labels == target).sum())
                writer.writerow((name, int(target), box.x, box.y, box.width, box.height, area))


def write_davis(masks: Path, out: Path, clip: Path | None = None) -> None:
    """Write indexed PNGs in the DAVIS palette."""
    out.mkdir(parents=True, exist_ok=True)
    for name, labels in read_masks(masks):
        write_labels(out / f"{name}.png", labels)


def write_alpha(masks: Path, out: Path, clip: Path | None = None) -> None:
    """Write the clip as VP9 (.webm) in which all but the objects is transparent.

    Raises:
        ValueError: there is no clip, or it has fewer frames than there are masks.
    """
    if clip is None:
        raise ValueError("The video with transparency needs the frames: give the clip with --clip.")
    info = probe(clip)
    frames = read_frames(clip)

    def pictures() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for name, labels in read_masks(masks):
            frame = next(frames, None)
            if frame is None:
                raise ValueError(f"{clip} ends before the mask {name}: give the clip that the masks were made of.")
            size = (frame.rgb.shape[0], frame.rgb.shape[1])
            yield frame.rgb, fit_labels(labels, size, f"The mask {name}", info.stored) > 0

    write_alpha_video(out, pictures(), info.fps)


FORMATS: dict[str, Callable[[Path, Path, Path | None], None]] = {
    "coco": write_coco,
    "yolo": write_yolo,
    "boxes": write_boxes,
    "davis": write_davis,
    "alpha": write_alpha,
}


def export_masks(masks: Path, kind: str, out: Path, clip: Path | None = None) -> None:
    """Write a folder of masks to `out` in a format (`FORMATS`); `clip` is for the video.

    Raises:
        ValueError: there is no such format, no mask, or no clip where one is needed.
    """
    if kind not in FORMATS:
        raise ValueError(f"There is no format {kind!r}: choose one of {', '.join(FORMATS)}.")
    next(read_masks(masks))
    out.parent.mkdir(parents=True, exist_ok=True)
    FORMATS[kind](masks, out, clip)
