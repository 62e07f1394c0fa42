"""The paper's training losses: Lovasz on the masks, similarity of the two label encodings; and an optional BCE."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor


def lovasz_loss(logits: Float[Tensor, "*shape"], mask: Shaped[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Return the Lovasz extension of the Jaccard loss 1 - J of the foreground, in 0..1.

    The errors |mask - sigmoid(logits)| of every pixel of every frame and sequence are sorted together, as released
    (not per frame). `mask` holds 0 and 1. Berman et al., "The Lovasz-Softmax loss", CVPR 2018, alg. 1.
    A batch without any foreground costs its largest error.
    """
    prob, truth = logits.flatten().sigmoid(), mask.flatten().to(logits.dtype)
    errors, order = torch.sort((truth - prob).abs(), descending=True)
    return errors.dot(_jaccard_steps(truth[order]))


def _jaccard_steps(truth: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """Return how much 1 - J grows with each further wrong pixel; `truth` is in descending order of the errors."""
    total = truth.sum()
    intersection = total - truth.cumsum(0)
    union = total + (1.0 - truth).cumsum(0)
    jaccard_loss = 1.0 - intersection / union
    return torch.diff(jaccard_loss, prepend=jaccard_loss.new_zeros(1))


def cosine_similarity_loss(
    value: Float[Tensor, "*frames d h w"], label: Float[Tensor, "*frames d h w"]
) -> Float[Tensor, ""]:
    """Return the mean over frames and sequences of the cosine between E1 (`value`) and E2 (`label`), in -1..1.

    Each is flattened over D, h and w. Falls as the two encodings become less alike (the paper's L_cos).
    """
    return F.cosine_similarity(value.flatten(-3), label.flatten(-3), dim=-1).mean()


def bce_loss(logits: Float[Tensor, "*shape"], mask: Shaped[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Return the mean binary cross-entropy of the logits; our addition, not in the paper (weight 0 turns it off)."""
    return F.binary_cross_entropy_with_logits(logits, mask.to(logits.dtype))
