"""Parity of the training graph with one forward and backward pass of the release.

The release ran on the CPU, where PyTorch misreads one gradient: its instance norm gets images [1, sequences x C, h, w],
and for a single frame the gradient arrives with the channels innermost in memory; the backward pass then reads that
memory as if the channels were outermost. `release_gradient` does the same on purpose, so that every other derivative
can be compared. Only `transformer.feature_adjustor`, the shared key projection and, through them, the backbone notice.
Training itself uses the true gradient (`llb.model.transduction.frame_norm`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from llb.data.clip import ClipBatch
from llb.model import transduction
from llb.model.network import LLB
from llb.released.key_map import convert_name
from llb.training.config import LossWeights
from llb.training.step import Rollouts, TrainingStep
from tests.parity.checks import Check
from tests.support.sampled import Arrays, largest_error

LOGITS_LIMIT = 1e-3
LOSS_LIMIT = 1e-4
GRADIENT_LIMIT = 1e-2
SMALL = 1e-4  # gradient norms below this part of the largest are not compared


def check_training(arrays: Arrays, model: LLB, release_defect: bool = True, recompute: bool = False) -> list[Check]:
    """Compare logits, losses and the gradient norm of every parameter with a training-step fixture.

    The step is the trainer's own; `recompute` is its option.

    Inputs: `rgb` uint8 [T,B,3,H,W], `mask` [T,B,1,H,W]. `grad_norms` is NaN where no gradient reaches a parameter.
    Losses are compared absolutely, the total (100 times one of them) relatively. Parameters over the limit get
    a line of their own. `release_defect=False` uses the true gradient of the instance norm.
    """
    given = (torch.from_numpy(arrays[name]).transpose(0, 1) for name in ("rgb", "mask"))
    rgb, mask = (value.to(model.mean.device) for value in given)
    model.zero_grad(set_to_none=True)
    step = TrainingStep(Accelerator(), Rollouts(model, [model], recompute=recompute), LossWeights())
    with release_gradient() if release_defect else _unchanged():
        result = step.backward(ClipBatch(rgb, mask))
    losses = result.losses
    checks = [
        Check("logits", largest_error(result.logits.transpose(0, 1), arrays, "logits"), LOGITS_LIMIT),
        Check("lovasz", abs(losses.lovasz.item() - float(arrays["lovasz"])), LOSS_LIMIT),
        Check("cosine", abs(losses.cosine.item() - float(arrays["cosine"])), LOSS_LIMIT),
        Check("loss", abs(losses.total.item() / float(arrays["loss"]) - 1), LOSS_LIMIT),
        *_check_gradients(arrays, model),
    ]
    model.zero_grad(set_to_none=True)
    return checks


def _check_gradients(arrays: Arrays, model: LLB) -> list[Check]:
    """Compare the gradient norms; `grad_reach` counts parameters that a gradient reaches on one side only."""
    named = zip(map(our_name, arrays["grad_names"]), arrays["grad_norms"].tolist(), strict=True)
    reference = {name: norm for name, norm in named if name is not None}
    ours = {
        name: float("nan") if value.grad is None or not value.grad.any() else value.grad.double().norm().item()
        for name, value in model.named_parameters()
    }
    missing = sum(np.isnan(ours.get(name, np.nan)) != np.isnan(norm) for name, norm in reference.items())
    missing += len(ours.keys() - reference.keys())
    least = SMALL * np.nanmax(list(reference.values()))
    errors = {
        name: abs(ours[name] / norm - 1)
        for name, norm in reference.items()
        if norm > least and not np.isnan(ours.get(name, np.nan))
    }
    worst = max(errors, key=lambda name: errors[name])
    over = [Check(name, error, GRADIENT_LIMIT) for name, error in errors.items() if error > GRADIENT_LIMIT]
    summary = Check(f"grad_norms ({len(errors)}; worst {worst})", errors[worst], GRADIENT_LIMIT)
    return [summary, Check("grad_reach", float(missing), 0.0), *over]


def our_name(released: str) -> str | None:
    """Return our name of a parameter of the release; the shared key projection stands under its first name there."""
    return convert_name(str(released).replace("transformer.encoder.self_attn.WK", "transformer.decoder.self_attn.WK"))


@contextmanager
def release_gradient() -> Iterator[None]:
    """Give the instance norm of a single frame the derivative that the release had."""
    true_norm = transduction.frame_norm

    def frame_norm(x: Tensor) -> Tensor:
        normed = true_norm(x)
        return _Misread.apply(normed) if x.shape[1] == 1 else normed

    with mock.patch.object(transduction, "frame_norm", frame_norm):
        yield


@contextmanager
def _unchanged() -> Iterator[None]:
    yield


class _Misread(torch.autograd.Function):
    """Identity whose gradient [b, 1, c, n] is laid out as (n, b, c) and read as (b, c, n)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].permute(3, 1, 0, 2).reshape(gradients[0].shape)
