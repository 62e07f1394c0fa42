"""The files that a visitor takes away of a run: which kinds there are, their names, and how each is written."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from demo import text
from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.exports import words
from demo.exports.measurements import Measurements, object_names
from demo.exports.report import write_report
from demo.exports.video import write_overlay, write_side_by_side
from demo.runs.lane import Lane
from demo.runs.run import Run
from demo.whole_file import whole_file
from llb.formats.coco import CocoFile

DOWNLOADS = "downloads"  # in the run's folder, so that they go with it
LANE = Lane(at_once=2, waiting=8, busy=text.EXPORTS_BUSY)


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its name, and what writes it to a path."""

    file_name: str
    write: Callable[[Run, Clip, Path], None]


def export(kind: str, run: Run, clip: Clip) -> Path:
    """Write a run's file of a kind (`KINDS`), unless it is there already, and return it.

    Of a run at work it holds the frames that are done.

    Raises:
        ValueError: there is no such kind, no frame is done, a repair is at work, or too many files are being written.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no file {kind!r} to take away: choose one of {', '.join(KINDS)}.")
    found = KINDS[kind]
    return _write_once(run, found.file_name, lambda draft: found.write(run, clip, draft))


def export_overlay(run: Run, clip: Clip, name: str) -> Path:
    """Write one model's overlay video, unless it is there already, and return it.

    Raises:
        ValueError: there is no such model in the run, or as in `export`.
    """
    folder_of_model = run.model_folder(run.record(name).name).name
    return _write_once(run, f"{folder_of_model}.mp4", lambda draft: write_overlay(run, clip, name, draft))


def _write_once(run: Run, file_name: str, write: Callable[[Path], None]) -> Path:
    """Write a file of a run as it is now; whoever asks for the same meanwhile waits and gets it, too."""
    ended = run.state in ("done", "stopped")
    if not run.frames:
        raise ValueError(text.NOTHING_DONE)
    if run.repair and not ended:  # its frames are those of two runs, and change
        raise ValueError(text.REPAIR_AT_WORK)
    version = "" if ended else f"-{(run.folder / 'run.json').stat().st_mtime_ns}"
    path = run.folder / DOWNLOADS / f"{run.state}-{run.frames}{version}" / file_name

    def write_if_missing() -> Path:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _drop_older(path.parent)
            with whole_file(path) as draft:
                write(draft)
        return path

    return path if path.exists() else LANE.do(write_if_missing, result=str(path))


def _drop_older(kept: Path) -> None:
    """Delete the files of earlier states of a run; those of the last such state may be on their way to a browser."""
    others = [folder for folder in kept.parent.iterdir() if folder != kept]
    for old in sorted(others, key=lambda folder: folder.stat().st_mtime)[:-1]:
        shutil.rmtree(old, ignore_errors=True)


def write_masks(run: Run, clip: Clip, path: Path) -> None:
    """Write label pictures as ``<model>/00000.png`` in a zip: the pixel's number is the object, in DAVIS colours."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", words.MASKS_README)
        for record in run.variants:
            for index in range(run.frames):
                archive.write(
                    run.labels_file(record.name, index), f"{run.model_folder(record.name).name}/{index:05d}.png"
                )


def write_coco(run: Run, clip: Clip, path: Path) -> None:
    """Write a COCO file ``<model>.json`` for each model in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in run.variants:
            frames = ((f"{index:05d}.png", run.labels(record.name, index)) for index in range(run.frames))
            found = CocoFile.of(frames, object_names(run))
            archive.writestr(f"{run.model_folder(record.name).name}.json", json.dumps(asdict(found)))


def write_traces(run: Run, clip: Clip, path: Path) -> None:
    """Write all stored arrays in one npz, keys ``<model>/<frame>/<object>.<field>``; features in fp16.

    Raises:
        ValueError: they are still being computed.
    """
    if run.inside_missing:
        raise ValueError(text.INSIDE_NOT_YET)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in run.variants:
            for file in sorted((run.model_folder(record.name) / "traces").glob("*.npz")):
                with zipfile.ZipFile(file) as stored:
                    for entry in stored.namelist():
                        name = f"{run.model_folder(record.name).name}/{file.stem}/{entry}"
                        archive.writestr(name, stored.read(entry))


def write_measurements(run: Run, clip: Clip, path: Path) -> None:
    """Write settings, models, the clip's facts and every frame's figures as JSON."""
    frames = [stats.to_json() for stats in run.frame_stats()[: run.frames]]
    measured = {**Measurements.of(run, clip).to_json(), "frames": frames}
    path.write_text(json.dumps(browser_json(measured), indent=1, allow_nan=False))


KINDS: dict[str, FileKind] = {
    "side_by_side": FileKind("side-by-side.mp4", write_side_by_side),
    "masks": FileKind("masks.zip", write_masks),
    "coco": FileKind("masks.coco.zip", write_coco),
    "traces": FileKind("traces.npz", write_traces),
    "measurements": FileKind("measurements.json", write_measurements),
    "report": FileKind("report.html", write_report),
}
