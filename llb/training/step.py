"""One training step: roll the clips out, weigh the losses over the whole batch, and go back through both.

The batch may be spread over processes, and in each over parts that are computed one after the other. The Lovasz loss
sorts the pixels of all of them together, as released, so every process sees all predictions before it goes back
through its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs, InitProcessGroupKwargs
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor, nn

from llb.data.clip import ClipBatch
from llb.model.network import LLB
from llb.training.config import LossWeights, TrainConfig
from llb.training.losses import bce_loss, cosine_similarity_loss, lovasz_loss
from llb.training.rollout import Rollout, rerun, roll_out

LIVE = 1e-3


def make_accelerator(config: TrainConfig, unused: bool = False) -> Accelerator:
    """Return accelerate's view of this process; `unused`: a step may leave parameters without a gradient.

    Raises:
        ValueError: fp16 without a GPU.
    """
    if config.precision == "fp16" and not torch.cuda.is_available():
        raise ValueError("fp16 needs a GPU: choose --precision bf16 or fp32.")
    return Accelerator(
        cpu=not torch.cuda.is_available(),
        mixed_precision="no" if config.precision == "fp32" else config.precision,
        kwargs_handlers=[
            DistributedDataParallelKwargs(broadcast_buffers=False, find_unused_parameters=unused),
            InitProcessGroupKwargs(timeout=timedelta(hours=2)),  # one process distils, or validates a longer clip
        ],
    )


class Rollouts(nn.Module):
    """The network as a module that takes clips, which is what accelerate prepares.

    `models` take turns; they share the parameters of `network`, or are it. Each call is computed in `parts` of the
    batch: with more than one, no part's activations are kept, and the backward pass computes them again, part by part
    (which costs another forward pass, and gives the gradient of the whole batch).
    """

    def __init__(self, network: nn.Module, models: Sequence[LLB], parts: int = 1, recompute: bool = False) -> None:
        super().__init__()
        self.network = network
        self.models = nn.ModuleList(models)  # registered, so that buffers of their own go to the GPU as well
        self._parts, self._again = parts, rerun if recompute else None

    def forward(
        self, rgb: UInt8[Tensor, "b t 3 height width"], mask: UInt8[Tensor, "b t 1 height width"], turn: int
    ) -> Rollout:
        model = cast(LLB, self.models[turn % len(self.models)])
        if self._parts == 1:
            return roll_out(model, rgb, mask, again=self._again)
        size = -(-len(rgb) // self._parts)
        done = [
            rerun(roll_out, model, clips, masks, again=self._again)
            for clips, masks in zip(rgb.split(size), mask.split(size), strict=True)
        ]
        return Rollout(*(torch.cat([getattr(part, name) for part in done]) for name in ("logits", "value", "label")))


@dataclass(frozen=True)
class Losses:
    """The losses of a batch; `total` is their weighted sum."""

    total: Float[Tensor, ""]
    lovasz: Float[Tensor, ""]
    bce: Float[Tensor, ""]
    cosine: Float[Tensor, ""]


def weigh_losses(rollout: Rollout, truth: Float[Tensor, "b t1 height width"], weights: LossWeights) -> Losses:
    """Return the losses of the predictions of a whole batch."""
    logits = rollout.logits.float()
    lovasz = lovasz_loss(logits, truth)
    bce = bce_loss(logits if weights.bce else logits.detach(), truth)
    cosine = cosine_similarity_loss(rollout.value.float(), rollout.label.float())
    return Losses(weights.lovasz * lovasz + weights.bce * bce + weights.cosine * cosine, lovasz, bce, cosine)


@dataclass(frozen=True)
class StepResult:
    """A step's losses over the whole batch, its predictions and their IoU with the truth (logits above 0).

    `live_value` and `live_label` count the channels of E1 and E2 that are not zero everywhere (`count_live`).
    """

    losses: Losses
    iou: float
    live_value: int
    live_label: int
    logits: Float[Tensor, "b t1 height width"]


class TrainingStep:
    """Forward and backward of a batch; the optimiser is not its business."""

    def __init__(self, accelerator: Accelerator, rollouts: Rollouts, weights: LossWeights) -> None:
        self._accelerator, self._weights = accelerator, weights
        self._rollouts = accelerator.prepare_model(rollouts)

    def backward(self, batch: ClipBatch, turn: int = 0) -> StepResult:
        """Add the gradient of the whole batch's loss to the parameters; `batch` is this process's share of it."""
        own = self._rollouts(batch.rgb, batch.mask, turn)
        every = Rollout(self._of_all(own.logits), self._of_all(own.value), self._of_all(own.label))
        truth = self._of_all(batch.mask[:, 1:, 0]).float()
        losses = weigh_losses(every, truth, self._weights)
        self._accelerator.backward(losses.total * self._accelerator.num_processes)  # processes' gradients are averaged
        logits = every.logits.detach()
        iou = _iou(logits > 0, truth > 0.5)
        return StepResult(losses, iou, count_live(every.value), count_live(every.label), logits)

    def _of_all(self, own: Shaped[Tensor, "own ..."]) -> Shaped[Tensor, "all ..."]:
        """Return the tensors of all processes as one; the gradient flows into this process's own."""
        if self._accelerator.num_processes == 1:
            return own
        parts = list(self._accelerator.gather(own.detach().contiguous()).split(len(own)))
        parts[self._accelerator.process_index] = own
        return torch.cat(parts)


def count_live(encoding: Float[Tensor, "b t d h w"]) -> int:
    """Count the channels of a label encoding that exceed `LIVE` anywhere in a batch; the others say nothing."""
    return int((encoding.detach().amax(dim=(0, 1, 3, 4)) > LIVE).sum())


def _iou(predicted: Tensor, truth: Tensor) -> float:
    union = (predicted | truth).sum()
    return float((predicted & truth).sum() / union.clamp(min=1))
