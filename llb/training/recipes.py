"""The recipes: the release's two stages, and the short ones that made the shipped lite models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from llb.config import ModelConfig
from llb.data.released_clips import ReleasedClipConfig
from llb.data.sampler import ClipConfig
from llb.training.config import (
    CosineDecay,
    LossWeights,
    Part,
    Rate,
    Stage,
    StartFile,
    StepDecay,
    TrainConfig,
    TrainPrecision,
)

FAMILY = "family"
SLOW_PARTS = ("induction.head.", "transduction.")  # the target head and the transformer
FIXED_LAYERS = ("backbone.stem.", "backbone.layer1.")
LENGTHS = {1: 50_000, 2: 90_000}  # steps
RELEASED_BATCH = 32  # clips per step
MILESTONES = {1: (30_000,), 2: (25_000, 75_000)}


def released_recipe(
    model: str,
    stage: int,
    *,
    seed: int = 0,
    length: float = 1.0,
    batch_size: int = RELEASED_BATCH,
    starts: tuple[StartFile, ...] = (),
    precision: TrainPrecision = "fp32",
) -> TrainConfig:
    """Return a stage of the released training: 1 on COCO, 2 on YouTube-VOS and DAVIS (6:1); for any model.

    `length` multiplies the steps. Stage 1 freezes the backbone; stage 2 trains its layers 2 to 4, too.

    Raises:
        ValueError: there is no such model or stage, or the length is not above 0.
    """
    check_length(length)
    scale = ModelConfig.from_name(model).scale
    if stage not in LENGTHS:
        raise ValueError(f"There is no stage {stage}: choose 1 (COCO) or 2 (YouTube-VOS and DAVIS).")
    clips = ReleasedClipConfig(crop=(480, 832) if scale == "paper" else (240, 416))
    slow = tuple(Rate(part, 2e-5) for part in SLOW_PARTS)
    if stage == 2:
        clips = replace(clips, shares=(("youtube_vos", 6.0), ("davis", 1.0)))
    return TrainConfig(
        model,
        seed,
        starts,
        (Stage(max(1, round(length * LENGTHS[stage])), clips),),
        batch_size,
        rates=(*slow, Rate("", 1e-4)) if stage == 1 else (Rate("", 2e-5),),
        decay=StepDecay(tuple(round(length * step) for step in MILESTONES[stage])),
        frozen=("backbone.",) if stage == 1 else FIXED_LAYERS,
        precision=precision,
    )


def lite_recipe(
    model: str, seed: int = 0, length: float = 1.0, start: Path | None = None, *, long: bool = False
) -> TrainConfig:
    """Return the shipped models' settings for the shared stage (``lite/family``) or a variant's own stage.

    `start` is the shared stage's file, for a variant; `length` multiplies the steps. `long` takes a longer
    schedule, for a model that is not part of the ablation. Losses are the paper's divided by 100.

    Raises:
        ValueError: the length is not above 0, the model is not lite, or `start` does not fit it.
    """
    check_length(length)
    scale, _, variant = model.partition("/")
    if scale != "lite":
        raise ValueError(f"{model} has no short recipe: choose a stage of the release (--stage 1), or a lite model.")
    if variant == FAMILY:
        if start:
            raise ValueError("The shared stage starts from nothing: leave --start out.")
        if long:
            raise ValueError("The long schedule is for a variant: choose lite/llb, or leave --long out.")
        return short_run(model, seed, shared_schedule(length))
    ModelConfig.from_name(model)
    if start is None:
        raise ValueError(f"{model} starts from the shared stage: train lite/family first and pass its file as --start.")
    schedule = long_schedule(length) if long else variant_schedule(length)
    return replace(short_run(model, seed, schedule), starts=(StartFile.of("model", start),), rates=(Rate("", 5e-4),))


def short_run(model: str, seed: int, stages: tuple[Stage, ...]) -> TrainConfig:
    """Return a run with the optimiser and the losses of the shipped lite models."""
    return TrainConfig(
        model,
        seed,
        stages=stages,
        batch_size=4,
        optimiser="adamw",
        weight_decay=1e-4,
        rates=(Rate("", 1e-3),),
        decay=CosineDecay(warmup=50),
        losses=LossWeights(lovasz=1.0, bce=0.5, cosine=0.01),
        ema=0.995,
        clip_norm=1.0,
        pretrain_steps=700,
        precision="bf16",
    )


def shared_schedule(length: float = 1.0) -> tuple[Stage, ...]:
    """Return the first stage, which all variants share: mostly synthetic clips, growing crops and gaps."""
    steps = [max(1, round(length * n)) for n in (1600, 1600, 400)]
    return (
        Stage(steps[0], ClipConfig(crop=(128, 224), real=0.2, gaps=(1, 3), gap_clips=4 * steps[0])),
        Stage(steps[1], ClipConfig(crop=(160, 272), real=0.35, gaps=(2, 8), gap_clips=4 * steps[1])),
        Stage(steps[2], ClipConfig(crop=(240, 416), real=0.4, gaps=(8, 8), gap_clips=1)),
    )


def variant_schedule(length: float = 1.0) -> tuple[Stage, ...]:
    """Return the second stage, each variant's own: mostly real clips, longer ones towards the end."""
    steps = [max(1, round(length * n)) for n in (500, 250, 100)]
    return (
        Stage(steps[0], ClipConfig(crop=(192, 320), real=0.65, gaps=(4, 12), gap_clips=4 * steps[0])),
        Stage(steps[1], ClipConfig(crop=(160, 272), frames=7, real=0.7, gaps=(8, 8), gap_clips=1)),
        Stage(steps[2], ClipConfig(crop=(240, 416), real=0.7, gaps=(12, 12), gap_clips=1)),
    )


def long_schedule(length: float = 1.0) -> tuple[Stage, ...]:
    """Return a second stage that is longer, with regions nearer to the engine's and full crops."""
    steps = [max(1, round(length * n)) for n in (1200, 600, 800)]
    near = ClipConfig(search_factor=3.0, offset=(3.2, 2.2))
    return (
        Stage(steps[0], replace(near, crop=(192, 320), real=0.6, gaps=(4, 12), gap_clips=4 * steps[0])),
        Stage(steps[1], replace(near, crop=(160, 272), frames=8, real=0.65, gaps=(8, 8), gap_clips=1)),
        Stage(steps[2], replace(near, real=0.65, gaps=(12, 12), gap_clips=1)),
    )


def check_length(length: float) -> None:
    """Raise ValueError for a length that is not above 0."""
    if length <= 0:
        raise ValueError(f"length is {length}: choose a value above 0, 1 is the recipe's own.")


def start_files(model: Path | None, backbone: Path | None, encoder: Path | None) -> tuple[StartFile, ...]:
    """Name the files to start from; the parts' own come after the model's and so replace what it gave."""
    given: tuple[tuple[Part, Path | None], ...] = (("model", model), ("backbone", backbone), ("encoder", encoder))
    return tuple(StartFile.of(part, path) for part, path in given if path is not None)
