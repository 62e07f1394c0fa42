"""All targets of a frame in one pass through backbone, fusion and decoder; memory and filter are each one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

import torch

from llb.inference.protocol import SegmentationModel
from llb.inference.target import Target
from llb.types import BackboneFeatures, BranchOutputs, FrameFeatures, Fused, Segmentation

TOGETHER = 16  # most targets in one pass: their features at stride 4 take megabytes each


def segment_together(model: SegmentationModel, targets: Sequence[Target]) -> list[Segmentation]:
    """Return the segmentation of each target's current frame, whose features are there (`extract_together`)."""
    return [found for some in _batches(targets) for found in _segment(model, some)]


def extract_together(model: SegmentationModel, targets: Sequence[Target]) -> None:
    """Compute the features of all targets' crops, `TOGETHER` at a time; what a lead knows of them is taken from it."""
    for some in _batches(targets):
        _extract(model, some)


def _batches(targets: Sequence[Target]) -> Iterator[Sequence[Target]]:
    return (targets[start : start + TOGETHER] for start in range(0, len(targets), TOGETHER))


def _segment(model: SegmentationModel, targets: Sequence[Target]) -> list[Segmentation]:
    answers = [target.answer() for target in targets]
    backbone = _join([target.features.backbone for target in targets])
    joined = BranchOutputs(
        torch.cat([answer.transduced for answer in answers]), torch.cat([answer.induced for answer in answers])
    )
    whole = model.decode(backbone, joined)
    return [_segmentation(whole, number) for number in range(len(targets))]


def _extract(model: SegmentationModel, targets: Sequence[Target]) -> None:
    known = [target.known_backbone for target in targets]
    shared = [backbone for backbone in known if backbone is not None]
    crops = torch.cat([target.crop for target in targets])
    features = model.extract(model.prepare(crops), _join(shared) if len(shared) == len(targets) else None)
    for number, target in enumerate(targets):
        one = slice(number, number + 1)
        parts = {field.name: getattr(features.backbone, field.name)[one] for field in fields(BackboneFeatures)}
        target.take(FrameFeatures(BackboneFeatures(**parts), features.match[one], features.target[one]))


def _join(backbones: Sequence[BackboneFeatures]) -> BackboneFeatures:
    if len(backbones) == 1:
        return backbones[0]
    names = [field.name for field in fields(BackboneFeatures)]
    return BackboneFeatures(**{name: torch.cat([getattr(each, name) for each in backbones]) for name in names})


def _segmentation(whole: Segmentation, number: int) -> Segmentation:
    one = slice(number, number + 1)
    gamma1, gamma2 = whole.fused.gate_transduced, whole.fused.gate_induced
    gates = (None if gamma1 is None else gamma1[one], None if gamma2 is None else gamma2[one])
    return Segmentation(
        whole.transduced[one], whole.induced[one], Fused(whole.fused.feature[one], *gates), whole.logits[one]
    )
