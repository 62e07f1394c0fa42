"""The training schedule of the lite models: which clips, at which size, for how many steps."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path

from llb.data.sampler import ClipConfig

FAMILY = "family"
VARIANT_LR = 5e-4


@dataclass(frozen=True)
class Stage:
    """A part of the schedule: `steps` batches of clips with the settings `clips`."""

    steps: int
    clips: ClipConfig


@dataclass(frozen=True)
class TrainConfig:
    """One training run; two runs with equal values on one machine give equal weights.

    Attributes:
        model: name, ``lite/...``; ``lite/family`` is the stage that all variants share (`llb.training.shared_trunk`).
        start: the file of the shared stage that a variant starts from; empty: from its own random weights.
        start_sha256: of that file, so that a record names what it started from.
        seed: of the initial weights and of the clips.
        stages: in order.
        batch_size: clips per step.
        lr: peak of AdamW's learning rate; it rises over `warmup` steps and then falls to 1 % along a cosine.
        lovasz, bce, cosine: weights of the losses (paper: 100, 0, 1; here scaled by 1/100, and BCE is our addition).
        ema: decay of the averaged weights, which are the ones that are kept.
        clip_norm: largest norm of the gradient.
        pretrain_steps: distillation steps of a ViTAE label encoder before the first stage (none with a `start`).
        bf16: compute in bfloat16 where autocast allows it; the weights and the few-shot learner stay in fp32.
    """

    model: str
    seed: int = 0
    start: str = ""
    start_sha256: str = ""
    stages: tuple[Stage, ...] = ()
    batch_size: int = 4
    lr: float = 1e-3
    warmup: int = 50
    weight_decay: float = 1e-4
    lovasz: float = 1.0
    bce: float = 0.5
    cosine: float = 0.01
    ema: float = 0.995
    clip_norm: float = 1.0
    pretrain_steps: int = 700
    bf16: bool = True

    def __post_init__(self) -> None:
        if not self.model.startswith("lite/"):
            raise ValueError(f"{self.model} cannot be trained here: choose a lite model, for example lite/llb.")

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(stage.steps for stage in self.stages)

    def stage_at(self, step: int) -> tuple[int, int]:
        """Return the number of the stage that a step of the run belongs to, and the first step after that stage.

        Raises:
            ValueError: the step is past the end.
        """
        end = 0
        for number, stage in enumerate(self.stages):
            end += stage.steps
            if step < end:
                return number, end
        raise ValueError(f"Step {step} is past the end of a run of {self.steps} steps.")

    def learning_rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        if step < self.warmup:
            return self.lr * (step + 1) / self.warmup
        progress = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.lr * (0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2)


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
    """Return the second stage of ``lite/llb-long``: longer, with regions nearer to the engine's and full crops."""
    steps = [max(1, round(length * n)) for n in (1200, 600, 800)]
    near = ClipConfig(search_factor=3.0, offset=(3.2, 2.2))
    return (
        Stage(steps[0], replace(near, crop=(192, 320), real=0.6, gaps=(4, 12), gap_clips=4 * steps[0])),
        Stage(steps[1], replace(near, crop=(160, 272), frames=8, real=0.65, gaps=(8, 8), gap_clips=1)),
        Stage(steps[2], replace(near, real=0.65, gaps=(12, 12), gap_clips=1)),
    )


def train_config(
    model: str, seed: int = 0, length: float = 1.0, start: Path | None = None, *, long: bool = False
) -> TrainConfig:
    """Return the shipped models' settings for the shared stage (``lite/family``) or a variant's own stage.

    `start` is the shared stage's file, for a variant; `length` multiplies the steps. `long` takes the schedule of the
    page's default model (``lite/llb-long``), which is not part of the ablation.

    Raises:
        ValueError: the length is not above 0, or `start` does not fit the model.
    """
    if length <= 0:
        raise ValueError(f"length is {length}: choose a value above 0, 1 is the shipped models' schedule.")
    if model.endswith(f"/{FAMILY}"):
        if start:
            raise ValueError("The shared stage starts from nothing: leave --start out.")
        if long:
            raise ValueError("The long schedule is for a variant: choose lite/llb, or leave --long out.")
        return TrainConfig(model, seed, stages=shared_schedule(length))
    if start is None:
        raise ValueError(f"{model} starts from the shared stage: train lite/family first and pass its file as --start.")
    digest = hashlib.sha256(start.read_bytes()).hexdigest()
    schedule = long_schedule(length) if long else variant_schedule(length)
    return TrainConfig(model, seed, str(start), digest, schedule, lr=VARIANT_LR)
