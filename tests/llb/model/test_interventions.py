"""Knock-outs of a trained model at inference."""

from __future__ import annotations

import pytest
import torch

from llb.model.build import build_model
from llb.model.interventions import KnockedOutFusion, KnockOut, knock_out

BRANCHES = torch.rand(2, 1, 32, 3, 5, generator=torch.Generator().manual_seed(0)).unbind(0)


@pytest.mark.parametrize(
    ("part", "gamma1", "gamma2"), [("gates", 1.0, 1.0), ("induction", None, 0.0), ("transduction", 0.0, None)]
)
def test_a_part_is_gone_and_the_rest_is_as_trained(part: KnockOut, gamma1: float | None, gamma2: float | None) -> None:
    fusion = build_model("lite/llb").fusion
    trained = fusion(*BRANCHES)
    fused = KnockedOutFusion(fusion, part)(*BRANCHES)
    for gate, wanted, as_trained in (
        (fused.gate_transduced, gamma1, trained.gate_transduced),
        (fused.gate_induced, gamma2, trained.gate_induced),
    ):
        torch.testing.assert_close(gate, as_trained if wanted is None else torch.full_like(gate, wanted))
    expected = fused.gate_transduced * BRANCHES[0] + fused.gate_induced * BRANCHES[1]
    torch.testing.assert_close(fused.feature, expected)


def test_a_model_that_sums_loses_a_branch_whole() -> None:
    fused = KnockedOutFusion(build_model("lite/joint").fusion, "induction")(*BRANCHES)
    torch.testing.assert_close(fused.feature, BRANCHES[0])


def test_the_trained_model_is_left_as_it_was() -> None:
    model = build_model("lite/llb")
    fusion = model.fusion
    changed = knock_out(model, "gates")
    assert model.fusion is fusion
    assert changed.fusion is not fusion
    assert changed.decoder is model.decoder
    assert changed.shares_backbone(model)
