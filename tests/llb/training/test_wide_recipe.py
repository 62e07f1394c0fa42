"""The recipe with an open end: its rates, its end, the backbone that it trains, and the channels that it counts."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from llb.checkpoint import load_model
from llb.data.image_cache import build_cache
from llb.data.sampler import ClipConfig
from llb.training.clip_sources import DataFolders
from llb.training.config import ConstantThenFall, Stage, StartFile, TrainConfig
from llb.training.networks import build_networks
from llb.training.step import Rollouts, count_live
from llb.training.trainer import CHECKPOINT, RunOptions, Trainer
from llb.training.wide_recipe import FALL, HELD_OUT, finishing, own_schedule, shared_run, wide_recipe
from scripts.variant_of_shared import take
from tests.support.tiny_data import make_data_root

CLIPS = ClipConfig(crop=(48, 80), frames=3, hard=0.5)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    root = make_data_root(tmp_path_factory.mktemp("data"))
    return DataFolders(cache=build_cache(root, tmp_path_factory.mktemp("cache")).folder)


def small(run: TrainConfig) -> TrainConfig:
    """Return a run of the recipe with tiny clips and few of them, and rates that show after a step."""
    stages = (Stage(2, CLIPS), Stage(100, CLIPS))
    rates = tuple(replace(rate, lr=1e-3) for rate in run.rates)
    return replace(run, stages=stages, batch_size=2, rates=rates, pretrain_steps=0, decay=ConstantThenFall(warmup=1))


@pytest.fixture(scope="module")
def shared(data: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of an open-ended shared stage after two steps."""
    folder = tmp_path_factory.mktemp("shared")
    trainer = Trainer(small(shared_run(0, None)), data, folder, RunOptions(log_every=1))
    assert trainer.run(stop_at=2) is None
    return folder / CHECKPOINT


def test_the_rates_rise_stay_and_fall_when_the_end_is_known() -> None:
    open_end = ConstantThenFall(warmup=10)
    assert [open_end.factor(step, 100) for step in (0, 9, 99)] == [pytest.approx(0.1), 1.0, 1.0]
    ending = ConstantThenFall(warmup=10, fall_from=50)
    rates = [ending.factor(step, 100) for step in range(100)]
    assert rates[:50] == [open_end.factor(step, 100) for step in range(50)]
    assert all(later < earlier for earlier, later in zip(rates[49:], rates[50:], strict=False))
    assert rates[-1] == pytest.approx(0.01)


def test_all_variants_get_the_same_schedule_and_the_backbone_stays_fixed(tmp_path: Path) -> None:
    start = tmp_path / "shared.safetensors"
    start.write_bytes(b"")
    joint, llb = (wide_recipe(name, start=start) for name in ("lite/joint", "lite/llb"))
    assert replace(joint, model="lite/llb") == llb
    assert llb.thawed == ()
    assert sum(stage.steps for stage in own_schedule()) == llb.steps
    assert wide_recipe("lite/llb", start=start, long=True).steps == 2 * llb.steps
    assert all(isinstance(stage.clips, ClipConfig) and stage.clips.held_out == HELD_OUT for stage in llb.stages)


def test_wrong_orders_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"x")
    for settings, sentence in (
        (("lite/llb",), "train lite/family first"),
        (("paper/llb",), "choose a lite model"),
        (("lite/family", 0, 0.0), "above 0"),
    ):
        with pytest.raises(ValueError, match=sentence):
            wide_recipe(*settings)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="leave --finish out"):
        wide_recipe("lite/llb", start=path, finish=path)
    with pytest.raises(ValueError, match="leave --falling out"):
        wide_recipe("lite/llb", start=path, falling=True)
    with pytest.raises(ValueError, match="leave --falling out"):
        wide_recipe("lite/family", finish=path, falling=True)
    with pytest.raises(ValueError, match="not a run's checkpoint"):
        wide_recipe("lite/family", finish=path)


