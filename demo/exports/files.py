"""The files that a visitor takes away of a run: which kinds there are, their names, and how each is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from demo import text
from demo.clips.clip import Clip
from demo.exports.internals import write_internals, write_internals_of
from demo.exports.masks import write_coco, write_masks, write_soft_masks
from demo.exports.numbers import write_curves, write_measurements
from demo.exports.plots import write_plots
from demo.exports.report import write_report
from demo.exports.video import write_cutouts, write_overlay, write_side_by_side
from demo.runs.lane import Lane
from demo.runs.run import Run
from demo.whole_file import whole_file

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


def export_internals(run: Run, index: int) -> Path:
    """Write the models' inside at one frame, unless it is there already, and return it.

    Raises:
        ValueError: the run has no such frame, nothing is stored of it, or as in `export`.
    """
    return _write_once(run, f"traces-{index:05d}.npz", lambda draft: write_internals_of(run, index, draft))


def _write_once(run: Run, file_name: str, write: Callable[[Path], None]) -> Path:
    """Write a file of a run as it is now; whoever asks for the same meanwhile waits and gets it, too."""
    ended = run.state in ("done", "stopped")
    if not run.frames:
        raise ValueError(text.NOTHING_DONE)
    if run.repair and not ended:  # its frames are those of two runs, and change
        raise ValueError(text.REPAIR_AT_WORK)
    path = _place(run, file_name)

    def write_if_missing() -> Path:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _drop_older(path.parent)
            with whole_file(path) as draft:
                write(draft)
        return path

    return path if path.exists() else LANE.do(write_if_missing, result=str(path))


def written(run: Run, file_name: str) -> Path | None:
    """Return a file of a run as it is now, None if it is not written."""
    path = _place(run, file_name)
    return path if path.exists() else None


def _place(run: Run, file_name: str) -> Path:
    """Return where a file of a run as it is now lies, or will."""
    ended = run.state in ("done", "stopped")
    version = "" if ended else f"-{(run.folder / 'run.json').stat().st_mtime_ns}"
    return run.folder / DOWNLOADS / f"{run.state}-{run.frames}{version}" / file_name


def _drop_older(kept: Path) -> None:
    """Delete the files of earlier states of a run; those of the last such state may be on their way to a browser."""
    others = [folder for folder in kept.parent.iterdir() if folder != kept]
    for old in sorted(others, key=lambda folder: folder.stat().st_mtime)[:-1]:
        shutil.rmtree(old, ignore_errors=True)


KINDS: dict[str, FileKind] = {
    "side_by_side": FileKind("side-by-side.mp4", write_side_by_side),
    "cutouts": FileKind("cut-outs.zip", write_cutouts),
    "masks": FileKind("masks.zip", write_masks),
    "soft": FileKind("soft-masks.zip", write_soft_masks),
    "coco": FileKind("masks.coco.zip", write_coco),
    "curves": FileKind("curves.csv", write_curves),
    "plots": FileKind("plots.zip", write_plots),
    "measurements": FileKind("measurements.json", write_measurements),
    "report": FileKind("report.html", write_report),
    "traces": FileKind("traces.npz", write_internals),
}
