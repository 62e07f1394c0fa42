"""Runs on disk. The page reads what a run wrote and never asks the model again."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from demo.clips.clip import LOSSLESS, Clip
from demo.models.settings import Settings
from demo.runs.frame_stats import FrameStats
from demo.runs.passes import Pass, Repair, marked_objects, repaired, whole_clip
from demo.runs.trace_file import StoredTrace, from_arrays, to_arrays
from llb.io.label_png import read_labels, write_labels
from llb.types import Labels, TargetTrace

KEYS = "memory_keys"
SERIES = "series.jsonl"
INSIDES = 300  # frames of a long clip whose inside is kept


@dataclass(frozen=True)
class VariantRecord:
    """How far one variant got in a run and how it did. `overlap` is the mean J over objects and frames 1 on.

    `weights_sha256` and `precision` say with what it was computed (`demo.models.provider.ModelFacts`).
    """

    name: str
    title: str
    weights_sha256: str = ""
    precision: str = ""
    frames: int = 0
    seconds_per_frame: float | None = None
    overlap: float | None = None


@dataclass(frozen=True)
class Run:
    """A comparison on disk: per variant the label pictures and traces of every frame, and one series of figures.

    A repair (`branch`) is a run of its own that starts with all that the run `base` has. The inside of a long clip is
    kept `every` so many frames; of other frames in the memory only where they were looked at is.
    """

    folder: Path
    clip_folder: Path
    objects: tuple[int, ...]
    variants: tuple[VariantRecord, ...]
    settings: Settings = Settings()
    state: str = "waiting"  # waiting, running, done, stopped
    colours: dict[str, Any] = field(default_factory=dict)
    base: str = ""
    repair: Repair | None = None
    names: dict[int, str] = field(default_factory=dict)
    every: int = 1

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read a run that `save` wrote; raise ValueError if it is gone."""
        try:
            facts = json.loads((folder / "run.json").read_text())
        except FileNotFoundError as error:
            raise ValueError("This comparison is no longer there: run it again.") from error
        variants = tuple(VariantRecord(**record) for record in facts.pop("variants"))
        clip_folder, objects = Path(facts.pop("clip_folder")), tuple(facts.pop("objects"))
        facts["repair"] = Repair(**facts["repair"]) if facts["repair"] else None
        facts["names"] = {int(target): name for target, name in facts["names"].items()}
        return cls(folder, clip_folder, objects, variants, Settings(**facts.pop("settings")), **facts)

    def branch(self, folder: Path, given: Mapping[int, Labels], repair: Repair) -> Run:
        """Begin a repair of this run in another folder, with the masks as they are `given` there.

        Raises:
            ValueError: the frame to go on from is not finished in this run.
        """
        if repair.at >= self.frames:
            raise ValueError(f"Frame {repair.at} is not in these results: choose one up to {self.frames - 1}.")
        objects = tuple(sorted({*self.objects, *(t for there in marked_objects(given).values() for t in there)}))
        for record in self.variants:
            shutil.copytree(self.of(record.name), folder / self.of(record.name).name, copy_function=_share)
        shutil.copyfile(self.folder / SERIES, folder / SERIES)
        run = replace(self, folder=folder, objects=objects, base=self.folder.name, repair=repair).save(state="waiting")
        run.save_given(given)
        return run

    def passes(self, length: int) -> list[Pass]:
        """Return what is to be done on a clip of `length` frames; raise ValueError if there is nothing to go by."""
        marked = marked_objects(self.given())
        return repaired(marked, self.repair, length) if self.repair else whole_clip(marked, length)

    def save(self, **changes: object) -> Run:
        """Write the run's facts, with some of them changed, and return it."""
        run = replace(self, **changes)  # type: ignore[arg-type]
        facts = {key: value for key, value in asdict(run).items() if key != "folder"}
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / "run.part"
        draft.write_text(json.dumps({**facts, "clip_folder": str(run.clip_folder)}))
        draft.replace(self.folder / "run.json")
        return run

    def kept(self, index: int) -> int:
        """Return the last frame up to `index` whose inside is kept."""
        return index - index % self.every

    @property
    def frames(self) -> int:
        """Frames that every variant has finished."""
        return min((record.frames for record in self.variants), default=0)

    def record(self, name: str) -> VariantRecord:
        """Return a variant's record; raise ValueError for one that is not in the run."""
        for record in self.variants:
            if record.name == name:
                return record
        raise ValueError("This comparison has no such model: choose one that it shows.")

    def labels_file(self, name: str, index: int) -> Path:
        """Return where a variant's labels of a frame are."""
        return self.of(name) / "labels" / f"{index:05d}.png"

    def labels(self, name: str, index: int) -> Labels:
        """Return a variant's labels of a frame."""
        return read_labels(self.labels_file(name, index))

    def given(self) -> dict[int, Labels]:
        """Return the masks that were marked, by frame."""
        return {int(path.stem): read_labels(path) for path in sorted((self.folder / "given").glob("*.png"))}

    def save_given(self, given: Mapping[int, Labels]) -> None:
        """Keep the masks that were marked, by frame."""
        (self.folder / "given").mkdir(parents=True, exist_ok=True)
        for index, labels in given.items():
            write_labels(self.folder / "given" / f"{index:05d}.png", labels)

    def save_labels(self, name: str, index: int, labels: Labels) -> None:
        """Keep a variant's labels of a frame; a file that another run shares is left to it."""
        path = self.labels_file(name, index)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        write_labels(path, labels)

    def save_traces(self, name: str, index: int, traces: Iterable[TargetTrace], previous: int | None) -> None:
        """Keep traces of a frame; those of other targets stay. `previous` is the frame that was done before it."""
        path = self._traces(name, index)
        path.parent.mkdir(parents=True, exist_ok=True)
        traces = list(traces)
        if self.kept(index) != index:
            self._save_regions(path, [trace for trace in traces if trace.in_memory])
            return
        arrays = self._arrays_of_others(path, {trace.target for trace in traces})
        for trace in traces:
            before = None
            if trace.memory_keys is None and previous is not None:
                before = self.trace(name, previous, trace.target)
            keys_frame = before.keys_frame if before else index
            arrays.update(to_arrays(trace.target, StoredTrace.reduce(trace, keys_frame)))
            if trace.memory_keys is not None:
                arrays[f"{trace.target}.{KEYS}"] = trace.memory_keys.astype(np.float16)
        path.unlink(missing_ok=True)
        np.savez(path, **arrays)  # type: ignore[arg-type]

    def _save_regions(self, path: Path, traces: list[TargetTrace]) -> None:
        arrays = self._arrays_of_others(path, {trace.target for trace in traces})
        for trace in traces:
            bare = replace(StoredTrace.reduce(trace, 0), features={}, mask=np.zeros((1, 1), np.uint8))
            arrays.update(to_arrays(trace.target, bare))
        if arrays:
            path.unlink(missing_ok=True)
            np.savez(path, **arrays)  # type: ignore[arg-type]

    def _arrays_of_others(self, path: Path, targets: set[int]) -> dict[str, np.ndarray]:
        if not path.exists():
            return {}
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays if int(key.partition(".")[0]) not in targets}

    def trace(self, name: str, index: int, target: int) -> StoredTrace | None:
        """Return the trace of a target at a frame, or None if there is none."""
        path = self._traces(name, index)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return from_arrays(target, arrays) if f"{target}.facts" in arrays else None

    def memory_keys(self, name: str, index: int, target: int) -> Float[np.ndarray, "t k h w"] | None:
        """Return the keys of the memory that a target had from a frame on, if they were stored there."""
        with np.load(self._traces(name, index), allow_pickle=False) as arrays:
            stored: np.ndarray | None = arrays.get(f"{target}.{KEYS}")
            return stored

    def add_frame_stats(self, stats: FrameStats) -> None:
        """Append the statistics of one frame, all models together, to the series."""
        with (self.folder / SERIES).open("a") as series:
            series.write(json.dumps(stats.to_json()) + "\n")

    def save_frame_stats(self, series: Iterable[FrameStats]) -> None:
        """Write the whole series anew."""
        draft = self.folder / "series.part"
        draft.write_text("".join(json.dumps(stats.to_json()) + "\n" for stats in series))
        draft.replace(self.folder / SERIES)

    def frame_stats(self, start: int = 0) -> list[FrameStats]:
        """Return the statistics of every frame from `start` on that is written."""
        path = self.folder / SERIES
        lines = path.read_text().splitlines() if path.exists() else []
        return [FrameStats.from_json(json.loads(line)) for line in lines[start:]]

    def of(self, name: str) -> Path:
        """Return a variant's folder."""
        return self.folder / name.replace("/", "-")

    def _traces(self, name: str, index: int) -> Path:
        return self.of(name) / "traces" / f"{index:05d}.npz"


def every_of(clip: Clip) -> int:
    """Return every how many frames the inside of a run on a clip is kept."""
    return 1 if len(clip) <= LOSSLESS else math.ceil(len(clip) / INSIDES)


def _share(source: str, target: str) -> None:
    """Let two runs share a file, which costs no room; on another disk it is copied."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
