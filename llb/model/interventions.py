"""Knock-outs: a trained model with a part of its fusion disabled at inference.

These are no ablations: nothing was trained without the part, so they show how much the trained model relies on it.
"""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from llb.model.network import LLB
from llb.types import Fused

KnockOut = Literal["gates", "induction", "transduction"]


class KnockedOutFusion(nn.Module):
    """The trained fusion without its gates (both are 1), or without one branch (its gate is 0)."""

    def __init__(self, fusion: nn.Module, part: KnockOut) -> None:
        super().__init__()
        self.fusion = fusion
        self.part = part

    def forward(self, transduced: Float[Tensor, "b d h w"], induced: Float[Tensor, "b d h w"]) -> Fused:
        """Return E_tar and the gates that were applied; a model that sums has gates of 1."""
        trained: Fused = self.fusion(transduced, induced)
        one = torch.ones_like(transduced)
        gamma1, gamma2 = trained.gate_transduced, trained.gate_induced
        if gamma1 is None or gamma2 is None or self.part == "gates":
            gamma1, gamma2 = one, one
        if self.part == "transduction":
            gamma1 = 0 * one
        if self.part == "induction":
            gamma2 = 0 * one
        return Fused(gamma1 * transduced + gamma2 * induced, gamma1, gamma2)


def knock_out(model: LLB, part: KnockOut) -> LLB:
    """Return a model that shares everything with `model` but its fusion, which lacks `part`."""
    knocked_out = LLB(
        model.config,
        backbone=model.backbone,
        label_generator=model.label_generator,
        transduction=model.transduction,
        induction=model.induction,
        fusion=KnockedOutFusion(model.fusion, part),
        decoder=model.decoder,
    )
    return knocked_out.eval()
