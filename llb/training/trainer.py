"""Train a lite model. A run is a folder; it resumes where it stopped and ends with the weights of an unbroken run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
from safetensors import safe_open
from safetensors.torch import load, load_file, save_file
from torch import Tensor, nn

from llb.checkpoint import save_model
from llb.config import ModelConfig
from llb.data.sampler import ClipBatch, ClipSampler
from llb.model.build import build_model
from llb.model.network import LLB
from llb.model.vitae import LabelViTAE
from llb.training.distill_vitae import DistillConfig, OnDistilled, pretrain_vitae
from llb.training.losses import bce_loss, cosine_similarity_loss, lovasz_loss
from llb.training.rollout import Rollout, roll_out
from llb.training.schedule import FAMILY, TrainConfig
from llb.training.shared_trunk import SharedTrunk

CHECKPOINT = "checkpoint.safetensors"
DISTILLED = "vitae.safetensors"
FINAL = "model.safetensors"
LOG = "log.jsonl"
SAVE_EVERY_SECONDS = 120.0


@dataclass(frozen=True)
class StepReport:
    """Progress after a step: running means of the loss and of the training predictions' IoU; seconds of the step."""

    step: int
    steps: int
    stage: int
    loss: float
    iou: float
    seconds: float


class Trainer:
    """One training run in one folder. Nothing is trained before `run`, which does all that is left to do.

    Raises:
        ValueError: the folder holds a run with other settings, or the file to start from is not the expected one.
    """

    config: TrainConfig
    cache: Path
    folder: Path
    model: nn.Module
    models: list[LLB]  # that are trained in turn; they share `model`'s parameters
    parameters: dict[str, nn.Parameter]
    average: dict[str, Tensor]  # exponential moving averages of the parameters
    optimiser: torch.optim.Optimizer
    step: int
    _loss: float
    _iou: float

    def __init__(self, config: TrainConfig, cache: Path, folder: Path) -> None:
        self.config, self.cache, self.folder = config, cache, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._check_settings()
        self.model, self.models = _networks(config)
        self.parameters = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.optimiser = torch.optim.AdamW(self.parameters.values(), config.lr, weight_decay=config.weight_decay)
        self.step, self._loss, self._iou = 0, 0.0, 0.0
        self.average = {}
        if (folder / CHECKPOINT).exists():
            self._load()
        else:
            self._load_shared_stage()

    def run(
        self,
        on_step: Callable[[StepReport], None] | None = None,
        stop_at: int | None = None,
        on_distilled: OnDistilled | None = None,
    ) -> Path | None:
        """Train to the end (or to step `stop_at`); return the file of the averaged weights, None before the end.

        A new run that has a ViTAE and no file to start from distils it first; `on_distilled` follows that.
        """
        cv2.setNumThreads(0)
        if not self.average:
            self._pretrain(on_distilled)
            self.average = {name: p.detach().clone() for name, p in self.parameters.items()}
        saved = time.monotonic()
        for report in self._train(min(self.config.steps, stop_at or self.config.steps)):
            if on_step:
                on_step(report)
            self._log(report)
            if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                self._save()
                saved = time.monotonic()
        self._save()
        return self._export() if self.step == self.config.steps else None

    def _train(self, end: int) -> Iterator[StepReport]:
        """Take the steps that are left before `end`, and report each."""
        while self.step < end:
            number, stage_end = self.config.stage_at(self.step)
            for batch in self._batches(number, min(stage_end, end)):
                start = time.monotonic()
                self._train_step(batch)
                seconds = time.monotonic() - start
                yield StepReport(self.step, self.config.steps, number, self._loss, self._iou, seconds)

    def _batches(self, number: int, end: int) -> Iterator[ClipBatch]:
        """Yield the batches from the current step to `end`; each stage draws clips of its own."""
        sampler = ClipSampler(self.cache, self.config.stages[number].clips, self.config.seed + 1000 * (number + 1))
        first = self.config.stage_at(self.step)[1] - self.config.stages[number].steps
        return sampler.batches(self.config.batch_size, range(self.step - first, end - first))

    def _train_step(self, batch: ClipBatch) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.learning_rate(self.step)
        self.optimiser.zero_grad()
        model = self.models[self.step % len(self.models)]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bf16):
            rollout = roll_out(model, batch.rgb, batch.mask)
        truth = batch.mask[:, 1:, 0].float()
        loss = self._objective(rollout, truth)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.config.clip_norm)
        self.optimiser.step()
        self.step += 1
        with torch.no_grad():
            decay = min(self.config.ema, self.step / (self.step + 10))
            for name, parameter in self.parameters.items():
                self.average[name].lerp_(parameter, 1 - decay)
            share = max(0.02, 1 / self.step)
            self._loss += (float(loss) - self._loss) * share
            self._iou += (_iou(rollout.logits > 0, truth > 0.5) - self._iou) * share

    def _objective(self, rollout: Rollout, truth: Tensor) -> Tensor:
        config, logits = self.config, rollout.logits.float()
        return (
            config.lovasz * lovasz_loss(logits, truth)
            + config.bce * bce_loss(logits, truth)
            + config.cosine * cosine_similarity_loss(rollout.value.float(), rollout.label.float())
        )

    def _pretrain(self, on_step: OnDistilled | None) -> None:
        """Distil the ViTAE label encoders, if there are any; what an earlier process finished is only loaded."""
        encoders = [module for module in self.model.modules() if isinstance(module, LabelViTAE)]
        if not encoders or not self.config.pretrain_steps or self.config.start:
            return
        path = self.folder / DISTILLED
        if not path.exists():
            settings = DistillConfig(self.config.pretrain_steps, self.config.seed, self.config.bf16)
            pretrain_vitae(self.cache, path, settings, on_step)
        for encoder in encoders:
            encoder.vitae.load_state_dict(load_file(path))

    def _load_shared_stage(self) -> None:
        """Load the weights of the shared stage that a variant starts from."""
        if not self.config.start:
            return
        data = Path(self.config.start).read_bytes()
        if hashlib.sha256(data).hexdigest() != self.config.start_sha256:
            raise ValueError(f"{self.config.start} is not the file that this run is to start from (sha256 differs).")
        config = ModelConfig.from_name(self.config.model)
        trunk = SharedTrunk(config.scale, self.config.seed)
        weights = {name: value.float() for name, value in load(data).items()}
        missing = trunk.load_state_dict(weights, strict=False).missing_keys
        if any("backbone." not in name for name in missing):
            raise ValueError(f"{self.config.start} does not hold the shared stage: {missing[0]} is missing.")
        self.model.load_state_dict(trunk.variant_state(config.variant))

    def _check_settings(self) -> None:
        path = self.folder / "config.json"
        settings = json.dumps(asdict(self.config), indent=1)
        if path.exists() and path.read_text() != settings:
            raise ValueError(f"{self.folder} holds a run with other settings: choose another folder for this one.")
        path.write_text(settings)

    def _log(self, report: StepReport) -> None:
        if report.step % 20 == 0:
            with (self.folder / LOG).open("a") as log:
                log.write(json.dumps(asdict(report)) + "\n")

    def _save(self) -> None:
        """Write weights, averages, buffers and the optimiser's state; step, loss and IoU are in the file's metadata."""
        tensors = {f"model.{name}": value for name, value in _state(self.model).items()}
        tensors |= {f"average.{name}": value for name, value in self.average.items()}
        for name, parameter in self.parameters.items():
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser.{key}.{name}"] = value
        meta = {"step": str(self.step), "loss": repr(self._loss), "iou": repr(self._iou)}
        unfinished = self.folder / f"{CHECKPOINT}.part"
        save_file({name: value.detach().contiguous() for name, value in tensors.items()}, unfinished, meta)
        unfinished.replace(self.folder / CHECKPOINT)

    def _load(self) -> None:
        with safe_open(self.folder / CHECKPOINT, "pt") as file:
            meta = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        self.step, self._loss, self._iou = int(meta["step"]), float(meta["loss"]), float(meta["iou"])
        self.model.load_state_dict(_with_prefix(tensors, "model."), strict=False)
        self.average = _with_prefix(tensors, "average.")
        for name, parameter in self.parameters.items():
            for key in ("step", "exp_avg", "exp_avg_sq"):
                if (stored := tensors.get(f"optimiser.{key}.{name}")) is not None:
                    self.optimiser.state[parameter][key] = stored

    def _export(self) -> Path:
        """Write the averaged weights; the model itself keeps its own."""
        averaged, _ = _networks(self.config)
        averaged.load_state_dict(_state(self.model) | self.average, strict=False)
        path = self.folder / FINAL
        if isinstance(averaged, LLB):
            save_model(averaged, path)
        else:
            save_file({name: value.half().contiguous() for name, value in _state(averaged).items()}, path)
        return path


def _networks(config: TrainConfig) -> tuple[nn.Module, list[LLB]]:
    """Return the network to train and the models that are trained in turn; for a variant both are the same."""
    scale, _, variant = config.model.partition("/")
    if variant == FAMILY:
        trunk = SharedTrunk(scale, config.seed)
        return trunk, trunk.combinations()
    model = build_model(config.model, config.seed)
    return model, [model]


def _state(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights of everything but the frozen backbone."""
    return {name: value for name, value in model.state_dict().items() if "backbone." not in name}


def _with_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _iou(predicted: Tensor, truth: Tensor) -> float:
    union = (predicted | truth).sum()
    return float((predicted & truth).sum() / union.clamp(min=1))
