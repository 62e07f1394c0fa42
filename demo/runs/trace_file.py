"""What a run keeps of the inside of a model: one npz per frame with the arrays of every target.

Features and keys are kept in fp16 and compressed: most label channels hold nothing but zeros.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from demo.whole_file import whole_file
from llb.types import SearchRegion, TargetTrace

KEYS = "memory_keys"
FEATURES = (
    "value",
    "label",
    "weight",
    "transduced",
    "induced",
    "gate_transduced",
    "gate_induced",
    "fused",
    "query",
)


@dataclass(frozen=True)
class StoredTrace:
    """What a run keeps of one target at one frame; features are in fp16 and missing where the model has none.

    `keys_frame` is the frame at which the memory's keys were last stored (`TraceFolder.memory_keys`).
    """

    region: SearchRegion
    in_memory: bool
    keys_frame: int
    mask: UInt8[np.ndarray, "height width"]  # probability x 255 in the search region
    features: dict[str, Float[np.ndarray, "d h w"]]
    losses: tuple[float, ...]
    memory_frames: tuple[int, ...]
    temporal_weights: tuple[float, ...]

    @classmethod
    def reduce(cls, trace: TargetTrace, keys_frame: int) -> StoredTrace:
        """Keep of an engine's trace what the page shows."""
        features = {name: getattr(trace, name) for name in FEATURES}
        return cls(
            trace.region,
            trace.in_memory,
            keys_frame,
            (trace.mask * 255).round().astype(np.uint8),
            {name: array.astype(np.float16) for name, array in features.items() if array is not None},
            trace.few_shot_losses,
            trace.memory_frames,
            trace.temporal_weights,
        )

    @property
    def predicted(self) -> bool:
        """Whether the model segmented this frame (it is given the first one)."""
        return "fused" in self.features


def to_arrays(target: int, trace: StoredTrace) -> dict[str, np.ndarray]:
    """Lay a target's trace out as the arrays of an npz, keys ``<target>.<field>``."""
    region = trace.region
    facts = np.array([region.y0, region.x0, region.y1, region.x1, trace.in_memory, trace.keys_frame], np.int32)
    named: dict[str, np.ndarray] = {
        "facts": facts,
        "mask": trace.mask,
        "losses": np.array(trace.losses, np.float32),
        "memory_frames": np.array(trace.memory_frames, np.int32),
        "temporal_weights": np.array(trace.temporal_weights, np.float32),
    }
    return {f"{target}.{name}": array for name, array in (named | trace.features).items()}


def from_arrays(target: int, arrays: np.lib.npyio.NpzFile) -> StoredTrace:
    """Undo `to_arrays`."""
    y0, x0, y1, x1, in_memory, keys_frame = (int(number) for number in arrays[f"{target}.facts"])
    return StoredTrace(
        SearchRegion(y0, x0, y1, x1),
        bool(in_memory),
        keys_frame,
        arrays[f"{target}.mask"],
        {name: arrays[f"{target}.{name}"] for name in FEATURES if f"{target}.{name}" in arrays},
        tuple(float(loss) for loss in arrays[f"{target}.losses"]),
        tuple(int(frame) for frame in arrays[f"{target}.memory_frames"]),
        tuple(float(weight) for weight in arrays[f"{target}.temporal_weights"]),
    )


@dataclass(frozen=True)
class TraceFolder:
    """The traces of one model in a run. Every `stride`-th frame is stored whole.

    Of the other frames only the search regions of those in the memory are stored.
    """

    folder: Path
    stride: int = 1

    @property
    def empty(self) -> bool:
        """Whether nothing is stored: the model has no inside to look into, or no frame is done yet."""
        return next(self.folder.glob("*.npz"), None) is None

    def files(self) -> list[Path]:
        """Return the files in the order of their frames."""
        return sorted(self.folder.glob("*.npz"))

    def frames(self) -> list[int]:
        """Return the frames that are stored whole, in order."""
        return [index for index in (int(path.stem) for path in self.files()) if self.stored_frame(index) == index]

    def stored_frame(self, index: int) -> int:
        """Return the last frame up to `index` that is stored whole."""
        return index - index % self.stride

    def read(self, index: int, target: int) -> StoredTrace | None:
        """Return the trace of a target at a frame, or None if there is none."""
        path = self.path(index)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return from_arrays(target, arrays) if f"{target}.facts" in arrays else None

    def memory_keys(self, index: int, target: int) -> Float[np.ndarray, "t k h w"] | None:
        """Return the keys of the memory that a target had from a frame on, or None if they were not stored there."""
        path = self.path(index)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            stored: np.ndarray | None = arrays.get(f"{target}.{KEYS}")
            return stored

    def write(self, index: int, traces: Iterable[TargetTrace], previous: int | None) -> None:
        """Store the traces of a frame beside those of other targets; `previous` is the frame that was done before it.

        A trace without the memory's keys names the frame that `previous` names for them.
        """
        whole = self.stored_frame(index) == index
        kept = [trace for trace in traces if whole or trace.in_memory]
        arrays = self._arrays_of_others(index, {trace.target for trace in kept})
        for trace in kept:
            if whole:
                arrays |= self._arrays(index, trace, previous)
            else:
                region_only = replace(StoredTrace.reduce(trace, 0), features={}, mask=np.zeros((1, 1), np.uint8))
                arrays |= to_arrays(trace.target, region_only)
        if arrays:
            self.folder.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path(index)) as draft:
                save_arrays(draft, arrays)

    def _arrays(self, index: int, trace: TargetTrace, previous: int | None) -> dict[str, np.ndarray]:
        if trace.memory_keys is not None:
            keys = {f"{trace.target}.{KEYS}": trace.memory_keys.astype(np.float16)}
            return to_arrays(trace.target, StoredTrace.reduce(trace, index)) | keys
        before = None if previous is None else self.read(previous, trace.target)
        return to_arrays(trace.target, StoredTrace.reduce(trace, before.keys_frame if before else index))

    def _arrays_of_others(self, index: int, targets: set[int]) -> dict[str, np.ndarray]:
        path = self.path(index)
        if not path.exists():
            return {}
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays if int(key.partition(".")[0]) not in targets}

    def path(self, index: int) -> Path:
        """Return where the traces of a frame are."""
        return self.folder / f"{index:05d}.npz"


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an npz with zlib's first level, which is quicker than numpy's sixth."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for key, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array, allow_pickle=False)
            archive.writestr(f"{key}.npy", entry.getvalue())
