"""Parity of the network with a forward pass of the release: frames 0..N-2 are the memory, frame N-1 is segmented."""

from __future__ import annotations

import torch
from torch import Tensor

from llb.model.network import LLB
from llb.types import FilterFit, TargetEncoding
from tests.parity.checks import Check
from tests.support.sampled import Arrays, largest_error

LIMIT = 1e-3


@torch.inference_mode()
def check_network(arrays: Arrays, model: LLB) -> list[Check]:
    """Compare every entry of a network fixture: largest |difference| / largest |reference| is to stay below 1e-3.

    Inputs: `rgb` uint8 [N,3,H,W], `mask` [N,1,H,W], `temporal_weight` [N-1]. The other entries are those of `_forward`.
    """
    ours = _forward(arrays, model)
    inputs = {"rgb", "mask", "temporal_weight"}
    names = [name for name in arrays if name not in inputs and "@" not in name]
    unknown = [name for name in names if name not in ours]
    if unknown:
        raise ValueError(f"The fixture has entries that no network fixture has: {', '.join(unknown)}.")
    return [Check(name, largest_error(ours[name], arrays, name), LIMIT) for name in names]


def _forward(arrays: Arrays, model: LLB) -> dict[str, Tensor]:
    """Run the network as the release did and return what it computed, by the fixture's names."""
    image = model.prepare(torch.from_numpy(arrays["rgb"]).to(model.mean.device))
    past, query = model.extract(image[:-1]), model.extract(image[-1:])
    encoding = model.encode_target(image, torch.from_numpy(arrays["mask"]).float().to(image.device))
    first, updated = _fit(arrays, model, past.target, encoding)
    encoded = model.encode_memory(past.match[None])
    result = model.segment(query, encoded, encoding.value[None, :-1], updated.tau)
    backbone = past.backbone
    return {
        "backbone_layer1": backbone.c2[:1],
        "backbone_layer2": backbone.c3[:1],
        "backbone_layer3": backbone.c4[:1],
        "backbone_layer4": backbone.c5[:1],
        "target_feat": past.target[:1],
        "match_feat": past.match[:1],
        "label_induction": encoding.label,
        "label_transduction": encoding.value,
        "sample_weight": encoding.weight,
        "tau_first": first.tau[0],
        "loss_first": first.losses[:, 0],
        "tau_updated": updated.tau[0],
        "loss_updated": updated.losses[:, 0],
        "memory_encoded": model.transduction.self_attention(past.match[None])[0],
        "transduction": result.transduced,
        "induction": result.induced,
        "fused": result.fused.feature,
        "logits": result.logits,
    }


def _fit(arrays: Arrays, model: LLB, target: Tensor, encoding: TargetEncoding) -> tuple[FilterFit, FilterFit]:
    """Fit tau to frame 0, then on to the whole memory; the numbers of steps are those of the recorded losses."""
    label, weight = encoding.label[None], encoding.weight[None]
    first = model.fit_filter(target[None, :1], label[:, :1], weight[:, :1], steps=len(arrays["loss_first"]) - 1)
    temporal = torch.from_numpy(arrays["temporal_weight"])[None].to(target.device)
    steps = len(arrays["loss_updated"]) - 1
    return first, model.fit_filter(target[None], label[:, :-1], weight[:, :-1], temporal, tau=first.tau, steps=steps)
