"""The few-shot learner as pure functions: steepest descent on eq. (1) in closed form.

The problem is linear in tau, so gradients and step lengths need no autograd; in training autograd runs through the
steps. A target's tau is applied to its own samples alone: targets are the groups of one convolution over the samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn.grad import conv2d_weight

from llb.types import FilterFit

KERNEL = 3


def convolve(features: Float[Tensor, "b t c h w"], tau: Float[Tensor, "b d c k k"]) -> Float[Tensor, "b t d h w"]:
    """Convolve every sample of a target with that target's tau (zero padding, size kept)."""
    b = tau.shape[0]
    scores = F.conv2d(_grouped(features), tau.flatten(0, 1), padding=KERNEL // 2, groups=b)
    return rearrange(scores, "t (b d) h w -> b t d h w", b=b)


def adjoint(features: Float[Tensor, "b t c h w"], scores: Float[Tensor, "b t d h w"]) -> Float[Tensor, "b d c k k"]:
    """Return the transpose of `convolve` in tau: the gradient of <convolve(features, tau), scores>."""
    b, _, c = features.shape[:3]
    shape = (b * scores.shape[2], c, KERNEL, KERNEL)
    gradient = conv2d_weight(_grouped(features), shape, _grouped(scores), padding=KERNEL // 2, groups=b)
    return rearrange(gradient, "(b d) c ky kx -> b d c ky kx", b=b)


def steepest_descent(
    features: Float[Tensor, "b t c h w"],
    label: Float[Tensor, "b t d h w"],
    weight: Float[Tensor, "b t d h w"],
    reg: Float[Tensor, "1"],
    *,
    tau: Float[Tensor, "b d c k k"] | None,
    steps: int,
) -> FilterFit:
    """Fit tau to the samples by `steps` steepest-descent steps from `tau` (None: zero).

    It computes in single precision: a GPU's TF32, with ten bits, is off meanwhile.

    Residuals are weight * (conv(features, tau) - label) and reg * tau, as released (so the penalty is
    reg^2 |tau|^2). The scores are carried along: they are convolved once at the start, afterwards only the step's
    direction is. Losses are the sum of squared residuals over their number, before each step and after the last:
    [steps + 1, B].
    """
    with single_precision(features.device):
        return _descend(features, label, weight, reg, tau, steps)


@contextmanager
def single_precision(device: torch.device) -> Iterator[None]:
    """Turn TF32 off in a GPU's convolutions and products while the block runs; a CPU has none."""
    if device.type != "cuda":
        yield
        return
    places, name, off = tf32_switches()
    before = [getattr(place, name) for place in places]
    for place in places:
        setattr(place, name, off)
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            setattr(place, name, value)


def tf32_switches() -> tuple[tuple[Any, Any], str, str | bool]:
    """Return PyTorch's switches of TF32 for convolutions and products, their attribute, and its value for off."""
    if hasattr(torch.backends.cudnn, "conv"):  # since PyTorch 2.9, where the older switches warn
        return (torch.backends.cudnn.conv, torch.backends.cuda.matmul), "fp32_precision", "ieee"
    return (torch.backends.cudnn, torch.backends.cuda.matmul), "allow_tf32", False


def _descend(
    features: Float[Tensor, "b t c h w"],
    label: Float[Tensor, "b t d h w"],
    weight: Float[Tensor, "b t d h w"],
    reg: Float[Tensor, "1"],
    tau: Float[Tensor, "b d c k k"] | None,
    steps: int,
) -> FilterFit:
    if tau is None:
        tau = features.new_zeros(features.shape[0], label.shape[2], features.shape[2], KERNEL, KERNEL)
        scores = torch.zeros_like(label)
    else:
        scores = convolve(features, tau)
    count = label[0].numel() + tau[0].numel()
    losses = []
    for step in range(steps + 1):
        residual = weight * (scores - label)
        losses.append((_squared(residual) + _squared(reg * tau)) / count)
        if step == steps:
            break
        gradient = adjoint(features, weight * residual) + reg**2 * tau
        change = convolve(features, gradient)
        curvature = _squared(weight * change) + _squared(reg * gradient)
        alpha = (_squared(gradient) / curvature.clamp(min=1e-8)).view(-1, 1, 1, 1, 1)
        tau = tau - alpha * gradient
        scores = scores - alpha * change
    return FilterFit(tau, torch.stack(losses))


def _grouped(x: Float[Tensor, "b t c h w"]) -> Float[Tensor, "t bc h w"]:
    """Move the targets into the channels, as the groups of a convolution."""
    return rearrange(x, "b t c h w -> t (b c) h w")


def _squared(x: Float[Tensor, "b ..."]) -> Float[Tensor, " b"]:
    return x.flatten(1).square().sum(1)