def test_the_rates_of_a_falling_run_fall_from_its_first_step_on() -> None:
    run = wide_recipe("lite/family", length=0.4, falling=True, batch_size=16)
    assert (run.steps, run.batch_size) == (round(0.4 * FALL), 16)
    rates = [run.rate_factor(step) for step in range(run.steps)]
    assert max(rates) < 1.0
    assert all(later < earlier for earlier, later in zip(rates[99:], rates[100:], strict=False))
    assert rates[-1] == pytest.approx(0.01)


def test_what_the_models_do_not_share_goes_to_the_gpu_with_the_rest() -> None:
    network, models = build_networks(shared_run(0, None))
    Rollouts(network, models).to("meta")  # as accelerate moves what it prepares
    for model in models:
        assert all(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))


@pytest.mark.slow
def test_the_shared_stage_trains_its_backbone_from_stride_4_on(shared: Path) -> None:
    trunk, _ = build_networks(shared_run(0, None))
    first, trained = trunk.state_dict(), load_file(shared)
    changed = {
        name.split(".")[4] if "blocks" in name else name.split(".")[3]
        for name, value in first.items()
        if "backbone." in name and not torch.equal(value, trained[f"model.{name}"])
    }
    assert changed == {"1", "2", "3", "4", "5", "6"}


@pytest.mark.slow
def test_the_log_names_the_model_and_counts_its_channels(shared: Path) -> None:
    with (shared.parent / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["turn"] for row in rows] == ["0", "1"]
    assert all(0 < int(row[name]) <= 32 for row in rows for name in ("live_value", "live_label"))


def test_a_channel_is_live_where_it_exceeds_zero_anywhere() -> None:
    encoding = torch.zeros(2, 3, 4, 5, 5)
    encoding[1, 2, 3, 4, 4] = 0.5
    encoding[0, 0, 1, 0, 0] = 1e-4
    assert count_live(encoding) == 1


@pytest.mark.slow
def test_a_run_is_brought_to_an_end_from_a_checkpoint_and_ends_like_one_that_knew(
    shared: Path, data: DataFolders, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.safetensors"
    shutil.copyfile(shared, copy)
    ending = finishing(small(shared_run(0, None)), copy, 2)
    assert ending.steps == 4
    assert ending.decay == ConstantThenFall(warmup=1, fall_from=2)
    assert Trainer(ending, data, tmp_path / "a").run(stop_at=3) is None
    final = Trainer(ending, data, tmp_path / "a").run()
    unbroken = Trainer(replace(ending, starts=()), data, tmp_path / "b").run()
    assert final is not None
    assert unbroken is not None
    one, other = load_file(final), load_file(unbroken)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    recipe = wide_recipe("lite/family", finish=copy)
    assert recipe.steps == 2 + FALL
    assert recipe.starts == (StartFile.of("run", copy),)


@pytest.mark.slow
def test_a_variant_takes_the_shared_backbone_keeps_it_and_its_file_holds_it(
    shared: Path, data: DataFolders, tmp_path: Path
) -> None:
    finished = Trainer(finishing(small(shared_run(0, None)), shared, 1), data, tmp_path / "shared").run()
    assert finished is not None
    own = replace(wide_recipe("lite/joint", start=finished), stages=(Stage(2, CLIPS),), batch_size=2)
    assert Trainer(own, data, tmp_path / "own").run(stop_at=1) is None
    path = Trainer(own, data, tmp_path / "own").run()
    assert path is not None
    name = "net.blocks.3.0.conv_pw.weight"
    expected = load_file(finished)[f"trunk.backbone.{name}"].float()
    assert torch.equal(load_model(str(path), as_trained=True).backbone.state_dict()[name], expected)
    assert not torch.equal(load_model("lite/joint", as_trained=True).backbone.state_dict()[name], expected)


@pytest.mark.slow
def test_a_variant_is_taken_out_of_a_checkpoint_with_its_averages(shared: Path, tmp_path: Path) -> None:
    take(shared, "lite/llb-3", tmp_path / "llb-3.safetensors")
    model = load_model(str(tmp_path / "llb-3.safetensors"), as_trained=True)
    average = load_file(shared)["average.generators.bff_cnn.value.0.weight"]
    assert torch.equal(model.state_dict()["label_generator.value.0.weight"], average.half().float())
