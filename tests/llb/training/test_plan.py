"""The plan: its formulas on networks whose figures are known, and that they agree with a step that is computed."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest
import torch
from torch import nn

from llb.training.config import TrainConfig
from llb.training.cost import DEVICES, GB, StepCost, _counter, fixed_bytes, largest_part, step_cost
from llb.training.plan import PlanOptions, find_device, measure_step, say_what_a_cpu_takes, write_plan
from llb.training.recipes import released_recipe


def small(model: str = "lite/joint", stage: int = 1, crop: tuple[int, int] = (64, 112), frames: int = 2) -> TrainConfig:
    """Return a stage of the release with clips of few small frames."""
    run = released_recipe(model, stage)
    stages = tuple(replace(part, clips=replace(part.clips, crop=crop, frames=frames)) for part in run.stages)
    return replace(run, stages=stages)


def operations(module: nn.Module, x: torch.Tensor) -> tuple[int, int]:
    with _counter() as forward:
        y = module(x.requires_grad_())
    with _counter() as backward:
        y.sum().backward()
    return forward.get_total_flops(), backward.get_total_flops()


@pytest.mark.parametrize("groups", [1, 8])
def test_a_grouped_convolution_is_counted_by_its_own_channels(groups: int) -> None:
    once = 2 * 16 * (8 // groups) * 9 * 6 * 10
    conv = nn.Conv2d(8, 16, 3, padding=1, groups=groups, bias=False, device="meta")
    assert operations(conv, torch.zeros(1, 8, 6, 10, device="meta")) == (once, 2 * once)


def test_costs_grow_as_the_crop_and_as_the_number_of_clips() -> None:
    config = small()
    one, two = (step_cost(config, config.stages[0], clips=count) for count in (1, 2))
    assert two.operations / one.operations == pytest.approx(2, rel=0.01)
    assert two.activations / one.activations == pytest.approx(2, rel=0.05)
    large = small(crop=(128, 224))
    grown = step_cost(large, large.stages[0])
    assert 3.9 < grown.operations / one.operations < 6


def test_recomputing_takes_a_forward_pass_more_and_much_less_memory() -> None:
    config = small("lite/llb", frames=4)
    kept, again = (step_cost(config, config.stages[0], recompute=value) for value in (False, True))
    assert again.activations < 0.5 * kept.activations
    assert 0.5 * kept.forward < again.operations - kept.operations < 1.1 * kept.forward


@pytest.mark.slow
def test_the_second_stage_trains_and_keeps_more() -> None:
    first, second = (step_cost(small("paper/llb", stage), small("paper/llb", stage).stages[0]) for stage in (1, 2))
    assert first.forward == second.forward
    assert second.backward > first.backward
    assert second.activations > first.activations


def test_bytes_of_weights_gradients_and_adam() -> None:
    network = nn.Sequential(nn.Linear(10, 10, bias=False), nn.Linear(10, 10, bias=False))
    network[0].requires_grad_(False)
    fixed = fixed_bytes(network, averages=True, processes=4)
    assert (fixed.weights, fixed.gradients, fixed.moments) == (800, 400, 800)
    assert (fixed.averages, fixed.buckets, fixed.total) == (400, 400, 2800)
    cost = StepCost(1, 1, 1 * GB, recomputes=False)
    assert largest_part(24 * GB, fixed, cost) == 19
    assert largest_part(1 * GB, fixed, cost) == 0


@pytest.mark.slow
def test_the_formula_for_memory_agrees_with_a_step() -> None:
    config = small(crop=(480, 832))
    expected = step_cost(config, config.stages[0]).bytes_per_clip
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # this one may have had more memory before
        measured = fresh.submit(measure_step, config, config.stages[0]).result()
    assert measured.memory == pytest.approx(expected, rel=1 / 2)  # a machine's allocator adds a tenth to a third


def test_a_plan_names_steps_parameters_hours_memory_and_the_batch_that_fits() -> None:
    config = small()
    lines = "\n".join(write_plan(config, PlanOptions(DEVICES["rtx4090"], 4)))
    for text in (
        "50,000 steps of 32 clips",
        "M parameters at a learning rate of 2e-05",
        "M parameters that are not trained",
        "on 4 x RTX 4090 24 GB at 30% of the peak",
        "8 of a GPU's 8 clips fit at once: --parts 1",
        "Measured here",
    ):
        assert text in lines


def test_a_run_without_a_gpu_says_what_it_takes_in_a_sentence() -> None:
    sentence = say_what_a_cpu_takes(small())
    assert sentence.startswith("There is no GPU here: 50,000 steps of 32 clips take about ")
    assert sentence.count(". ") == 0


def test_devices_and_options_are_checked() -> None:
    assert find_device("cpu") is None
    with pytest.raises(ValueError, match="no figures"):
        find_device("abacus")
    with pytest.raises(ValueError, match="utilisation"):
        PlanOptions(None, 1, 1.5)
    with pytest.raises(ValueError, match="choose 1 or more"):
        PlanOptions(None, 0)
