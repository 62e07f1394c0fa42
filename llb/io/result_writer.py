"""What a run leaves on disk: masks, an overlay video, traces, and a record of how it was made."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, fields
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from llb.inference.clip import SegmentedFrame
from llb.io.label_png import overlay, write_labels
from llb.io.video_reader import Losses, VideoWriter
from llb.types import FrameResult, SearchRegion, TargetTrace

PACKAGES = ("torch", "timm", "numpy", "opencv-python-headless", "av")


class ResultWriter:
    """Take segmented frames one by one and write them; use it in a ``with`` statement.

    Writes ``masks/<name>.png``, ``overlay.mp4``, ``traces/<name>.npz`` for frames that carry traces, if `soft` also
    ``soft/<object>/<name>.png``, and on leaving ``run.json``: `facts` and what was counted here, also when the run
    broke off. `losses` are counted by the reader.

    Raise ValueError if the folder holds a run already.
    """

    def __init__(
        self, folder: Path, fps: float, facts: dict[str, Any], losses: Losses | None = None, soft: bool = False
    ) -> None:
        if (folder / "run.json").exists() or any(folder.glob("masks/*.png")):
            raise ValueError(f"{folder} holds an earlier run: choose another folder for --out, or remove that one.")
        self._folder, self._fps, self._facts, self._losses = folder, fps, facts, losses or Losses()
        self._soft = soft
        self._video: VideoWriter | None = None
        self._names: list[str] = []  # first and last
        self._seconds = np.zeros(3)  # first frame, others, frames
        self._origin = 0.0
        (folder / "masks").mkdir(parents=True, exist_ok=True)

    def write(self, done: SegmentedFrame) -> None:
        """Write one frame's mask, picture and traces."""
        frame, result = done.frame, done.result
        if self._video is None:
            size = (frame.rgb.shape[0], frame.rgb.shape[1])
            self._video = VideoWriter(self._folder / "overlay.mp4", size, self._fps)
            self._origin = frame.pts
            self._facts |= {"width": size[1], "height": size[0]}
        write_labels(self._folder / "masks" / f"{frame.name}.png", result.labels)
        self._video.write(overlay(frame.rgb, result.labels), frame.pts - self._origin, frame.duration)
        if self._soft:
            write_soft(self._folder / "soft", frame.name, result)
        if result.traces:
            (self._folder / "traces").mkdir(exist_ok=True)
            write_traces(self._folder / "traces" / f"{frame.name}.npz", result.traces)
        first = not self._names
        self._names = [frame.name] if first else [self._names[0], frame.name]
        self._seconds += (result.seconds, 0, 1) if first else (0, result.seconds, 1)
        self._facts["targets"] = list(result.targets)

    def __enter__(self) -> ResultWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._video is None:
            return
        self._video.close()
        first, rest, frames = self._seconds.tolist()
        timing = {"first_frame": round(first, 4), "per_frame": round(rest / max(frames - 1, 1), 4)}
        record = self._facts | {
            "frames": int(frames),
            "first_mask": f"{self._names[0]}.png",
            "last_mask": f"{self._names[-1]}.png",
            "finished": error is None,
            "notes": [*self._facts.get("notes", ()), *self._losses.notes],
            "seconds": timing,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        }
        (self._folder / "run.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def write_soft(folder: Path, name: str, result: FrameResult) -> None:
    """Write every object's probability as ``<object>/<name>.png``: grey, 255 where it is sure."""
    for target, prob in zip(result.targets, result.prob[1:], strict=True):
        path = folder / str(target) / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.round(255 * prob).astype(np.uint8)).save(path)


def write_traces(path: Path, traces: tuple[TargetTrace, ...]) -> None:
    """Write traces to a compressed npz, keys ``<target>.<field>``: floats as float16, a region as y0, x0, y1, x1.

    Fields that do not exist at this frame or in this variant are left out.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for trace in traces:
        for field in fields(trace):
            value = getattr(trace, field.name)
            if value is not None:
                arrays[f"{trace.target}.{field.name}"] = _as_array(value)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _as_array(value: Any) -> npt.NDArray[Any]:
    if isinstance(value, SearchRegion):
        value = tuple(asdict(value).values())
    array = np.asarray(value)
    return array.astype(np.float16) if np.issubdtype(array.dtype, np.floating) else array
