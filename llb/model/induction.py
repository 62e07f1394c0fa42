"""Induction branch: a linear model tau fitted online to the memory's E2, applied to the current frame (eq. 1)."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from llb.model import few_shot
from llb.types import FilterFit


class Induction(nn.Module):
    """The branch's feature head and its regularisation; tau itself belongs to the clip, not to the model."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.head = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.filter_reg = nn.Parameter(torch.full((1,), 0.01))

    def features(self, c4: Float[Tensor, "b c4 h w"]) -> Float[Tensor, "b c h w"]:
        """Project stride-16 features and normalise each sample to a root mean square of sqrt(1 / (C * K * K))."""
        x = self.head(c4)
        size = x[0].numel()
        scale = math.sqrt(1 / (x.shape[1] * few_shot.KERNEL**2))
        energy = x.square().sum((1, 2, 3), keepdim=True)
        return x * scale * torch.sqrt(size / (energy + 1e-5))

    def fit(
        self,
        features: Float[Tensor, "b t c h w"],
        label: Float[Tensor, "b t d h w"],
        weight: Float[Tensor, "b t d h w"],
        temporal_weight: Float[Tensor, "b t"] | None,
        *,
        tau: Float[Tensor, "b d c k k"] | None,
        steps: int,
    ) -> FilterFit:
        """Fit tau by `steps` steps of steepest descent; temporal weights multiply W as they are (as released)."""
        if temporal_weight is not None:
            weight = weight * temporal_weight[..., None, None, None]
        return few_shot.steepest_descent(features, label, weight, self.filter_reg, tau=tau, steps=steps)

    def forward(self, features: Float[Tensor, "b c h w"], tau: Float[Tensor, "b d c k k"]) -> Float[Tensor, "b d h w"]:
        """Return E2* = T_tau(X)."""
        return few_shot.convolve(features[:, None], tau)[:, 0]
