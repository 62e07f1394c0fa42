"""A training run as data: two runs with equal settings on one machine give equal weights."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from llb.data.released_clips import ReleasedClipConfig
from llb.data.sampler import ClipConfig

Part = Literal["model", "backbone", "encoder", "run"]
TrainPrecision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True)
class Stage:
    """A part of the schedule: `steps` batches of clips with the settings `clips`."""

    steps: int
    clips: ClipConfig | ReleasedClipConfig


@dataclass(frozen=True)
class Rate:
    """The peak learning rate of the parameters whose names begin with `part` (empty: of all that are left)."""

    part: str
    lr: float


@dataclass(frozen=True)
class CosineDecay:
    """The rates rise over `warmup` steps and then fall to 1 % along a cosine."""

    warmup: int = 50

    def factor(self, step: int, steps: int) -> float:
        """Return what the peak rates are multiplied by at a step of a run of `steps`."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        progress = (step - self.warmup) / max(1, steps - self.warmup)
        return 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2


@dataclass(frozen=True)
class ConstantThenFall:
    """The rates rise over `warmup` steps and stay; from step `fall_from` on they fall to 1 % by the run's last step."""

    warmup: int = 100
    fall_from: int | None = None

    def factor(self, step: int, steps: int) -> float:
        """Return what the peak rates are multiplied by at a step of a run of `steps`."""
        rise = min(1.0, (step + 1) / self.warmup)
        if self.fall_from is None or step < self.fall_from:
            return rise
        return rise * (1.0 - 0.99 * (step - self.fall_from + 1) / (steps - self.fall_from))


@dataclass(frozen=True)
class StepDecay:
    """The rates are multiplied by `gamma` at each of the milestones (steps)."""

    milestones: tuple[int, ...]
    gamma: float = 0.2

    def factor(self, step: int, steps: int) -> float:
        """Return what the peak rates are multiplied by at a step."""
        return self.gamma ** sum(step >= milestone for milestone in self.milestones)


@dataclass(frozen=True)
class LossWeights:
    """Weights of the losses; the paper's are 100, 0 and 1, and BCE is our addition."""

    lovasz: float = 100.0
    bce: float = 0.0
    cosine: float = 1.0


@dataclass(frozen=True)
class StartFile:
    """A file that a run starts from; `sha256` tells what was in it.

    It holds the weights of the whole model, those of a part of it, or another run's checkpoint (``run``), which is gone
    on from.
    """

    part: Part
    path: str
    sha256: str

    @classmethod
    def of(cls, part: Part, path: Path) -> StartFile:
        """Name a file by its content; raise ValueError where there is none."""
        if not path.is_file():
            raise ValueError(f"There is no file {path}: check the path.")
        return cls(part, str(path), hashlib.sha256(path.read_bytes()).hexdigest())

    def checked(self) -> Path:
        """Return the path; raise ValueError if its content is not what it was."""
        if hashlib.sha256(Path(self.path).read_bytes()).hexdigest() != self.sha256:
            raise ValueError(f"{self.path} is not the file that this run is to start from (sha256 differs).")
        return Path(self.path)


@dataclass(frozen=True)
class TrainConfig:
    """One training run, of any model of the family. `llb.training.recipes` holds the settings that are in use.

    Attributes:
        model: name, ``scale/variant``; ``lite/family`` is the stage that all variants share
            (`llb.training.shared_trunk`).
        seed: of the initial weights and of the clips.
        starts: files that weights are taken from, in order; none: all weights are random but a lite backbone's.
        stages: in order.
        batch_size: clips per step, over all processes.
        optimiser: Adam, or AdamW with `weight_decay`.
        rates: learning rates by part; the first that fits a parameter counts.
        decay: how the rates change with time.
        frozen: parts that are not trained, by the beginnings of their parameters' names.
        thawed: parts of a lite model's backbone that are trained, which it otherwise is not; named likewise.
        losses: weights of the losses.
        ema: decay of the averaged weights, which are then the ones that are kept (0: none are averaged).
        clip_norm: largest norm of the gradient (0: any).
        pretrain_steps: distillation steps of a ViTAE label encoder before the first stage (none with `starts`).
        precision: what autocast computes in; the weights and the few-shot learner stay in fp32.

    Raises:
        ValueError: there are no clips or no steps.
    """

    model: str
    seed: int = 0
    starts: tuple[StartFile, ...] = ()
    stages: tuple[Stage, ...] = ()
    batch_size: int = 32
    optimiser: Literal["adam", "adamw"] = "adam"
    weight_decay: float = 0.0
    rates: tuple[Rate, ...] = (Rate("", 1e-4),)
    decay: CosineDecay | ConstantThenFall | StepDecay = CosineDecay()
    frozen: tuple[str, ...] = ()
    thawed: tuple[str, ...] = ()
    losses: LossWeights = LossWeights()
    ema: float = 0.0
    clip_norm: float = 0.0
    pretrain_steps: int = 0
    precision: TrainPrecision = "fp32"

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.steps < 1:
            raise ValueError(f"A run of {self.steps} steps of {self.batch_size} clips trains nothing: take more.")

    @property
    def continued(self) -> StartFile | None:
        """The checkpoint of another run that this one goes on from, if there is one."""
        return next((start for start in self.starts if start.part == "run"), None)

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

    def rate_factor(self, step: int) -> float:
        """Return what the peak learning rates are multiplied by at a step."""
        return self.decay.factor(step, self.steps)
