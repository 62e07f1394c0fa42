"""Train a model. A run is a folder; it resumes where it stopped and ends with the weights of an unbroken run.

The loop runs on accelerate: alone, or as one of several processes (``accelerate launch -m llb train ...``), which
share every batch. How many there are changes nothing but the rounding.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import cv2
import torch
from accelerate import Accelerator
from accelerate.data_loader import BatchSamplerShard
from safetensors.torch import load_file
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import BatchSampler, DataLoader, Dataset

from llb.checkpoint import kept_weights, save_model
from llb.data.clip import Clip, ClipBatch
from llb.model.network import LLB
from llb.model.vitae import LabelViTAE
from llb.training.clip_sources import DataFolders, open_clips
from llb.training.config import TrainConfig
from llb.training.distill_vitae import DistillConfig, OnDistilled, pretrain_vitae
from llb.training.networks import build_networks, parameter_groups
from llb.training.run_log import RunLog, StepReport
from llb.training.run_state import Progress, RunParts, warmed_average, write_tensors
from llb.training.start import load_start
from llb.training.step import Rollouts, StepResult, TrainingStep, make_accelerator
from llb.training.validation import validate

CHECKPOINT = "checkpoint.safetensors"
DISTILLED = "vitae.safetensors"
BEST = "best.safetensors"
FINAL = "model.safetensors"


@dataclass(frozen=True)
class RunOptions:
    """How a run is carried out; nothing here changes its weights by more than rounding.

    Attributes:
        workers: processes that draw clips ahead (for each training process); 0: the training process draws them.
        parts: that each process's share of a batch is computed in, one after the other (gradient accumulation).
        recompute: keep no activations but compute them again in the backward pass (activation checkpointing).
        validation: folder of a data set in DAVIS layout whose split ``val`` is segmented every `validate_every` steps.
        log_every, draw_every: steps between lines of log.csv and between pictures.
        save_seconds: least time between two checkpoints.
    """

    workers: int = 0
    parts: int = 1
    recompute: bool = False
    validation: Path | None = None
    validate_every: int = 1000
    log_every: int = 25  # odd, so that models that are trained in turn are all logged
    draw_every: int = 1000
    save_seconds: float = 120.0


class Trainer:
    """One training run in one folder. Nothing is trained before `run`, which does all that is left to do.

    Raises:
        ValueError: the folder holds a run with other settings, a file to start from is not the expected one, or the
            batch cannot be shared among the processes.
    """

    config: TrainConfig
    data: DataFolders
    folder: Path
    options: RunOptions
    accelerator: Accelerator
    network: nn.Module
    models: list[LLB]  # that are trained in turn; they share the network's parameters
    progress: Progress
    notes: tuple[str, ...]  # what the files to start from did not give

    def __init__(self, config: TrainConfig, data: DataFolders, folder: Path, options: RunOptions | None = None) -> None:
        self.config, self.data, self.folder, self.options = config, data, folder, options or RunOptions()
        self.network, self.models = build_networks(config)
        self.accelerator = make_accelerator(config, unused=len(self.models) > 1)
        self._check()
        self.notes = () if self._resumes else tuple(load_start(self.network, config))
        rollouts = Rollouts(self.network, self.models, self.options.parts, self.options.recompute)
        self._step = TrainingStep(self.accelerator, rollouts, config.losses)
        groups = parameter_groups(self.network, config.rates)
        kind = torch.optim.Adam if config.optimiser == "adam" else torch.optim.AdamW
        optimiser = kind(groups, weight_decay=config.weight_decay)
        self._optimiser = self.accelerator.prepare_optimizer(optimiser)
        self.progress = Progress()
        average = warmed_average(self.network, config.ema) if config.ema else None
        self._parts = RunParts(self.network, average, optimiser, self.accelerator.scaler, self.progress)
        if self._resumes:
            self._parts.load(folder / CHECKPOINT)
        elif config.continued:
            self._parts.load(config.continued.checked())
        self._rates = LambdaLR(optimiser, config.rate_factor, last_epoch=self.progress.step - 1)

    @property
    def kept(self) -> nn.Module:
        """The network with the weights that are kept: the averages, where there are any."""
        return self._parts.average.module if self._parts.average is not None else self.network

    def run(
        self,
        on_step: Callable[[StepReport], None] | None = None,
        stop_at: int | None = None,
        on_distilled: OnDistilled | None = None,
    ) -> Path | None:
        """Train to the end (or to step `stop_at`); return the file of the weights, None before the end.

        A new run that distils a ViTAE does so first; `on_distilled` follows that.
        """
        cv2.setNumThreads(0)
        if not self._resumes:
            self._pretrain(on_distilled)
        log = RunLog(self.folder, self.progress.step) if self.accelerator.is_main_process else None
        saved = time.monotonic()
        for report in self._train(min(self.config.steps, stop_at or self.config.steps), log):
            if on_step:
                on_step(report)
            if time.monotonic() - saved > self.options.save_seconds:
                self._save()
                saved = time.monotonic()
        self._save()
        if log:
            log.close()
        return self._export() if self.progress.step == self.config.steps else None

    def _train(self, end: int, log: RunLog | None) -> Iterator[StepReport]:
        """Take the steps that are left before `end`, and report each."""
        while self.progress.step < end:
            number, stage_end = self.config.stage_at(self.progress.step)
            for batch in self._batches(number, min(stage_end, end)):
                start = time.monotonic()
                result = self._take_step(batch)
                yield self._report(number, batch, result, time.monotonic() - start, log)

    def _batches(self, number: int, end: int) -> Iterator[ClipBatch]:
        """Yield this process's share of the batches from the current step to `end`."""
        first = self.config.stage_at(self.progress.step)[1] - self.config.stages[number].steps
        size, accelerator = self.config.batch_size, self.accelerator
        numbers = range((self.progress.step - first) * size, (end - first) * size)
        batches = BatchSamplerShard(
            BatchSampler(numbers, size, drop_last=True),
            accelerator.num_processes,
            accelerator.process_index,
            split_batches=True,
        )
        loader = DataLoader(
            cast("Dataset[Clip]", open_clips(self.config, number, self.data)),
            batch_sampler=batches,
            collate_fn=ClipBatch.collate,
            num_workers=self.options.workers,
            pin_memory=accelerator.device.type == "cuda",
            worker_init_fn=_one_thread,
        )
        for batch in loader:
            yield batch.to(accelerator.device)

    def _take_step(self, batch: ClipBatch) -> StepResult:
        """Change the weights by one batch, and the running means with them."""
        result = self._step.backward(batch, self.progress.step)
        loss = float(result.losses.total.detach())
        if self.accelerator.scaler is None and loss != loss:
            raise ValueError(
                f"The loss of step {self.progress.step} is not a number: go on from the last checkpoint with a lower "
                "learning rate or in single precision."
            )
        if self.config.clip_norm:
            self.accelerator.clip_grad_norm_(self._parts.parameters().values(), self.config.clip_norm)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self._rates.step()
        if self._parts.average is not None:
            self._parts.average.update_parameters(self.network)
        self.progress.step += 1
        share = max(0.02, 1 / self.progress.step)
        self.progress.loss += (loss - self.progress.loss) * share
        self.progress.iou += (result.iou - self.progress.iou) * share
        return result

    def _report(
        self, number: int, batch: ClipBatch, result: StepResult, seconds: float, log: RunLog | None
    ) -> StepReport:
        """Measure and write down what this step is due for."""
        step, losses, options = self.progress.step, result.losses, self.options
        report = StepReport(
            step,
            self.config.steps,
            number,
            self.progress.loss,
            self.progress.iou,
            seconds,
            float(losses.lovasz.detach()),
            float(losses.bce.detach()),
            float(losses.cosine.detach()),
            self.config.rate_factor(step - 1),
            (step - 1) % len(self.models),
            result.live_value,
            result.live_label,
            self._validate() if options.validation and step % options.validate_every == 0 else None,
        )
        if log and (step % options.log_every == 0 or report.jf is not None):
            log.write(report)
        if log and step % options.draw_every == 0:
            log.draw(step, batch, result.logits)
        return report

    def _validate(self) -> float | None:
        """Return the J&F of the weights that are kept; keep the best ones in a file of their own."""
        if not isinstance(self.kept, LLB) or self.options.validation is None:
            return None
        score = validate(self.kept, self.options.validation, self.accelerator)
        if score > self.progress.best:
            self.progress.best = score
            if self.accelerator.is_main_process:
                save_model(self.kept, self.folder / BEST)
        return score

    @property
    def _resumes(self) -> bool:
        return (self.folder / CHECKPOINT).exists()

    def _check(self) -> None:
        """Compare the folder's settings with this run's, or write them down."""
        if self.config.batch_size % self.accelerator.num_processes:
            raise ValueError(
                f"A batch of {self.config.batch_size} clips cannot be shared by {self.accelerator.num_processes} "
                "processes: choose a batch that is a multiple of them."
            )
        path, settings = self.folder / "config.json", json.dumps(asdict(self.config), indent=1)
        if path.exists() and path.read_text() != settings:
            raise ValueError(f"{self.folder} holds a run with other settings: choose another folder for this one.")
        if self.accelerator.is_main_process:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(settings)

    def _pretrain(self, on_step: OnDistilled | None) -> None:
        """Distil the ViTAE label encoders, if there are any; what an earlier process finished is only loaded."""
        encoders = [module for module in self.network.modules() if isinstance(module, LabelViTAE)]
        if not encoders or not self.config.pretrain_steps or self.config.starts:
            return
        path = self.folder / DISTILLED
        with self.accelerator.main_process_first():
            if not path.exists():
                assert self.data.cache is not None, "the recipe that distils reads a cache"
                settings = DistillConfig(self.config.pretrain_steps, self.config.seed, self.config.precision == "bf16")
                pretrain_vitae(self.data.cache, path, settings, on_step)
        for encoder in encoders:
            encoder.vitae.load_state_dict(load_file(path))
        if self._parts.average is not None:
            self._parts.average.n_averaged.zero_()
            self._parts.average.update_parameters(self.network)

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            self._parts.save(self.folder / CHECKPOINT)

    def _export(self) -> Path:
        """Write the weights that are kept."""
        path = self.folder / FINAL
        if self.accelerator.is_main_process:
            if isinstance(self.kept, LLB):
                save_model(self.kept, path)
            else:
                write_tensors(path, {name: value.half() for name, value in kept_weights(self.kept).items()})
        self.accelerator.wait_for_everyone()
        return path


def _one_thread(worker: int) -> None:
    cv2.setNumThreads(0)
