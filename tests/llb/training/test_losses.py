"""The losses on cases whose value is known."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from llb.training.losses import bce_loss, cosine_similarity_loss, lovasz_loss

CERTAIN = 40.0  # logit of a prediction without doubt


def random_masks() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    predicted = (torch.rand(3, 2, 8, 12, generator=generator) < 0.4).double()
    truth = (torch.rand(3, 2, 8, 12, generator=generator) < 0.3).double()
    return predicted, truth


def test_lovasz_of_a_certain_prediction_is_one_minus_its_jaccard_index_over_the_whole_batch() -> None:
    predicted, truth = random_masks()
    jaccard = (predicted * truth).sum() / ((predicted + truth) > 0).sum()
    loss = lovasz_loss(CERTAIN * (2 * predicted - 1), truth)
    assert loss.item() == pytest.approx(1.0 - jaccard.item(), abs=1e-9)


def test_lovasz_interpolates_between_masks_by_its_definition() -> None:
    logits = torch.tensor([0.0, -CERTAIN, CERTAIN], dtype=torch.float64)
    truth = torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64)
    # Errors in order 1 (second pixel), 1 (third), 0.5 (first); 1 - J after one, two and three wrong: 1/2, 2/3, 1.
    assert lovasz_loss(logits, truth).item() == pytest.approx(2 / 3 + 0.5 / 3, abs=1e-9)


def test_lovasz_gradient_pulls_foreground_up_and_background_down() -> None:
    _, truth = random_masks()
    logits = torch.linspace(-1.0, 1.0, truth.numel(), dtype=torch.float64).reshape(truth.shape).requires_grad_()
    lovasz_loss(logits, truth).backward()
    assert logits.grad is not None
    assert (logits.grad[truth == 1] <= 0).all()
    assert (logits.grad[truth == 0] >= 0).all()
    assert logits.grad.abs().sum() > 0


def test_lovasz_takes_integer_masks_and_batches_without_foreground() -> None:
    logits = torch.tensor([-2.0, 1.0])
    loss = lovasz_loss(logits, torch.zeros(2, dtype=torch.uint8))
    assert loss.item() == pytest.approx(torch.sigmoid(torch.tensor(1.0)).item(), abs=1e-6)


def test_cosine_is_the_mean_over_frames_of_whole_encodings() -> None:
    value = torch.zeros(2, 3, 2, 2, 2)
    label = torch.zeros(2, 3, 2, 2, 2)
    value[..., 0, 0, 0] = 3.0
    label[0, :, 0, 0, 0] = 0.5  # the same direction in the first sequence
    label[1, :, 1, 1, 1] = 0.5  # at a right angle in the second
    assert cosine_similarity_loss(value, label).item() == pytest.approx(0.5)
    assert cosine_similarity_loss(value, -value).item() == pytest.approx(-1.0)


def test_bce_is_that_of_the_probabilities() -> None:
    predicted, truth = random_masks()
    logits = predicted * 2 - 1
    assert torch.allclose(bce_loss(logits, truth), F.binary_cross_entropy(logits.sigmoid(), truth))
