"""The few-shot learner as pure functions: steepest descent on eq. (1) in closed form.

The problem is linear in tau, so gradients and step lengths need no autograd; in training autograd runs through the
steps. A 3x3 convolution is computed as one matrix product per frame followed by nine shifted additions (`fold`); its
adjoint as nine shifts (`unfold`) followed by one matrix product. Both then take large products and no im2col of the
C-channel features.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from llb.types import FilterFit

KERNEL = 3


def to_rows(tau: Float[Tensor, "b d c k k"]) -> Float[Tensor, "b rows c"]:
    """Lay tau out as the rows (d, flipped kernel position) that `fold` and `unfold` share."""
    return rearrange(tau.flip(-1, -2), "b d c ky kx -> b (d ky kx) c")


def from_rows(rows: Float[Tensor, "b rows c"]) -> Float[Tensor, "b d c k k"]:
    """Undo `to_rows`."""
    return rearrange(rows, "b (d ky kx) c -> b d c ky kx", ky=KERNEL, kx=KERNEL).flip(-1, -2)


def convolve(features: Float[Tensor, "b t c h w"], rows: Float[Tensor, "b rows c"]) -> Float[Tensor, "b t d h w"]:
    """Convolve every sample of a target with that target's tau (zero padding, size kept)."""
    b, t, _, h, w = features.shape
    products = rows[:, None] @ features.flatten(-2)
    scores = F.fold(products.flatten(0, 1), (h, w), KERNEL, padding=KERNEL // 2)
    return rearrange(scores, "(b t) d h w -> b t d h w", b=b)


def to_cells(features: Float[Tensor, "b t c h w"]) -> Float[Tensor, "b n c"]:
    """Lay features out as the rows (t h w) that `adjoint` takes; once per fit is enough."""
    return rearrange(features, "b t c h w -> b (t h w) c")


def adjoint(cells: Float[Tensor, "b n c"], scores: Float[Tensor, "b t d h w"]) -> Float[Tensor, "b rows c"]:
    """Return the transpose of `convolve` in tau: the gradient of <convolve(features, tau), scores>.

    `cells` are the features as `to_cells` lays them out.
    """
    t = scores.shape[1]
    shifted = F.unfold(scores.flatten(0, 1), KERNEL, padding=KERNEL // 2)
    shifted = rearrange(shifted, "(b t) rows n -> b rows (t n)", t=t)
    return shifted @ cells


def steepest_descent(
    features: Float[Tensor, "b t c h w"],
    label: Float[Tensor, "b t d h w"],
    weight: Float[Tensor, "b t d h w"],
    reg: Float[Tensor, "1"],
    tau: Float[Tensor, "b d c k k"] | None,
    steps: int,
) -> FilterFit:
    """Fit tau to the samples by `steps` steepest-descent steps from `tau` (None: zero).

    Residuals are weight * (conv(features, tau) - label) and reg * tau, as released (so the penalty is
    reg^2 |tau|^2). The scores are carried along: they are convolved once at the start, afterwards only the step's
    direction is. Losses are the sum of squared residuals over their number, before each step and after the last:
    [steps + 1, B].
    """
    b, _, c = features.shape[:3]
    d = label.shape[2]
    rows = features.new_zeros(b, d * KERNEL**2, c) if tau is None else to_rows(tau)
    scores = torch.zeros_like(label) if tau is None else convolve(features, rows)
    cells = to_cells(features)
    count = label[0].numel() + rows[0].numel()
    losses = []
    for step in range(steps + 1):
        residual = weight * (scores - label)
        losses.append((_squared(residual) + _squared(reg * rows)) / count)
        if step == steps:
            break
        gradient = adjoint(cells, weight * residual) + reg**2 * rows
        change = convolve(features, gradient)
        curvature = _squared(weight * change) + _squared(reg * gradient)
        alpha = (_squared(gradient) / curvature.clamp(min=1e-8)).view(-1, 1, 1)
        rows = rows - alpha * gradient
        scores = scores - alpha[..., None, None] * change
    return FilterFit(from_rows(rows), torch.stack(losses))


def _squared(x: Float[Tensor, "b ..."]) -> Float[Tensor, " b"]:
    return x.flatten(1).square().sum(1)
