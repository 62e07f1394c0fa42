"""Videos of a run: one model's overlay, or all of them side by side, frame by frame at the clip's own times."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from demo.clips.clip import Clip
from demo.runs.run import Run
from llb.io.label_png import overlay
from llb.io.video_reader import write_video
from llb.types import Rgb

BAR = 28  # pixels of the title above a picture
COLUMNS = 3  # pictures side by side


def write_overlay(run: Run, clip: Clip, name: str, path: Path) -> None:
    """Write one model's masks over the frames as H.264."""
    pictures = (overlay(clip.frame(index), run.labels(name, index)) for index in range(run.frames))
    write_video(path, pictures, clip.times[: run.frames])


def write_side_by_side(run: Run, clip: Clip, path: Path) -> None:
    """Write all models' overlays in one H.264 video, each under its title."""
    write_video(path, (_grid(run, clip.frame(index), index) for index in range(run.frames)), clip.times[: run.frames])


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
