"""What a training run is at a step, in one safetensors file: it goes on from there as if it had never stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

Tensors = tuple[Tensor, ...] | list[Tensor]
MOMENTS = ("step", "exp_avg", "exp_avg_sq")  # what Adam keeps of a parameter


@dataclass
class Progress:
    """The steps done, the running means of loss and IoU, and the best J&F on the validation clips so far."""

    step: int = 0
    loss: float = 0.0
    iou: float = 0.0
    best: float = 0.0


@dataclass(frozen=True)
class RunParts:
    """The objects that make up a run: they are read to save it, and filled to load it."""

    network: nn.Module
    average: AveragedModel | None
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler | None
    progress: Progress

    def parameters(self) -> dict[str, nn.Parameter]:
        """Return the parameters that are trained, by name."""
        return {name: value for name, value in self.network.named_parameters() if value.requires_grad}

    def averages(self) -> dict[str, Tensor]:
        """Return the averages of the parameters that are trained; none where the run keeps none."""
        if self.average is None:
            return {}
        trained = self.parameters()
        return {name: value for name, value in self.average.module.named_parameters() if name in trained}

    def save(self, path: Path) -> None:
        """Write everything; the file is replaced in one go."""
        tensors = {f"model.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.averages().items()}
        for name, parameter in self.parameters().items():
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser.{key}.{name}"] = value
        scaler = self.scaler.state_dict() if self.scaler else {}
        meta = {"progress": json.dumps(asdict(self.progress)), "scaler": json.dumps(scaler)}
        write_tensors(path, tensors, meta)

    def load(self, path: Path) -> None:
        """Take up what `save` wrote."""
        with safe_open(path, "pt") as file:
            meta = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        for name, value in json.loads(meta["progress"]).items():
            setattr(self.progress, name, value)
        self.network.load_state_dict(_with_prefix(tensors, "model."), strict=False)
        with torch.no_grad():
            for name, value in self.averages().items():
                value.copy_(tensors[f"average.{name}"])
        if self.average is not None:
            self.average.n_averaged.fill_(self.progress.step + 1)
        for name, parameter in self.parameters().items():
            for key in MOMENTS:
                if (stored := tensors.get(f"optimiser.{key}.{name}")) is not None:
                    self.optimiser.state[parameter][key] = stored if key == "step" else stored.to(parameter.device)
        if self.scaler and (scale := json.loads(meta["scaler"])):
            self.scaler.load_state_dict(scale)


def warmed_average(network: nn.Module, decay: float) -> AveragedModel:
    """Return exponential moving averages of the parameters, whose decay grows to `decay`: n / (n + 10) at step n.

    Parameters that are not trained are shared with the network, and so cost nothing.
    """

    def average(averages: Tensors, values: Tensors, step: Tensor | int) -> None:
        pairs = zip(averages, values, strict=True)
        moving = [(mean, value) for mean, value in pairs if mean.data_ptr() != value.data_ptr()]
        means, targets = [mean for mean, _ in moving], [value for _, value in moving]
        torch._foreach_lerp_(means, targets, 1 - min(decay, int(step) / (int(step) + 10)))

    averaged = AveragedModel(network, multi_avg_fn=average)
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            averaged.module.get_parameter(name).data = parameter.data
    averaged.update_parameters(network)  # the first one copies; from here on step n is the n-th
    return averaged


def read_progress(path: Path) -> Progress:
    """Return how far the run of a checkpoint was; raise ValueError for any other file."""
    try:
        with safe_open(path, "pt") as file:
            return Progress(**json.loads((file.metadata() or {})["progress"]))
    except (OSError, SafetensorError, KeyError) as error:
        raise ValueError(f"{path} is not a run's checkpoint: pass a copy of its checkpoint.safetensors.") from error


def write_tensors(path: Path, tensors: Mapping[str, Tensor], meta: dict[str, str] | None = None) -> None:
    """Write a safetensors file that takes its place when it is whole."""
    unfinished = path.with_name(f"{path.name}.part")
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, unfinished, meta)
    unfinished.replace(path)


def _with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
