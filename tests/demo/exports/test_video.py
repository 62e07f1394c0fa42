"""The videos that a visitor takes away."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.exports.files import export, export_overlay
from demo.exports.video import write_overlay
from demo.runs.run import Run
from tests.support.exported_run import FOLDERS, NAMES, frames_of
from tests.support.page_fakes import FRAMES


def test_the_side_by_side_video_has_every_frame_at_its_time(run: Run, clip: Clip, tmp_path: Path) -> None:
    times, (height, width) = frames_of(export("side_by_side", run, clip))
    assert times == pytest.approx(list(clip.times), abs=2e-3)
    assert (height, width) == (clip.height + 28, 3 * clip.width)


def test_the_last_frame_stays_as_long_as_in_the_clip(run: Run, clip: Clip, tmp_path: Path) -> None:
    whole = replace(clip, end=clip.times[-1] + 1.5)
    stopped = replace(run, variants=tuple(replace(record, frames=4) for record in run.variants))
    for exported, ends in ((run, whole.end), (stopped, clip.times[4])):
        write_overlay(exported, whole, NAMES[0], tmp_path / "overlay.mp4")
        with av.open(str(tmp_path / "overlay.mp4")) as container:
            stream = container.streams.video[0]
            assert stream.duration is not None
            assert float(stream.duration * stream.time_base) == pytest.approx(ends, abs=0.01)


def test_an_overlay_has_every_frame(run: Run, clip: Clip, tmp_path: Path) -> None:
    times, size = frames_of(export_overlay(run, clip, "lite/joint"))
    assert len(times) == FRAMES
    assert size == (clip.height, clip.width)
    with pytest.raises(ValueError, match="no such model"):
        export_overlay(run, clip, "../secrets")


def test_cut_outs_are_transparent_beside_the_objects(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("cutouts", run, clip)) as archive:
        assert archive.namelist() == [f"{folder}.webm" for folder in FOLDERS]
        archive.extractall(tmp_path)
    with av.open(str(tmp_path / f"{FOLDERS[0]}.webm")) as container:
        assert container.streams.video[0].metadata.get("alpha_mode") == "1"
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frames = [frame for packet in container.demux(video=0) for frame in decoder.decode(packet)]
    assert len(frames) == FRAMES
    alpha = frames[3].to_ndarray(format="rgba")[: clip.height, : clip.width, 3]
    labels = run.labels(NAMES[0], 3) > 0
    assert alpha[cv2.erode(np.uint8(labels), np.ones((9, 9))) > 0].min() > 200
    assert alpha[cv2.dilate(np.uint8(labels), np.ones((9, 9))) == 0].max() < 50
