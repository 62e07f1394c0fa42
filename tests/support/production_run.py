"""A comparison of the shipped models as a server runs it, in a process of its own without the tests' limit on threads.

``python -m tests.support.production_run FOLDER`` leaves a run in FOLDER/side-by-side, the same computed one model after
the other in FOLDER/one_by_one.npz, and in FOLDER/failed a run in which a model fails.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.models.provider import Segmenter
from demo.models.settings import Settings
from demo.models.shipped import ShippedModels
from demo.runs.compare import compare
from demo.runs.run_setup import RunRequest, start_run
from demo.runs.trace_file import FEATURES
from llb.types import FrameResult, Rgb, TraceRequest
from tests.support.clips import square_clip

NAMES = ("lite/llb", "lite/joint", "lite/llb~gates", "lite/llb-4")
FRAMES = 8
LATE = 3  # the frame on which the second object is marked
FAILS_AT = 4
SETTINGS = Settings(interval=3)


@dataclass(frozen=True)
class Squares:
    """Two squares that move apart, drawn large."""

    frames: Rgb
    labels: np.ndarray
    fps: float = 10.0


def draw_squares(_: str) -> Squares:
    rgb, labels = square_clip(FRAMES, {1: (20, 20), 2: (60, 70)})
    return Squares(*(array.repeat(2, 1).repeat(2, 2) for array in (rgb, labels)))


def marks(clip: Clip) -> dict[int, np.ndarray]:
    first, late = clip.truth(0), clip.truth(LATE)
    assert first is not None
    assert late is not None
    return {0: np.where(first == 1, first, 0), LATE: np.where(late == 2, late, 0)}


def do_one_by_one(clip: Clip, segmenters: Mapping[str, Segmenter]) -> dict[str, np.ndarray]:
    """Return the labels and features of every frame, each model after the one that leads it, in one thread."""
    torch.set_num_threads(1)
    found: dict[str, np.ndarray] = {}
    given = marks(clip)
    for index in range(FRAMES):
        request = TraceRequest(keys=True, all_keys=index == 0)
        for name, segmenter in segmenters.items():
            if index == 0:
                result = segmenter.start(clip.frame(0), {1: given[0] == 1}, request)
            else:
                if index == LATE:
                    segmenter.add_target(2, given[LATE] == 2)
                result = segmenter.step(clip.frame(index), request)
            found[f"{name} {index}"] = result.labels
            found[f"{name} {index} shared"] = np.array(result.shared_seconds or 0.0)
            for trace in result.traces if index in (LATE, FRAMES - 1) else ():
                features = {feature: getattr(trace, feature) for feature in (*FEATURES, "memory_keys")}
                known = {feature: array for feature, array in features.items() if array is not None}
                found |= {f"{name} {index} {trace.target} {feature}": array for feature, array in known.items()}
    return found


class Failing:
    """Leave a model as it is until the frame at which it fails."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter, self.index = segmenter, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.segmenter, name)

    def step(self, frame: Rgb, trace: TraceRequest | None = None) -> FrameResult:
        self.index += 1
        if self.index == FAILS_AT:
            raise RuntimeError("out of memory in /srv/secret")
        return self.segmenter.step(frame, trace)


class Slow(Failing):
    """Say when a step has ended, some time after the others'."""

    ended = 0

    def step(self, frame: Rgb, trace: TraceRequest | None = None) -> FrameResult:
        result = self.segmenter.step(frame, trace)
        time.sleep(0.2)
        self.ended += 1
        return result


def fail(request: RunRequest, models: ShippedModels, folder: Path) -> None:
    """Do a run in which the second model fails; print its error, and how many steps of the third have ended by then."""
    run = start_run(request, models, lambda: folder)
    segmenters: dict[str, Segmenter] = models.segmenters(NAMES, SETTINGS)
    segmenters[NAMES[1]] = Failing(segmenters[NAMES[1]])  # type: ignore[assignment]
    slow = segmenters[NAMES[3]] = Slow(segmenters[NAMES[3]])  # type: ignore[assignment]
    try:
        list(compare(run, request.clip, lambda: segmenters, lambda: False))
    except ValueError as error:
        ended = slow.ended
        time.sleep(0.5)
        print(error, ended == slow.ended, sep="\n")


def main(folder: Path) -> None:
    torch.set_num_threads(2)
    clip = ExampleShelf(folder / "examples", {"squares": "Two squares"}, draw_squares).clip("squares")
    models, request = ShippedModels(), RunRequest(clip, marks(clip), NAMES, SETTINGS)
    run = start_run(request, models, lambda: folder / "side-by-side")
    list(compare(run, clip, lambda: models.segmenters(NAMES, SETTINGS), lambda: False))
    fail(request, models, folder / "failed")
    np.savez(folder / "one_by_one.npz", **do_one_by_one(clip, models.segmenters(NAMES, SETTINGS)))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
