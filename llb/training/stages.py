"""The training schedule of the lite models: what clips are drawn, at which size, for how many steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from llb.data.sampler import ClipConfig


@dataclass(frozen=True)
class Stage:
    """A part of the schedule: `steps` batches of clips drawn as `clips` says.

    With `restart`, the learning rate begins a new cosine at this value, which lasts until the next restart or the end.
    """

    steps: int
    clips: ClipConfig
    restart: float | None = None


@dataclass(frozen=True)
class TrainConfig:
    """One training run; two runs with equal values on one machine give equal weights.

    Attributes:
        model: name, ``lite/...``.
        seed: of the initial weights and of the clips.
        stages: in order.
        batch_size: clips per step.
        lr: peak of AdamW's learning rate; it rises over `warmup` steps and then falls to 1 % along a cosine.
        lovasz, bce, cosine: weights of the losses (paper: 100, 0, 1; here scaled by 1/100, and BCE is our addition).
        ema: decay of the averaged weights, which are the ones that are kept.
        clip_norm: largest norm of the gradient.
        pretrain_steps: distillation steps of a ViTAE label encoder before the first stage.
    """

    model: str
    seed: int = 0
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

    def __post_init__(self) -> None:
        if not self.model.startswith("lite/"):
            raise ValueError(f"{self.model} cannot be trained here: choose a lite model, for example lite/llb.")

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(stage.steps for stage in self.stages)

    def stage_at(self, step: int) -> tuple[int, int]:
        """Return (number of the stage, first step of the next one) for a step of the run."""
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
        start, end, peak, first = self.warmup, self.steps, self.lr, 0
        for stage in self.stages:
            if stage.restart is not None and first <= step:
                start, end, peak = first, self.steps, stage.restart
            elif stage.restart is not None:
                end = min(end, first)
            first += stage.steps
        progress = (step - start) / max(1, end - start)
        return peak * (0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2)


def lite_schedule(scale: float = 1.0) -> tuple[Stage, ...]:
    """Return the schedule of the shipped lite models, every stage `scale` times as long.

    Synthetic clips first, then half real ones with growing gaps, then the full search region; last, with the learning
    rate started again, mostly real clips whose frames lie far apart.
    """
    steps = [max(1, round(scale * n)) for n in (450, 450, 150, 240)]
    return (
        Stage(steps[0], ClipConfig(crop=(128, 224), real=0.25, gaps=(1, 3), gap_clips=4 * steps[0])),
        Stage(steps[1], ClipConfig(crop=(160, 272), real=0.5, gaps=(2, 8), gap_clips=4 * steps[1])),
        Stage(steps[2], ClipConfig(crop=(240, 416), real=0.6, gaps=(8, 8), gap_clips=1)),
        Stage(steps[3], ClipConfig(crop=(192, 320), real=0.7, gaps=(12, 12), gap_clips=1), restart=4e-4),
    )
