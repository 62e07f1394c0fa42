"""The statistics of one frame of a run: how good each mask is, and what the model leans on."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from llb.evaluation.metrics import region_similarity, score
from llb.types import FrameResult, Labels, Mask, TargetTrace

WIRE_NAMES = {"gate_transduced": "gate1", "gate_induced": "gate2"}  # where JSON has another name than the field


@dataclass(frozen=True)
class ObjectStats:
    """One object at one frame as one model sees it; None (no losses) where a figure does not exist.

    J and F are missing without a truth, on the frame where the object's mask was marked, and where the truth shows
    nothing of the object, for then an overlap says nothing. All of `cosine` and what follows comes from the inside
    of the model.
    """

    area: int | None = None  # pixels
    j: float | None = None  # region similarity, 0..1
    f: float | None = None  # contour accuracy, 0..1
    agreement: float | None = None  # mean IoU with the other models' masks, 0..1
    cosine: float | None = None  # between E1 and E2, -1..1
    in_memory: bool | None = None  # whether the frame joined the memory
    uncertainty: float | None = None  # of the soft mask, 0..1
    share: float | None = None  # of the transduction branch in E_tar, 0..1 (`contribution_share`)
    gate_transduced: float | None = None  # mean of gamma1, 0..1
    gate_induced: float | None = None  # mean of gamma2, 0..1
    losses: tuple[float, ...] = ()  # of the few-shot learner's fit at this frame, before each step and after the last

    def to_json(self) -> dict[str, Any]:
        """Return the figures that exist as JSON values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values["losses"] = list(self.losses) or None
        return {WIRE_NAMES.get(name, name): value for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> ObjectStats:
        """Undo `to_json`; a loss that is null was no number."""
        names = {wire: name for name, wire in WIRE_NAMES.items()}
        values = {names.get(key, key): value for key, value in entries.items()}
        losses = tuple(math.nan if loss is None else loss for loss in values.get("losses", ()))
        return cls(**{**values, "losses": losses})


@dataclass(frozen=True)
class ModelStats:
    """One model at one frame: its time (None where it computed nothing) and its objects by their ids."""

    seconds: float | None = None
    objects: Mapping[int, ObjectStats] = field(default_factory=dict)

    @property
    def mean_j(self) -> float | None:
        """Mean J over the objects that have one; None if none has."""
        scores = [stats.j for stats in self.objects.values() if stats.j is not None]
        return float(np.mean(scores)) if scores else None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        objects = {str(target): stats.to_json() for target, stats in self.objects.items()}
        return {"seconds": self.seconds, "objects": objects}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> ModelStats:
        """Undo `to_json`."""
        objects = {int(target): ObjectStats.from_json(found) for target, found in entries["objects"].items()}
        return cls(entries["seconds"], objects)


@dataclass(frozen=True)
class FrameStats:
    """One frame of a run: what each model, by its name, did there."""

    models: Mapping[str, ModelStats] = field(default_factory=dict)

    def of(self, name: str, target: int) -> ObjectStats:
        """Return what is known of an object in a model; all of it unknown if the model has no such object here."""
        return self.models[name].objects.get(target, ObjectStats())

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {name: stats.to_json() for name, stats in self.models.items()}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> FrameStats:
        """Undo `to_json`."""
        return cls({name: ModelStats.from_json(found) for name, found in entries.items()})


def measure_frame(
    results: Mapping[str, FrameResult],
    truth: Labels | None,
    marked: Collection[int] = (),
    earlier: FrameStats | None = None,
) -> FrameStats:
    """Measure what the models found on a frame; objects that are `marked` there are not scored against the truth.

    `earlier` are the frame's statistics in a run before this one: what they say of the inside of objects that
    `results` do not trace stays.
    """
    known = {target for stats in (earlier.models.values() if earlier else ()) for target in stats.objects}
    objects = sorted(known.union(*(result.targets for result in results.values())))
    masks = {name: {target: result.labels == target for target in objects} for name, result in results.items()}
    models = {}
    for name, result in results.items():
        inside = _all_inside(result, {target: earlier.of(name, target) for target in objects} if earlier else {})
        stats = {}
        for target in objects:
            others = [masks[other][target] for other in results if other != name]
            exact = None if target in marked else _visible(truth, target)
            stats[target] = _with_mask(inside.get(target, ObjectStats()), masks[name][target], exact, others)
        models[name] = ModelStats(result.seconds, stats)
    return FrameStats(models)


def _visible(truth: Labels | None, target: int) -> Mask | None:
    """Return the true mask of an object; None where it is unknown or empty."""
    mask = None if truth is None else truth == target
    return mask if mask is not None and mask.any() else None


def _with_mask(stats: ObjectStats, mask: Mask, truth: Mask | None, others: Sequence[Mask]) -> ObjectStats:
    """Put what is seen from the masks alone in place of what the statistics say of it."""
    quality = None if truth is None else score(mask, truth)
    return replace(
        stats,
        area=int(np.count_nonzero(mask)),
        j=quality.j if quality else None,
        f=quality.f if quality else None,
        agreement=float(np.mean([region_similarity(mask, other) for other in others])) if others else None,
    )


def _all_inside(result: FrameResult, earlier: Mapping[int, ObjectStats]) -> dict[int, ObjectStats]:
    """Return what the traces tell of the objects; without a trace, what was known, and how sure the soft mask is."""
    traces, found = {trace.target: trace for trace in result.traces}, dict(earlier)
    for target, soft_mask in zip(result.targets, result.prob[1:], strict=True):
        if target in traces:
            found[target] = _inside(traces[target])
        else:
            found[target] = replace(found.get(target, ObjectStats()), uncertainty=uncertainty(soft_mask))
    return found


def _inside(trace: TargetTrace) -> ObjectStats:
    """Measure what a trace tells of the inside of a model."""
    gates = trace.gate_transduced, trace.gate_induced
    share = None
    if trace.transduced is not None and trace.induced is not None:
        share = contribution_share(trace.transduced, trace.induced, *gates)
    means = [None if gate is None else float(gate.mean()) for gate in gates]
    return ObjectStats(
        cosine=cosine(trace.value, trace.label),
        in_memory=trace.in_memory,
        uncertainty=uncertainty(trace.mask),
        share=share,
        gate_transduced=means[0],
        gate_induced=means[1],
        losses=trace.few_shot_losses,
    )


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
    """Return |g1 E1*| / (|g1 E1*| + |g2 E2*|), each summed over cells and channels; a gate that is None counts as 1.

    It is 1 where the transduction branch is all, 0 where the induction branch is.
    """
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
