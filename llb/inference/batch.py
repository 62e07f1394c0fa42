"""All targets of a frame in one pass through backbone, fusion and decoder; each keeps its own memory and filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

import torch

from llb.inference.protocol import SegmentationModel
from llb.inference.target import Target
from llb.types import BackboneFeatures, BranchOutputs, FrameFeatures, Fused, Segmentation

BATCH = 16  # most targets in one pass: the features of each take megabytes


def segment_together(model: SegmentationModel, targets: Sequence[Target]) -> list[Segmentation]:
    """Return the segmentation of each target's current frame; their features come from `extract_together`."""
    return [segmentation for batch in _batches(targets) for segmentation in _segment(model, batch)]


def extract_together(model: SegmentationModel, targets: Sequence[Target]) -> None:
    """Compute the features of all targets' crops, `BATCH` at a time; a lead's backbone features are reused."""
    for batch in _batches(targets):
        _extract(model, batch)


def _batches(targets: Sequence[Target]) -> Iterator[Sequence[Target]]:
    return (targets[start : start + BATCH] for start in range(0, len(targets), BATCH))


def _segment(model: SegmentationModel, targets: Sequence[Target]) -> list[Segmentation]:
    branches = [target.run_branches() for target in targets]
    backbone = _concatenate([target.features.backbone for target in targets])
    batch = BranchOutputs(
        torch.cat([outputs.transduced for outputs in branches]), torch.cat([outputs.induced for outputs in branches])
    )
    decoded = model.decode(backbone, batch)
    return [_select(decoded, number) for number in range(len(targets))]


def _extract(model: SegmentationModel, targets: Sequence[Target]) -> None:
    known = [target.lead_backbone for target in targets]
    shared = [backbone for backbone in known if backbone is not None]
    crops = torch.cat([target.crop for target in targets])
    features = model.extract(model.prepare(crops), _concatenate(shared) if len(shared) == len(targets) else None)
    for number, target in enumerate(targets):
        one = slice(number, number + 1)
        levels = {field.name: getattr(features.backbone, field.name)[one] for field in fields(BackboneFeatures)}
        target.set_features(FrameFeatures(BackboneFeatures(**levels), features.match[one], features.target[one]))


def _concatenate(backbones: Sequence[BackboneFeatures]) -> BackboneFeatures:
    if len(backbones) == 1:
        return backbones[0]
    names = [field.name for field in fields(BackboneFeatures)]
    return BackboneFeatures(**{name: torch.cat([getattr(each, name) for each in backbones]) for name in names})


def _select(batch: Segmentation, number: int) -> Segmentation:
    """Return one target's part of a batch of segmentations, as a batch of one."""
    one = slice(number, number + 1)
    gamma1, gamma2 = batch.fused.gate_transduced, batch.fused.gate_induced
    gates = (None if gamma1 is None else gamma1[one], None if gamma2 is None else gamma2[one])
    return Segmentation(
        batch.transduced[one], batch.induced[one], Fused(batch.fused.feature[one], *gates), batch.logits[one]
    )
