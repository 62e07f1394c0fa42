"""Adaptive fusion module (eq. 2, Fig. 3) and the plain sum that it replaces."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from llb.types import Fused


class Gate(nn.Sequential):
    """1x1 conv, ReLU, 1x1 conv, sigmoid, without biases: a weight in (0, 1) for every element."""

    def __init__(self, channels: int) -> None:
        super().__init__(
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.Sigmoid(),
        )


class AdaptiveFusion(nn.Module):
    """E_tar = gamma1(E1*) E1* + gamma2(E2*) E2*; the gates are independent and need not sum to 1."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate_transduced = Gate(channels)
        self.gate_induced = Gate(channels)

    def forward(self, transduced: Float[Tensor, "b d h w"], induced: Float[Tensor, "b d h w"]) -> Fused:
        gamma1, gamma2 = self.gate_transduced(transduced), self.gate_induced(induced)
        return Fused(gamma1 * transduced + gamma2 * induced, gamma1, gamma2)


class SumFusion(nn.Module):
    """JOINT's fusion: E_tar = E1* + E2*."""

    def forward(self, transduced: Float[Tensor, "b d h w"], induced: Float[Tensor, "b d h w"]) -> Fused:
        return Fused(transduced + induced, None, None)
