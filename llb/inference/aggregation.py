"""Soft aggregation: the targets' logits become one distribution over background and targets at each pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from llb.inference.search_region import OUTSIDE_LOGIT

GIVEN_MASK_LOGIT = 100.0  # of a given mask in the merge: positive inside, negative outside
EPSILON = 1e-7


def merge(
    logits: Float[Tensor, "n height width"], targets: Sequence[int]
) -> tuple[Float[Tensor, "m height width"], UInt8[np.ndarray, "height width"]]:
    """Return a frame's probabilities (`aggregate`) and labels (`label_map`).

    All pixels outside every search region have the same value, so that it is computed once for all of them.
    """
    rows, columns = _covered(logits)
    outside = aggregate(logits.new_full((logits.shape[0], 1, 1), OUTSIDE_LOGIT))
    prob = outside.repeat(1, *logits.shape[1:])
    labels = np.zeros(logits.shape[1:], np.uint8)
    prob[:, rows, columns] = aggregate(logits[:, rows, columns])
    labels[rows, columns] = label_map(prob[:, rows, columns], targets)
    return prob, labels


def _covered(logits: Float[Tensor, "n height width"]) -> tuple[slice, slice]:
    """Return the least rows and columns that hold every logit above `OUTSIDE_LOGIT`."""
    best = logits.amax(0)
    spans = []
    for axis in (1, 0):
        inside = (best.amax(axis) > OUTSIDE_LOGIT).nonzero().flatten().tolist()
        spans.append(slice(inside[0], inside[-1] + 1) if inside else slice(0))
    return spans[0], spans[1]


def aggregate(logits: Float[Tensor, "n height width"]) -> Float[Tensor, "m height width"]:
    """Return the probabilities of the background and of n targets (m = n + 1), which sum to 1 at each pixel.

    Softmax over the targets' logits and the background's, log(p / (1 - p)) of p = prod(1 - sigmoid(logit)) kept
    within [1e-7, 1 - 1e-7]. A single target thus gets sigmoid(2 logit).
    """
    background = torch.sigmoid(-logits).prod(0).clamp(EPSILON, 1 - EPSILON)
    return torch.cat([torch.logit(background)[None], logits]).softmax(0)


def mask_logits(mask: Float[Tensor, "height width"]) -> Float[Tensor, "height width"]:
    """Return the logits of a given mask of 0 and 1: -100 and +100."""
    return GIVEN_MASK_LOGIT * (2 * mask - 1)


def label_map(prob: Float[Tensor, "m height width"], targets: Sequence[int]) -> UInt8[np.ndarray, "height width"]:
    """Return the most probable id at each pixel, 0 for the background; `targets` names channels 1, 2, ...

    Where several are equally probable, the background and then the smaller channel win.
    """
    if prob.is_cuda:
        return by_argmax(prob, targets)
    best, ids = prob[0], torch.zeros_like(prob[0], dtype=torch.uint8)
    for target, channel in zip(targets, prob[1:], strict=True):  # argmax takes twenty times as long on the CPU
        ids = torch.where(channel > best, torch.tensor(target, dtype=torch.uint8, device=ids.device), ids)
        best = torch.maximum(best, channel)
    return ids.cpu().numpy()


def by_argmax(prob: Float[Tensor, "m height width"], targets: Sequence[int]) -> UInt8[np.ndarray, "height width"]:
    """Return what `label_map` does, in one pass, as is quick on a GPU; argmax takes the first of equal channels."""
    ids = torch.tensor([0, *targets], dtype=torch.uint8).to(prob.device, non_blocking=True)
    return ids[prob.argmax(0)].cpu().numpy()
