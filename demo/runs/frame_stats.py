"""The figures of one frame of a comparison: how good each mask is, and what the model leans on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from llb.evaluation.metrics import region_similarity, score
from llb.types import FrameResult, Labels, TargetTrace

Figures = dict[str, dict[str, Any]]  # of one frame: model -> seconds, and objects -> figures
OUTSIDE = ("area", "j", "f", "agreement")  # what is seen of an object from the masks alone


def figures(
    results: Mapping[str, FrameResult], truth: Labels | None, given: Collection[int] = (), before: Figures | None = None
) -> Figures:
    """Return, per model, the seconds and per object: area in pixels, J and F, agreement, share, cosine and losses.

    J and F are missing without a truth, and where the object's mask was `given`. Agreement is the mean IoU with the
    other models. The share is |g1 E1*| / (|g1 E1*| + |g2 E2*|), summed over cells and channels: 1 where the
    transduction branch is all, 0 where the induction branch is; missing where nothing was predicted. `before` are the
    frame's figures of an earlier run: what they say of the inside of objects that `results` do not trace stays.
    """
    known = {int(target) for entry in (before or {}).values() for target in entry["objects"]}
    objects = sorted(known.union(*(result.targets for result in results.values())))
    masks = {name: {target: result.labels == target for target in objects} for name, result in results.items()}
    found: Figures = {}
    for name, result in results.items():
        traces = {trace.target: trace for trace in result.traces}
        others = [masks[other] for other in results if other != name]
        found[name] = {"seconds": result.seconds, "objects": {}}
        for target in objects:
            mask = masks[name][target]
            entry: dict[str, Any] = {}
            if target in traces:
                entry = _inside(traces[target])
            elif before:
                earlier = before[name]["objects"].get(str(target), {})
                entry = {key: value for key, value in earlier.items() if key not in OUTSIDE}
            entry["area"] = int(np.count_nonzero(mask))
            if truth is not None and target not in given:
                measured = score(mask, truth == target)
                entry |= {"j": measured.j, "f": measured.f}
            if others:
                entry["agreement"] = float(np.mean([region_similarity(mask, other[target]) for other in others]))
            found[name]["objects"][str(target)] = entry
    return found


def mean_overlap(found: Mapping[str, Any]) -> float | None:
    """Return the mean J over the objects of a model's figures of one frame, None if there is none."""
    scores = [entry["j"] for entry in found["objects"].values() if "j" in entry]
    return float(np.mean(scores)) if scores else None


def _inside(trace: TargetTrace) -> dict[str, Any]:
    entry: dict[str, Any] = {"cosine": cosine(trace.value, trace.label), "in_memory": trace.in_memory}
    entry["uncertainty"] = uncertainty(trace.mask)
    if trace.transduced is not None and trace.induced is not None:
        entry["share"] = contribution_share(trace.transduced, trace.induced, trace.gate_transduced, trace.gate_induced)
    if trace.gate_transduced is not None and trace.gate_induced is not None:
        entry |= {"gate1": float(trace.gate_transduced.mean()), "gate2": float(trace.gate_induced.mean())}
    if trace.few_shot_losses:
        entry["losses"] = list(trace.few_shot_losses)
    return entry


def uncertainty(prob: Float[np.ndarray, "height width"]) -> float:
    """Return how undecided a soft mask is, 0..1: the sum of 4 p (1 - p) over that of p; 1 where nothing is found."""
    area = float(prob.sum())
    return min(1.0, float((4 * prob * (1 - prob)).sum()) / area) if area >= 1 else 1.0


def contribution_share(
    transduced: Float[np.ndarray, "d h w"],
    induced: Float[np.ndarray, "d h w"],
    gate_transduced: Float[np.ndarray, "d h w"] | None,
    gate_induced: Float[np.ndarray, "d h w"] | None,
) -> float:
    """Return the transduction branch's part of E_tar's absolute sum, 0..1; gates that are None count as 1."""
    first = np.abs(transduced if gate_transduced is None else gate_transduced * transduced).sum()
    second = np.abs(induced if gate_induced is None else gate_induced * induced).sum()
    return float(first / max(first + second, 1e-12))


def cosine(value: Float[np.ndarray, "d h w"], label: Float[np.ndarray, "d h w"]) -> float:
    """Return the cosine between E1 and E2, each taken as one long vector, -1..1 (the paper's L_cos).

    Sums of products, not numpy's dot product: the threads of its BLAS go on spinning for a while and take the cores
    from the model's next frame, which then takes twice as long.
    """
    one, other = value.astype(np.float64), label.astype(np.float64)
    lengths = np.sqrt(np.square(one).sum() * np.square(other).sum())
    return float((one * other).sum() / max(float(lengths), 1e-12))
