"""The release's recipe, whole: validation, the best weights, an overfitted clip, and workers that leak nothing."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from llb.checkpoint import load_model
from llb.data.clip import Clip
from llb.data.coco import CocoInstances
from llb.data.released_clips import ReleasedClipConfig, ReleasedClips
from llb.evaluation.metrics import region_similarity
from llb.model.network import LLB
from llb.training.clip_sources import DataFolders
from llb.training.config import CosineDecay, LossWeights, Rate, Stage, TrainConfig
from llb.training.recipes import released_recipe
from llb.training.rollout import roll_out
from llb.training.trainer import BEST, RunOptions, Trainer
from tests.support.tiny_datasets import make_coco, make_davis, make_youtube_vos

STILL = ReleasedClipConfig(
    crop=(48, 80),
    frames=3,
    search_factor=2.5,
    size_jitter=(0.0, 0.0),
    offsets=((0.0, 0.0), (0.4, 0.4)),
    grey=0.0,
    flip=0.0,
    rotation=5.0,
    scale=0.1,
    brightness=0.1,
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
def test_the_paper_architecture_overfits_a_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """J above 0.95 on the frames after the reference, from random weights, on a small crop of one clip."""
    coco = make_coco(tmp_path / "coco", images=1)
    clip = ReleasedClips([CocoInstances(coco)], STILL, seed=0)[0]

    class OneClip:
        def __getitem__(self, index: int) -> Clip:
            return clip

    monkeypatch.setattr("llb.training.trainer.open_clips", lambda *_: OneClip())
    config = replace(
        released_recipe("paper/llb", 1),
        stages=(Stage(50, STILL),),
        batch_size=1,
        rates=(Rate("", 5e-4),),
        decay=CosineDecay(warmup=10),
        losses=LossWeights(bce=50.0),
        clip_norm=50.0,
    )
    trainer = Trainer(config, DataFolders(), tmp_path / "run", RunOptions(save_seconds=1000.0))
    calibrate_batch_norm(trainer.models[0], clip)
    trainer.run()
    rgb, mask = torch.from_numpy(clip.rgb)[None], torch.from_numpy(clip.mask)[None]
    with torch.no_grad():
        logits = roll_out(trainer.models[0], rgb, mask).logits[0]
    scores = [region_similarity(p.numpy() > 0, t[0] > 0) for p, t in zip(logits, clip.mask[1:], strict=True)]
    assert min(scores) > 0.95


def calibrate_batch_norm(model: LLB, clip: Clip) -> None:
    """Give the random backbone the statistics that a trained one has: without, its features grow a thousandfold."""
    layers = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = None
        layer.train()
    with torch.no_grad():
        roll_out(model, torch.from_numpy(clip.rgb)[None], torch.from_numpy(clip.mask)[None])
    for layer in layers:
        layer.eval()


@pytest.mark.slow
def test_workers_leak_nothing_over_2000_batches(tmp_path: Path) -> None:
    coco = make_coco(tmp_path / "coco")
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.draw_batches", str(coco), str(tmp_path / "run")]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    sizes = [float(line) for line in done.stdout.split()]
    assert len(sizes) == 20
    assert sizes[-1] - sizes[3] < 3, f"MB by 100 batches: {sizes}"
