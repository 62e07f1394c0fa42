"""What a run keeps of one target at one frame, and how it lies in an npz."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from llb.types import SearchRegion, TargetTrace

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

    `keys_frame` is the frame at which the memory's keys were last stored (`Run.memory_keys`).
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
