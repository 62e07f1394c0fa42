"""Parity of the engine with the released tracking loop, run with a stub in place of the network.

The fixture's entries are described in `check_engine`. `thin` makes the small copy that the project carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from llb.config import InferenceConfig
from llb.inference import VideoSegmenter
from llb.types import FrameResult, TraceRequest
from tests.parity.checks import Check
from tests.support.fakes import ReleaseStub

Arrays = Mapping[str, np.ndarray[Any, Any]]
CELL = 16
PROB_CELL = 6


@dataclass(frozen=True)
class _Run:
    """A fixture's clip through our engine: results and each target's state as each frame was segmented."""

    results: list[FrameResult]
    states: np.ndarray[Any, Any]  # [T, N, 5]: y, x, height, width, scale


def check_engine(arrays: Arrays, device: str = "cpu") -> list[Check]:
    """Compare a run of the engine with a fixture of the release; one check per entry.

    Entries (t = frames 1..T, targets 0 and 1): `frames` [T+1,H,W,3], `pos`, `target_size` [T,2,2], `target_scale`
    [T,2], `region` [T,2,4], `crop_mean` [T,2,3,h,w], `prob` [T,2,H/6,W/6], `memory_frames`, `temporal_weight`
    [T,2,slots], `labels` [T+1,H,W], `init_crop_mean` and `init_mask_mean`. Image size, number of frames, crop
    size, interval and memory size are read off the arrays.
    """
    run = _run(arrays, device)
    traces = [result.traces for result in run.results]
    region = np.array([[_box(trace.region) for trace in frame] for frame in traces[1:]])
    crop = np.stack([[_pool(trace.crop) for trace in frame] for frame in traces])
    slots = arrays["memory_frames"].shape[2]
    frames = np.array([[_fill(trace.memory_frames, slots, -1) for trace in frame] for frame in traces[1:]])
    weights = np.array([[_fill(trace.temporal_weights, slots, 0) for trace in frame] for frame in traces[1:]])
    mask = np.stack([trace.mask.reshape(_cells(trace.mask)).mean((1, 3)) for trace in traces[0]])
    prob = np.stack([_pool_prob(result.prob[1:]) for result in run.results[1:]])
    overlap = _overlap(np.stack([result.labels for result in run.results]), arrays["labels"])
    state = run.states
    return [
        Check("region", _worst(region, arrays["region"]), 1.0),
        Check("memory_frames", _worst(frames, arrays["memory_frames"]), 0.0),
        Check("temporal_weight", _worst(weights, arrays["temporal_weight"]), 1e-4),
        Check("labels: 1 - mean IoU", 1 - float(overlap.mean()), 0.02),
        Check("labels: 1 - least IoU", 1 - float(overlap.min()), 0.10),
        Check("pos", _worst(state[..., :2], arrays["pos"]), 1.0),
        Check("target_size", _worst(state[..., 2:4], arrays["target_size"]), 1.0),
        Check("target_scale", _worst(state[..., 4] / arrays["target_scale"], 1.0), 0.01),
        Check("init_crop_mean", _mean(crop[0], arrays["init_crop_mean"]), 1.0),
        Check("init_mask_mean", _mean(mask, arrays["init_mask_mean"]), 0.02),
        Check("crop_mean", _mean(crop[1:], arrays["crop_mean"]), 1.0),
        Check("prob", _mean(prob, arrays["prob"]), 0.01),
    ]


def thin(arrays: Arrays, frames: int = 24) -> dict[str, np.ndarray[Any, Any]]:
    """Return the fixture of the first frames alone, crops to the nearest grey level and probabilities to 1/250.

    With T = 3 and 6 slots, 24 frames are enough to fill the memory and replace two samples.
    """
    kept = {name: array if name.startswith("init_") else array[: frames - 1] for name, array in arrays.items()}
    kept |= {name: arrays[name][:frames] for name in ("frames", "labels")}
    kept["crop_mean"] = np.rint(kept["crop_mean"]).astype(np.uint8)
    kept["prob"] = (np.rint(kept["prob"] * 250) / 250).astype(np.float16)
    return kept


def _run(arrays: Arrays, device: str) -> _Run:
    """Run our engine as the release ran: two targets from frame 0's colours, no scaling of the least area."""
    frames = arrays["frames"]
    first = frames[0].astype(int)
    difference = first[..., 0] - first[..., 1]
    crop = tuple(CELL * side for side in arrays["crop_mean"].shape[-2:])
    config = InferenceConfig(
        memory_size=arrays["memory_frames"].shape[2],
        interval=_interval(arrays["memory_frames"]),
        scale_min_mask_area=False,
        exact_paste=False,
    )
    segmenter = VideoSegmenter(ReleaseStub((crop[0], crop[1])).to(device), config)
    results = [segmenter.start(frames[0], {1: difference > 100, 2: difference < -100}, TraceRequest())]
    states = []
    for frame in frames[1:]:
        results.append(segmenter.step(frame, TraceRequest()))
        current = [target._state for target in segmenter._targets]
        states.append([(*state.position, *state.size, state.scale) for state in current])
    return _Run(results, np.array(states))


def _interval(memory_frames: np.ndarray[Any, Any]) -> int:
    """Read T off the frames that joined: T-2, 2T-2, ...; a clip too short for one newcomer has none to tell."""
    joined = np.unique(memory_frames[memory_frames > 0])
    if len(joined) == 0:
        return len(memory_frames) + 2
    return int(joined[1] - joined[0]) if len(joined) > 1 else int(joined[0]) + 2


def _box(region: Any) -> tuple[int, int, int, int]:
    return region.y0, region.x0, region.y1, region.x1


def _cells(image: np.ndarray[Any, Any]) -> tuple[int, ...]:
    return (image.shape[0] // CELL, CELL, image.shape[1] // CELL, CELL, *image.shape[2:])


def _pool(crop: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Mean of each 16 x 16 cell, channels first."""
    return crop.reshape(_cells(crop)).mean((1, 3)).transpose(2, 0, 1)


def _pool_prob(prob: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Mean of each whole 6 x 6 cell."""
    n, height, width = prob.shape
    rows, columns = height // PROB_CELL, width // PROB_CELL
    kept = prob[:, : rows * PROB_CELL, : columns * PROB_CELL]
    return kept.reshape(n, rows, PROB_CELL, columns, PROB_CELL).mean((2, 4))


def _fill(values: tuple[float, ...], slots: int, empty: int) -> list[float]:
    return [*values, *[empty] * (slots - len(values))]


def _worst(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any] | float) -> float:
    return float(np.abs(ours - np.asarray(theirs, float)).max())


def _mean(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> float:
    return float(np.abs(ours - np.asarray(theirs, float)).mean())


def _overlap(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """IoU of each frame and target; 1 where both are empty."""
    scores = []
    for target in (1, 2):
        a, b = ours == target, theirs == target
        union = (a | b).sum((1, 2))
        scores.append(np.where(union == 0, 1.0, (a & b).sum((1, 2)) / np.maximum(union, 1)))
    return np.stack(scores)
