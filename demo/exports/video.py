"""Videos of a run: one model's overlay, all of them side by side, and the objects cut out of their background."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from demo.clips.clip import Clip
from demo.runs.run import Run
from llb.formats.alpha_video import write_alpha_video
from llb.io.label_png import overlay
from llb.io.video_reader import write_video
from llb.types import Rgb

BAR = 28  # pixels of the title above a picture
COLUMNS = 3  # pictures side by side


def write_overlay(run: Run, clip: Clip, name: str, path: Path) -> None:
    """Write one model's masks over the frames as H.264."""
    _write(run, clip, path, lambda index: overlay(clip.frame(index), run.labels(name, index)))


def write_side_by_side(run: Run, clip: Clip, path: Path) -> None:
    """Write all models' overlays in one H.264 video, each under its title."""
    _write(run, clip, path, lambda index: _grid(run, clip.frame(index), index))


def write_cutouts(run: Run, clip: Clip, path: Path) -> None:
    """Write the objects on a transparent background in a zip: a ``<model>.webm`` (VP9) for each model."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, TemporaryDirectory(dir=path.parent) as folder:
        for record in run.variants:
            video = Path(folder) / f"{run.model_folder(record.name).name}.webm"
            pictures = ((clip.frame(index), run.labels(record.name, index) > 0) for index in range(run.frames))
            write_alpha_video(video, pictures, clip.fps)
            archive.write(video, video.name)


def _write(run: Run, clip: Clip, path: Path, picture: Callable[[int], Rgb]) -> None:
    """Write a picture for each frame that is done, and let each stay as long as the clip's own."""
    write_video(path, map(picture, range(run.frames)), clip.times[: run.frames], clip.frame_end(run.frames - 1))


def _grid(run: Run, frame: Rgb, index: int) -> Rgb:
    """Lay a frame's overlays out in rows of `COLUMNS`; the last row is filled up with black."""
    columns = min(COLUMNS, len(run.variants))
    panes = [_titled(overlay(frame, run.labels(record.name, index)), record.title) for record in run.variants]
    panes += [np.zeros_like(panes[0])] * (-len(panes) % columns)
    rows = [np.concatenate(panes[start : start + columns], 1) for start in range(0, len(panes), columns)]
    return np.concatenate(rows)


def _titled(picture: Rgb, title: str) -> Rgb:
    """Put a bar with a title above a picture; OpenCV's letters are plain ASCII."""
    bar = np.full((BAR, picture.shape[1], 3), 24, np.uint8)
    letters = title.replace("τ", "tau").encode("ascii", "replace").decode()
    cv2.putText(bar, letters, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
    return np.concatenate([bar, picture])
