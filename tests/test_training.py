"""The trainer on a tiny data root: it learns, repeats itself exactly, and goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from llb.checkpoint import load_model
from llb.data.cache import build_cache
from llb.data.sampler import ClipConfig
from llb.training.stages import Stage, TrainConfig, lite_schedule
from llb.training.trainer import CHECKPOINT, Trainer
from tests.tiny_data import make_data_root

CLIPS = ClipConfig(crop=(48, 80), frames=3, real=0.5)


def config(model: str = "lite/llb", steps: int = 4, seed: int = 0) -> TrainConfig:
    stages = (Stage(steps // 2, CLIPS), Stage(steps - steps // 2, CLIPS))
    return TrainConfig(model, seed, stages, batch_size=2, warmup=2, pretrain_steps=2)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_data_root(tmp_path_factory.mktemp("data"))
    return build_cache(root, tmp_path_factory.mktemp("cache")).folder


@pytest.fixture(scope="module")
def weights(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of an unbroken run, a ViTAE's distillation included."""
    path = Trainer(config(), cache, tmp_path_factory.mktemp("unbroken")).run()
    assert path is not None
    return path


def same(first: Path, second: Path) -> bool:
    one, other = load_file(first), load_file(second)
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_a_run_repeats_itself_exactly(weights: Path, cache: Path, tmp_path: Path) -> None:
    again = Trainer(config(), cache, tmp_path / "again").run()
    assert again is not None
    assert same(weights, again)


@pytest.mark.slow
def test_another_seed_gives_other_weights(weights: Path, cache: Path, tmp_path: Path) -> None:
    other = Trainer(config(seed=1), cache, tmp_path).run()
    assert other is not None
    assert not same(weights, other)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [1, 2])
def test_a_run_that_is_killed_and_resumed_ends_like_an_unbroken_one(
    weights: Path, cache: Path, tmp_path: Path, stop: int
) -> None:
    assert Trainer(config(), cache, tmp_path).run(stop_at=stop) is None
    resumed = Trainer(config(), cache, tmp_path)
    assert resumed.step == stop
    path = resumed.run()
    assert path is not None
    assert same(weights, path)


@pytest.mark.slow
def test_trained_weights_load_as_the_model_that_they_are_of(weights: Path) -> None:
    model = load_model(str(weights))
    assert model.config.name == "lite/llb"
    stored = load_file(weights)
    assert not any(name.startswith("backbone.") for name in stored)
    assert torch.equal(model.state_dict()["decoder.up2.weight"], stored["decoder.up2.weight"].float())


@pytest.mark.slow
def test_the_loss_falls(cache: Path, tmp_path: Path) -> None:
    losses = []
    Trainer(config("lite/joint", steps=30), cache, tmp_path).run(lambda report: losses.append(report.loss))
    assert losses[-1] < 0.9 * losses[0]


def test_a_folder_of_another_run_is_refused(cache: Path, tmp_path: Path) -> None:
    Trainer(config("lite/joint"), cache, tmp_path)
    with pytest.raises(ValueError, match="choose another folder"):
        Trainer(config("lite/joint", seed=5), cache, tmp_path)
    assert not (tmp_path / CHECKPOINT).exists()
    assert json.loads((tmp_path / "config.json").read_text())["seed"] == 0


def test_only_lite_models_are_trained_here() -> None:
    with pytest.raises(ValueError, match="lite"):
        TrainConfig("paper/llb")


def test_the_schedule_rises_falls_and_knows_its_stages() -> None:
    run = TrainConfig("lite/llb", stages=lite_schedule())
    rates = [run.learning_rate(step) for step in range(run.steps)]
    assert max(rates) == pytest.approx(run.lr)
    assert rates[0] < rates[run.warmup - 1]
    ends = sorted({run.stage_at(step)[1] for step in range(run.steps)})
    assert ends == [450, 900, 1050, 1290]
    assert rates[ends[2] - 1] < 0.02 * run.lr
    assert rates[ends[2]] == pytest.approx(run.stages[3].restart)
    assert rates[-1] < 0.02 * rates[ends[2]]
    assert all(later < earlier for earlier, later in zip(rates[ends[2] :], rates[ends[2] + 1 :], strict=False))
    with pytest.raises(ValueError, match="past the end"):
        run.stage_at(run.steps)
