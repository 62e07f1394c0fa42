"""A run of stand-in models for the tests of what is taken away."""

from __future__ import annotations

from pathlib import Path

import av

from demo.clips.clip import Clip
from demo.models.settings import Settings
from demo.runs.compare import compare
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, start_run
from tests.support.page_fakes import FakeModels, FakeSegmenter

NAMES = ("lite/llb", "lite/joint", "lite/llb~gates")
FOLDERS = [name.replace("/", "-") for name in NAMES]


def make_run(folder: Path, clip: Clip, stop_after: int = 10**6) -> Run:
    truth = clip.truth(0)
    assert truth is not None
    run = start_run(RunRequest(clip, {0: truth}, NAMES, Settings(interval=7)), FakeModels(), lambda: folder)
    seen: list[int] = []
    fakes = {name: FakeSegmenter(name.partition("~")[0]) for name in NAMES}
    for step in compare(run, clip, lambda: fakes, lambda: len(seen) > stop_after):
        seen.append(step.frame)
    return Run.open(folder)


def frames_of(path: Path) -> tuple[list[float], tuple[int, int]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [frame.time or 0.0 for frame in frames], (frames[0].height, frames[0].width)
