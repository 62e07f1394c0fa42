"""The few-shot learner as pure functions: steepest descent on eq. (1) in closed form.

The problem is linear in tau, so gradients and step lengths need no autograd; in training autograd runs through the
steps. A target's tau is applied to its own samples alone: targets are the groups of one convolution over the samples.
"""

from __future__ import annotations

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

    Residuals are weight * (conv(features, tau) - label) and reg * tau, as released (so the penalty is
    reg^2 |tau|^2). The scores are carried along: they are convolved once at the start, afterwards only the step's
    direction is. Losses are the sum of squared residuals over their number, before each step and after the last:
    [steps + 1, B].
    """
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
