"""Runs on disk. The page reads what a run wrote and never asks the model again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from llb.palette import read_labels, write_labels
from llb.types import SearchRegion, TargetTrace

Labels = UInt8[np.ndarray, "height width"]


@dataclass(frozen=True)
class StoredTrace:
    """What a run keeps of one target at one frame: E1 and E2 whole (fp16), the gates as their mean over channels."""

    region: SearchRegion
    in_memory: bool
    predicted: bool
    value: Float[np.ndarray, "d h w"]
    label: Float[np.ndarray, "d h w"]
    gate_transduced: Float[np.ndarray, "h w"] | None
    gate_induced: Float[np.ndarray, "h w"] | None

    @classmethod
    def reduce(cls, trace: TargetTrace) -> StoredTrace:
        """Keep of an engine's trace what the page shows."""
        gates = (trace.gate_transduced, trace.gate_induced)
        means = [None if gate is None else gate.astype(np.float32).mean(0).astype(np.float16) for gate in gates]
        value, label = trace.value.astype(np.float16), trace.label.astype(np.float16)
        return cls(trace.region, trace.in_memory, trace.transduced is not None, value, label, means[0], means[1])


@dataclass(frozen=True)
class VariantRecord:
    """How far one variant got in a run and how it did. `overlap` is the mean J over objects and frames 1 on."""

    name: str
    title: str
    frames: int = 0
    seconds_per_frame: float | None = None
    overlap: float | None = None


@dataclass(frozen=True)
class Run:
    """A comparison on disk: per variant a video, the label pictures and the reduced traces of every frame."""

    folder: Path
    clip_folder: Path
    objects: tuple[int, ...]
    variants: tuple[VariantRecord, ...]
    state: str = "waiting"  # waiting, running, done, stopped
    colours: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read a run that `save` wrote; raise ValueError if it is gone."""
        try:
            facts = json.loads((folder / "run.json").read_text())
        except FileNotFoundError as error:
            raise ValueError("This comparison is no longer there: run it again.") from error
        variants = tuple(VariantRecord(**record) for record in facts.pop("variants"))
        clip_folder, objects = Path(facts.pop("clip_folder")), tuple(facts.pop("objects"))
        return cls(folder, clip_folder, objects, variants, **facts)

    def save(self, **changes: object) -> Run:
        """Write the run's facts, with some of them changed, and return it."""
        run = replace(self, **changes)  # type: ignore[arg-type]
        facts = {key: value for key, value in asdict(run).items() if key != "folder"}
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / "run.part"
        draft.write_text(json.dumps({**facts, "clip_folder": str(run.clip_folder)}))
        draft.replace(self.folder / "run.json")
        return run

    @property
    def frames(self) -> int:
        """Frames that every variant has finished."""
        return min((record.frames for record in self.variants), default=0)

    def video(self, name: str) -> Path:
        """Return where a variant's overlay video is."""
        return self._of(name) / "overlay.mp4"

    def labels(self, name: str, index: int) -> Labels:
        """Return a variant's labels of a frame."""
        return read_labels(self._of(name) / "labels" / f"{index:05d}.png")

    def given(self) -> Labels:
        """Return the labels of frame 0 that the run starts from."""
        return read_labels(self.folder / "given.png")

    def save_given(self, labels: Labels) -> None:
        """Keep the labels of frame 0 that the run starts from."""
        write_labels(self.folder / "given.png", labels)

    def save_frame(self, name: str, index: int, labels: Labels, traces: Iterable[TargetTrace]) -> None:
        """Keep a variant's labels and reduced traces of a frame."""
        for kind in ("labels", "traces"):
            (self._of(name) / kind).mkdir(parents=True, exist_ok=True)
        write_labels(self._of(name) / "labels" / f"{index:05d}.png", labels)
        arrays: dict[str, np.ndarray] = {}
        for trace in traces:
            arrays.update(_to_arrays(trace.target, StoredTrace.reduce(trace)))
        np.savez(self._of(name) / "traces" / f"{index:05d}.npz", **arrays)  # type: ignore[arg-type]

    def trace(self, name: str, index: int, target: int) -> StoredTrace | None:
        """Return the trace of a target at a frame, or None if there is none."""
        path = self._of(name) / "traces" / f"{index:05d}.npz"
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return _from_arrays(target, arrays) if f"{target}.facts" in arrays else None

    def _of(self, name: str) -> Path:
        return self.folder / name.replace("/", "-")


def _to_arrays(target: int, trace: StoredTrace) -> dict[str, np.ndarray]:
    region = trace.region
    facts = np.array([region.y0, region.x0, region.y1, region.x1, trace.in_memory, trace.predicted], np.int32)
    arrays = {f"{target}.facts": facts, f"{target}.value": trace.value, f"{target}.label": trace.label}
    if trace.gate_transduced is not None and trace.gate_induced is not None:
        arrays[f"{target}.gates"] = np.stack([trace.gate_transduced, trace.gate_induced])
    return arrays


def _from_arrays(target: int, arrays: np.lib.npyio.NpzFile) -> StoredTrace:
    y0, x0, y1, x1, in_memory, predicted = (int(number) for number in arrays[f"{target}.facts"])
    gates = arrays.get(f"{target}.gates", (None, None))
    return StoredTrace(
        SearchRegion(y0, x0, y1, x1),
        bool(in_memory),
        bool(predicted),
        arrays[f"{target}.value"],
        arrays[f"{target}.label"],
        gates[0],
        gates[1],
    )
