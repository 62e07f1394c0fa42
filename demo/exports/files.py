"""The files that a visitor takes away of a run: which kinds there are, their names, and how each is written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo import text
from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.exports.coco import CocoFile
from demo.exports.measurements import Measurements
from demo.exports.report import write_report
from demo.exports.video import write_overlay, write_side_by_side
from demo.runs.run import Run


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its name, and what writes it to a path."""

    file_name: str
    write: Callable[[Run, Clip, Path], None]


def export(kind: str, run: Run, clip: Clip, folder: Path) -> Path:
    """Write a run's file of a kind (`KINDS`) into `folder`, unless it is there already, and return it.

    Raises:
        ValueError: there is no such kind, or the run has no finished frame.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no file {kind!r} to take away: choose one of {', '.join(KINDS)}.")
    if not run.frames or run.state == "running":
        raise ValueError("This comparison is still running: stop it or wait for its end, then take the files away.")
    found = KINDS[kind]
    return _write_once(folder / found.file_name, lambda draft: found.write(run, clip, draft))


def export_overlay(run: Run, clip: Clip, name: str, folder: Path) -> Path:
    """Write one model's overlay video, unless it is there already, and return it.

    Raises:
        ValueError: there is no such model in the run.
    """
    folder_of_model = run.model_folder(run.record(name).name).name
    return _write_once(folder / f"{folder_of_model}.mp4", lambda draft: write_overlay(run, clip, name, draft))


def _write_once(path: Path, write: Callable[[Path], None]) -> Path:
    """Write a file by way of a draft, so that a path that exists holds a whole file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"draft-{path.name}")
        write(draft)
        draft.replace(path)
    return path


def write_masks(run: Run, clip: Clip, path: Path) -> None:
    """Write label pictures as ``<model>/00000.png`` in a zip: the pixel's number is the object, in DAVIS colours."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", text.MASKS_README)
        for record in run.variants:
            for index in range(run.frames):
                archive.write(
                    run.labels_file(record.name, index), f"{run.model_folder(record.name).name}/{index:05d}.png"
                )


def write_coco(run: Run, clip: Clip, path: Path) -> None:
    """Write the masks as COCO annotations."""
    path.write_text(json.dumps(CocoFile.of(run, clip).to_json()))


def write_traces(run: Run, clip: Clip, path: Path) -> None:
    """Write all stored arrays in one npz, keys ``<model>/<frame>/<object>.<field>``; features in fp16."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in run.variants:
            for file in sorted((run.model_folder(record.name) / "traces").glob("*.npz")):
                with np.load(file, allow_pickle=False) as arrays:
                    for key in arrays:
                        buffer = io.BytesIO()
                        np.lib.format.write_array(buffer, arrays[key], allow_pickle=False)
                        archive.writestr(
                            f"{run.model_folder(record.name).name}/{file.stem}/{key}.npy", buffer.getvalue()
                        )


def write_measurements(run: Run, clip: Clip, path: Path) -> None:
    """Write settings, models, the clip's facts and every frame's figures as JSON."""
    frames = [stats.to_json() for stats in run.frame_stats()]
    measured = {**Measurements.of(run, clip).to_json(), "frames": frames}
    path.write_text(json.dumps(browser_json(measured), indent=1, allow_nan=False))


KINDS: dict[str, FileKind] = {
    "side_by_side": FileKind("side-by-side.mp4", write_side_by_side),
    "masks": FileKind("masks.zip", write_masks),
    "coco": FileKind("masks.coco.json", write_coco),
    "traces": FileKind("traces.npz", write_traces),
    "measurements": FileKind("measurements.json", write_measurements),
    "report": FileKind("report.html", write_report),
}
