"""The release's recipe, whole: validation, the best weights, an overfitted clip, and workers that leak nothing."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file

from llb.checkpoint import load_model
from llb.data.coco import CocoInstances
from llb.data.released_clips import ReleasedClipConfig, ReleasedClips
from llb.evaluation.metrics import region_similarity
from llb.training.clip_sources import DataFolders
from llb.training.config import Rate, Stage, TrainConfig
from llb.training.recipes import released_recipe
from llb.training.rollout import roll_out
from llb.training.trainer import BEST, RunOptions, Trainer
from tests.support.tiny_datasets import make_coco, make_davis, make_youtube_vos

STILL = ReleasedClipConfig(
    crop=(64, 96),
    frames=3,
    search_factor=2.5,
    size_jitter=(0.0, 0.0),
    offsets=((0.0, 0.0), (0.4, 0.4)),
    grey=0.0,
    flip=0.0,
    rotation=5.0,
    scale=0.1,
    brightness=0.1,
    epoch_clips=1,
)


def small(config: TrainConfig, steps: int, crop: tuple[int, int] = (48, 80)) -> TrainConfig:
    clips = replace(config.stages[0].clips, crop=crop, frames=3)
    return replace(config, stages=(Stage(steps, clips),), batch_size=2)


def test_the_second_stage_reads_both_data_sets_validates_and_keeps_the_best(tmp_path: Path) -> None:
    youtube = make_youtube_vos(tmp_path / "youtube")
    davis = make_davis(tmp_path / "davis", frames=3)
    config = small(released_recipe("lite/joint", 2), steps=2)
    options = RunOptions(validation=davis, validate_every=1, log_every=1, draw_every=2)
    trainer = Trainer(config, DataFolders(youtube_vos=youtube, davis=davis), tmp_path / "run", options)
    weights = trainer.run()
    assert weights is not None
    with (tmp_path / "run" / "log.csv").open() as file:
        scores = [float(row["jf"]) for row in csv.DictReader(file)]
    assert len(scores) == 2
    assert trainer.progress.best == pytest.approx(max(scores))
    assert load_model(str(tmp_path / "run" / BEST)).config.name == "lite/joint"
    assert (tmp_path / "run" / "pictures" / "00000002.png").exists()


def test_a_data_set_that_was_not_given_is_asked_for(tmp_path: Path) -> None:
    trainer = Trainer(small(released_recipe("lite/joint", 2), 1), DataFolders(), tmp_path)
    with pytest.raises(ValueError, match="--youtube-vos"):
        trainer.run()


def test_a_loss_that_is_not_a_number_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    config = small(released_recipe("lite/joint", 1), 1)
    trainer = Trainer(config, DataFolders(coco=make_coco(tmp_path / "coco")), tmp_path / "run")
    with torch.no_grad():
        trainer.models[0].decoder.up2.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match="not a number"):
        trainer.run()


@pytest.mark.slow
def test_a_frozen_backbone_stays_and_the_second_stage_moves_layers_2_to_4(tmp_path: Path) -> None:
    coco = make_coco(tmp_path / "coco")
    for stage, moving in ((1, set()), (2, {"layer2", "layer3", "layer4"})):
        run = replace(small(released_recipe("paper/joint", stage), 1), batch_size=1)
        clips = replace(run.stages[0].clips, shares=(("coco", 1.0),))
        run = replace(run, stages=(Stage(1, clips),))
        trainer = Trainer(run, DataFolders(coco=coco), tmp_path / f"stage{stage}")
        before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
        weights = trainer.run()
        assert weights is not None
        after = load_file(weights)
        moved = {name for name in before if not torch.equal(before[name], after[name])}
        assert {name.split(".")[1] for name in moved if name.startswith("backbone.")} == moving
        assert not any("running_" in name for name in moved), "BatchNorm stays in eval mode"


@pytest.mark.slow
def test_the_paper_architecture_overfits_a_clip(tmp_path: Path) -> None:
    """J above 0.95 on the frames after the reference, from random weights, on a small crop of one clip."""
    coco = make_coco(tmp_path / "coco", images=1)
    config = replace(
        released_recipe("paper/llb", 2),
        stages=(Stage(120, STILL),),
        batch_size=1,
        rates=(Rate("", 3e-4),),
    )
    trainer = Trainer(config, DataFolders(coco=coco), tmp_path / "run")
    calibrate_batch_norm(trainer, coco)
    trainer.run()
    clip = ReleasedClips([CocoInstances(coco)], STILL, config.seed + 1000)[0]
    with torch.no_grad():
        logits = roll_out(trainer.models[0], torch.from_numpy(clip.rgb)[None], torch.from_numpy(clip.mask)[None]).logits
    scores = [
        region_similarity(predicted.numpy() > 0, truth[0] > 0)
        for predicted, truth in zip(logits[0], clip.mask[1:], strict=True)
    ]
    assert min(scores) > 0.95


def calibrate_batch_norm(trainer: Trainer, coco: Path) -> None:
    """Give the random backbone the statistics that a trained one has: without, its features grow a thousandfold."""
    clips = ReleasedClips([CocoInstances(coco)], STILL, 5)
    images = torch.from_numpy(clips[0].rgb)
    model = trainer.models[0]
    layers = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = None
        layer.train()
    with torch.no_grad():
        roll_out(model, images[None], torch.from_numpy(clips[0].mask)[None])
    for layer in layers:
        layer.eval()


@pytest.mark.slow
def test_workers_leak_nothing_over_2000_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coco = make_coco(tmp_path / "coco")
    config = small(released_recipe("lite/joint", 1), steps=2000, crop=(32, 48))
    trainer = Trainer(config, DataFolders(coco=coco), tmp_path / "run", RunOptions(workers=1))
    sizes = []
    for number, _ in enumerate(trainer._batches(0, 2000)):
        if number % 100 == 50:
            sizes.append(sum(child.memory_info().rss for child in psutil.Process().children()) / 1e6)
    assert len(sizes) == 20
    assert sizes[-1] - sizes[3] < 3, f"MB by 100 batches: {sizes}"
