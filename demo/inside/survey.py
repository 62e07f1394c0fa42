"""What holds of a model's features over all kept frames of an object: the channels that are used, the gates' ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float

from demo.inside.let_through import share_let_through
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace, TraceFolder

LIVE = 1e-3  # a channel is live in a feature if its size ever exceeds this
SURVEYED = ("value", "label", "transduced", "induced", "fused")
BRANCHES = ("transduced", "induced")

Range = tuple[float, float]


@dataclass(frozen=True)
class Survey:
    """What all kept frames say of an object in a model.

    Attributes:
        frames: how many are kept.
        sizes: largest size of each channel in these frames, by the feature's name.
        shares: smallest and largest share that a gate lets through, of both gates; 0 and 1 without gates.
        gates: the same of their values, mean over the live channels.
    """

    frames: int
    sizes: Mapping[str, Float[np.ndarray, " d"]]
    shares: Range
    gates: Range

    @classmethod
    def of(cls, run: Run, model: str, target: int) -> Survey:
        """Survey what a run has stored; kept in memory, since what is stored of a frame does not change."""
        traces = run.traces(model)
        return _survey(traces, target, run.frames, len(traces.files()))

    def live(self, feature: str, channels: int) -> Bool[np.ndarray, " d"]:
        """Return which of a feature's channels are live; all of them where nothing is known."""
        return self.sizes[feature] > LIVE if feature in self.sizes else np.ones(channels, bool)


@lru_cache(maxsize=64)
def _survey(traces: TraceFolder, target: int, frames: int, _files: int) -> Survey:
    """Read every kept frame; `_files` tells a folder from itself before more was computed."""
    found = [traces.read(index, target) for index in traces.frames() if index < frames]
    kept = [trace for trace in found if trace and trace.features]
    sizes: dict[str, np.ndarray] = {}
    for name in SURVEYED:
        each = [_sizes(trace.features[name]) for trace in kept if name in trace.features]
        if each:
            sizes[name] = np.max(each, axis=0)
    gated = [(trace, branch) for branch in BRANCHES for trace in kept if f"gate_{branch}" in trace.features]
    shares = _range([_share(trace, branch) for trace, branch in gated])
    gates = _range([_gate(trace, branch, sizes[branch] > LIVE) for trace, branch in gated])
    return Survey(len(kept), sizes, shares, gates)


def _sizes(feature: Float[np.ndarray, "d h w"]) -> Float[np.ndarray, " d"]:
    return np.asarray(np.abs(feature.astype(np.float32)).max((1, 2)))


def _share(trace: StoredTrace, branch: str) -> Float[np.ndarray, "h w"]:
    return share_let_through(trace.features[branch], trace.features[f"gate_{branch}"])


def _gate(trace: StoredTrace, branch: str, live: Bool[np.ndarray, " d"]) -> Float[np.ndarray, "h w"]:
    return mean_of_live(trace.features[f"gate_{branch}"], live)


def mean_of_live(feature: Float[np.ndarray, "d h w"], live: Bool[np.ndarray, " d"]) -> Float[np.ndarray, "h w"]:
    """Return the mean over the live channels; over all if none is."""
    values = feature.astype(np.float32)
    return np.asarray((values[live] if live.any() else values).mean(0))


def _range(maps: Sequence[Float[np.ndarray, "h w"]]) -> Range:
    """Return the smallest and the largest number of several maps; 0 to 1 where there is none."""
    together = np.concatenate([values[np.isfinite(values)] for values in maps] or [np.zeros(0)])
    return (float(together.min()), float(together.max())) if len(together) else (0.0, 1.0)
