"""Record the inner values of a target's step in numpy (`TargetTrace`), on request."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from llb.inference.protocol import SegmentationModel
from llb.inference.search_region import cell_of
from llb.inference.target import Target
from llb.types import Segmentation, TargetTrace, TraceRequest


def trace_target(model: SegmentationModel, target: Target, request: TraceRequest) -> TargetTrace:
    """Return the trace of a target's current frame, after its merged mask is known.

    E1, E2 and W of a frame that does not join the memory are computed here, for the trace alone.
    """
    encoding, segmentation, fit, mask = target.encoding(), target.segmentation, target.fit, target.mask
    fused = segmentation.fused if segmentation else None
    memory_keys = request.keys and (target.memory_changed or request.all_keys)
    return TargetTrace(
        target=target.id,
        region=target.placement.region,
        crop=_picture(target.crop),
        mask=_first(mask)[0],
        bff=_picture(filter_background(target.crop, mask, model.mean_rgb)),
        value=_first(encoding.value),
        label=_first(encoding.label),
        weight=_first(encoding.weight),
        in_memory=target.in_memory,
        transduced=_first(segmentation.transduced) if segmentation else None,
        induced=_first(segmentation.induced) if segmentation else None,
        gate_transduced=_first_or_none(fused.gate_transduced) if fused else None,
        gate_induced=_first_or_none(fused.gate_induced) if fused else None,
        fused=_first(fused.feature) if fused else None,
        logits=_first(segmentation.logits)[0] if segmentation else None,
        attention=_attention(model, target, segmentation, request),
        query=_first(model.query_keys(target.features.match)) if request.keys and segmentation else None,
        memory_keys=_first(target.encoded) if memory_keys else None,
        few_shot_losses=tuple(float(loss) for loss in fit.losses[:, 0].cpu()) if fit else (),
        memory_frames=target.memory.frames,
        temporal_weights=target.memory.temporal_weights,
    )


def filter_background(
    crop: Float[Tensor, "1 3 height width"],
    mask: Float[Tensor, "1 1 height width"],
    mean_rgb: tuple[float, float, float],
) -> Float[Tensor, "1 3 height width"]:
    """Return the background-filtered frame as a picture: where the mask is 0, the network's mean colour."""
    mean = torch.tensor(mean_rgb, device=crop.device).view(1, 3, 1, 1)
    return crop * mask + mean * (1 - mask)


def _attention(
    model: SegmentationModel, target: Target, segmentation: Segmentation | None, request: TraceRequest
) -> Float[np.ndarray, "t h w"] | None:
    """Return the requested pixel's attention over the memory; None if it lies outside the search region."""
    if request.pixel is None or segmentation is None:
        return None
    match = target.features.match
    cell = cell_of(request.pixel, target.placement.region, (match.shape[-2], match.shape[-1]))
    return None if cell is None else _first(model.attention(match, target.encoded, *cell))


def _first(tensor: Tensor) -> Float[np.ndarray, "..."]:
    array: Float[np.ndarray, "..."] = tensor[0].float().cpu().numpy().copy()
    return array


def _first_or_none(tensor: Tensor | None) -> Float[np.ndarray, "..."] | None:
    return None if tensor is None else _first(tensor)


def _picture(image: Float[Tensor, "1 3 height width"]) -> UInt8[np.ndarray, "height width 3"]:
    """Return an image of 0..255 as uint8, channels last."""
    picture: UInt8[np.ndarray, "height width 3"] = (
        image[0].round().clamp(0, 255).byte().permute(1, 2, 0).contiguous().cpu().numpy()
    )
    return picture
