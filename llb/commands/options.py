"""Options that several commands share, and what they mean. Torch is imported inside the functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llb.config import InferenceConfig, PrecisionChoice

if TYPE_CHECKING:
    from llb.model.network import LLB

DEFAULTS = InferenceConfig()
RELEASED_DAVIS_INTERVAL = 3

Model = Annotated[str, typer.Option("--model", help="scale/variant, such as lite/llb, or a .safetensors file.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...; auto takes a GPU where there is one.")]
Precision = Annotated[
    PrecisionChoice,
    typer.Option(
        help="Of backbone and decoder. bf16 is quicker where the CPU has it and moves J&F about as far as noise of one "
        "grey level does; auto takes it there for lite models."
    ),
]
MemorySize = Annotated[
    int | None, typer.Option(help="Most frames in an object's memory.", show_default=str(DEFAULTS.memory_size))
]
Interval = Annotated[
    int | None,
    typer.Option(
        help="Every how many frames one joins the memory.",
        show_default=f"{DEFAULTS.interval}; as released on DAVIS {RELEASED_DAVIS_INTERVAL}",
    ),
]
Steps = Annotated[
    int | None,
    typer.Option(help="Steps of the few-shot learner on the first frame.", show_default=str(DEFAULTS.steps_first)),
]
SearchFactor = Annotated[
    float | None,
    typer.Option(
        help="Side of the search region over the root of the object's area.",
        show_default="the model's own; as released 5",
    ),
]
AsReleased = Annotated[
    bool,
    typer.Option(
        "--as-released",
        help="Take the released code's paste, least area, search factor and T (docs/divergence.md) unless given here.",
    ),
]
SearchAgain = Annotated[
    bool,
    typer.Option("--search-again", help="Look for an object that was lost, all over the frame, until it is found."),
]
Data = Annotated[Path, typer.Option(help="Folder of a data set: DAVIS, YouTube-VOS, MOSE, LVOS (docs/evaluation.md).")]
Split = Annotated[str, typer.Option(help="Which part of it.")]
Host = Annotated[
    str | None,
    typer.Option(help="Address to listen at; 0.0.0.0 lets other machines in.", show_default="this machine alone"),
]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port.", show_default="the first free one from 7860 on")
]
Jobs = Annotated[int, typer.Option(help="Processes, a sequence each at a time; they share the GPUs out.")]


@dataclass(frozen=True)
class EngineOptions:
    """The settings of a run that were asked for; None is the default, or as released."""

    memory_size: int | None
    interval: int | None
    steps: int | None
    search_factor: float | None
    as_released: bool
    search_again: bool = False

    def config(self, davis: bool = False) -> InferenceConfig:
        """Return the settings; the released T of DAVIS is another one."""
        released = InferenceConfig.as_released(RELEASED_DAVIS_INTERVAL if davis else DEFAULTS.interval)
        base = released if self.as_released else DEFAULTS
        return replace(
            base,
            memory_size=base.memory_size if self.memory_size is None else self.memory_size,
            interval=base.interval if self.interval is None else self.interval,
            steps_first=base.steps_first if self.steps is None else self.steps,
            search_factor=base.search_factor if self.search_factor is None else self.search_factor,
            search_again=self.search_again,
        )


def load(model: str, device: str, precision: PrecisionChoice) -> LLB:
    """Load a model onto a device; raise ValueError if either is not to be had."""
    from llb.checkpoint import load_model

    return load_model(model, device=check_device(device), precision=precision)


def check_device(device: str) -> str:
    """Return the device that an option means; raise ValueError if there is none such."""
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
        raise ValueError(f"{device!r} is not a device: choose auto, cpu or cuda.")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError("This machine has no CUDA device that torch can use: choose --device cpu.")
    return device
