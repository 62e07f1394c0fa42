"""The training graph: clips are segmented frame by frame, each prediction entering the memory (as released)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from llb.model.network import LLB
from llb.types import BackboneFeatures, FrameFeatures, TargetEncoding

Caller = Callable[..., Any]  # takes a function and its arguments


@dataclass(frozen=True)
class Rollout:
    """The predictions and label encodings of a batch of clips."""

    logits: Float[Tensor, "b t1 height width"]  # of all frames but the first
    value: Float[Tensor, "b t d h w"]  # E1 of every frame
    label: Float[Tensor, "b t d h w"]  # E2 of every frame


def roll_out(
    model: LLB,
    rgb: Shaped[Tensor, "b t 3 height width"],
    mask: Shaped[Tensor, "b t 1 height width"],
    *,
    steps_first: int = 5,
    steps_update: int = 2,
    again: Caller | None = None,
) -> Rollout:
    """Segment frames 1.. of each clip from frame 0's mask; later masks in `mask` are not read.

    The memory of frame i is frames 0..i-1, their masks being the detached soft predictions; tau takes `steps_first`
    steps on frame 0 and `steps_update` over all frames so far after each further one (frame weights 1).

    With `again` (`rerun`) no activations of backbone, transformer, label generator and decoder are kept: the backward
    pass computes them again, a frame at a time.
    """
    call = again or _call
    b, t = rgb.shape[:2]
    image = model.prepare(rgb.flatten(0, 1))
    features = _extract_by_frame(model, image, b, again) if again else model.extract(image)
    frames = rearrange(image, "(b t) c h w -> b t c h w", b=b)
    match = rearrange(features.match, "(b t) c h w -> b t c h w", b=b)
    target = rearrange(features.target, "(b t) c h w -> b t c h w", b=b)
    encodings = [call(model.encode_target, frames[:, 0], mask[:, 0].float())]
    tau = None
    logits = []
    for i in range(1, t):
        past = stack_encodings(encodings)
        steps = steps_first if tau is None else steps_update
        with single_precision(target.device.type):
            label, weight = past.label.float(), past.weight.float()
            tau = model.fit_filter(target[:, :i].float(), label, weight, tau=tau, steps=steps).tau
        encoded = call(model.encode_memory, match[:, :i])
        segmented = call(model.segment, frame_of(features, b, i), encoded, past.value, tau)
        logits.append(segmented.logits[:, 0])
        encodings.append(call(model.encode_target, frames[:, i], segmented.logits.detach().sigmoid()))
    every = stack_encodings(encodings)
    return Rollout(torch.stack(logits, dim=1), every.value, every.label)


rerun: Caller = partial(checkpoint, use_reentrant=False, preserve_rng_state=False)


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def single_precision(device: str) -> AbstractContextManager[object]:
    """Turn autocast off: the learner's steps need single precision (the meta device has no autocast to turn off)."""
    known = torch.amp.is_autocast_available(device)
    return torch.autocast(device, enabled=False) if known else nullcontext()


def _extract_by_frame(
    model: LLB, image: Float[Tensor, "bt 3 height width"], batch: int, again: Caller
) -> FrameFeatures:
    """Return `model.extract` of all frames, whose activations are computed again, frame by frame."""
    frames = rearrange(image, "(b t) c h w -> t b c h w", b=batch)
    parts = [again(model.extract, frame) for frame in frames]

    def join(tensors: list[Tensor]) -> Tensor:
        return torch.stack(tensors, dim=1).flatten(0, 1)

    layers = [join([getattr(part.backbone, name) for part in parts]) for name in ("c2", "c3", "c4", "c5")]
    heads = [join([getattr(part, name) for part in parts]) for name in ("match", "target")]
    return FrameFeatures(BackboneFeatures(*layers), *heads)


@dataclass(frozen=True)
class Encodings:
    """The label encodings of all frames of a batch of clips."""

    value: Float[Tensor, "b t d h w"]
    label: Float[Tensor, "b t d h w"]
    weight: Float[Tensor, "b t d h w"]


def stack_encodings(encodings: list[TargetEncoding]) -> Encodings:
    """Stack per-frame encodings along a new axis of frames."""
    return Encodings(
        torch.stack([e.value for e in encodings], dim=1),
        torch.stack([e.label for e in encodings], dim=1),
        torch.stack([e.weight for e in encodings], dim=1),
    )


def frame_of(features: FrameFeatures, batch: int, index: int) -> FrameFeatures:
    """Return the features of frame `index` of every clip, from those of all frames (clips outermost)."""

    def take(x: Tensor) -> Tensor:
        return x.unflatten(0, (batch, -1))[:, index]

    b = features.backbone
    return FrameFeatures(
        BackboneFeatures(take(b.c2), take(b.c3), take(b.c4), take(b.c5)), take(features.match), take(features.target)
    )
