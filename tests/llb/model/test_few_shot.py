"""The few-shot learner's numerics against autograd, F.conv2d and each other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from llb.model import few_shot
from llb.types import FilterFit


@dataclass(frozen=True)
class Problem:
    """A small least-squares problem in float64: 2 targets, 3 samples each."""

    features: Tensor
    label: Tensor
    weight: Tensor
    reg: Tensor
    tau: Tensor

    def fit(self, steps: int, tau: Tensor | None = None) -> FilterFit:
        return few_shot.steepest_descent(self.features, self.label, self.weight, self.reg, tau=tau, steps=steps)

    def objective(self, tau: Tensor) -> Tensor:
        """1/2 of the summed squared residuals of each target, spelled with F.conv2d."""
        losses = []
        for features, label, weight, filters in zip(self.features, self.label, self.weight, tau, strict=True):
            scores = F.conv2d(features, filters, padding=1)
            losses.append(((weight * (scores - label)) ** 2).sum() + ((self.reg * filters) ** 2).sum())
        return torch.stack(losses) / 2


@pytest.fixture
def problem() -> Problem:
    g = torch.Generator().manual_seed(0)
    sizes = ((2, 3, 5, 4, 6), (2, 3, 4, 4, 6), (2, 3, 4, 4, 6), (2, 4, 5, 3, 3))
    features, label, weight, tau = (torch.randn(size, generator=g, dtype=torch.float64) for size in sizes)
    return Problem(features, label, weight, torch.full((1,), 0.3, dtype=torch.float64), tau)


def test_convolve_is_conv2d_target_by_target(problem: Problem) -> None:
    ours = few_shot.convolve(problem.features, problem.tau)
    expected = [F.conv2d(x, tau, padding=1) for x, tau in zip(problem.features, problem.tau, strict=True)]
    torch.testing.assert_close(ours, torch.stack(expected))


@given(
    b=st.integers(1, 2), t=st.integers(1, 3), c=st.integers(1, 4), d=st.integers(1, 3),
    h=st.integers(1, 5), w=st.integers(1, 5), seed=st.integers(0, 1000),
)  # fmt: skip
def test_adjoint_is_the_transpose_of_convolve(b: int, t: int, c: int, d: int, h: int, w: int, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    features = torch.randn(b, t, c, h, w, generator=g, dtype=torch.float64)
    tau = torch.randn(b, d, c, 3, 3, generator=g, dtype=torch.float64)
    scores = torch.randn(b, t, d, h, w, generator=g, dtype=torch.float64)
    left = (few_shot.convolve(features, tau) * scores).sum()
    right = (tau * few_shot.adjoint(features, scores)).sum()
    torch.testing.assert_close(left, right)


def test_first_step_goes_along_autograds_gradient_to_the_least_loss_on_that_line(problem: Problem) -> None:
    start = problem.tau.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(problem.objective(start).sum(), start)
    end = problem.fit(1, problem.tau).tau.requires_grad_()
    moved = (end - problem.tau).detach()
    length = -(moved * gradient).sum((1, 2, 3, 4)) / gradient.square().sum((1, 2, 3, 4))
    assert (length > 0).all()
    torch.testing.assert_close(moved, -length[:, None, None, None, None] * gradient)
    (at_end,) = torch.autograd.grad(problem.objective(end).sum(), end)
    slope = (at_end * gradient).sum((1, 2, 3, 4)) / gradient.square().sum((1, 2, 3, 4))
    torch.testing.assert_close(slope, torch.zeros_like(slope))


def test_losses_are_those_of_the_objective_and_never_rise(problem: Problem) -> None:
    fit = problem.fit(25)
    count = problem.label[0].numel() + problem.tau[0].numel()
    torch.testing.assert_close(fit.losses[0], 2 * problem.objective(torch.zeros_like(problem.tau)) / count)
    torch.testing.assert_close(fit.losses[-1], 2 * problem.objective(fit.tau) / count)
    assert fit.losses.shape == (26, 2)
    assert (fit.losses.diff(dim=0) <= 0).all()
    assert (fit.losses[-1] < 0.9 * fit.losses[0]).all()


def test_going_on_from_tau_is_the_same_as_not_having_stopped(problem: Problem) -> None:
    whole, first = problem.fit(6), problem.fit(4)
    second = problem.fit(2, first.tau)
    torch.testing.assert_close(second.tau, whole.tau)
    torch.testing.assert_close(torch.cat([first.losses, second.losses[1:]]), whole.losses)


def test_gradients_flow_through_the_steps(problem: Problem) -> None:
    def fit(features: Tensor, label: Tensor, weight: Tensor, reg: Tensor) -> Tensor:
        return few_shot.steepest_descent(features, label, weight, reg, tau=None, steps=2).tau

    small = (slice(1), slice(2), slice(1), slice(2), slice(3))
    inputs = (problem.features[small], problem.label[small], problem.weight[small], problem.reg)
    assert torch.autograd.gradcheck(fit, tuple(x.detach().clone().requires_grad_() for x in inputs))


def test_zero_labels_and_zero_weights_leave_tau_at_zero(problem: Problem) -> None:
    zero = torch.zeros_like(problem.label)
    for label, weight in ((zero, problem.weight), (problem.label, zero)):
        fit = few_shot.steepest_descent(problem.features, label, weight, problem.reg, tau=None, steps=3)
        assert torch.equal(fit.tau, torch.zeros_like(fit.tau))
