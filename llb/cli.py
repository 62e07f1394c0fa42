"""The command line, `python -m llb`. Torch is imported inside the commands, so that help comes at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llb.config import InferenceConfig

if TYPE_CHECKING:
    from llb.model.network import LLB
    from llb.video_io import ClipInfo

DEFAULTS = InferenceConfig()
app = typer.Typer(
    help="Learning to Learn Better (LLB) for video object segmentation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Model = Annotated[str, typer.Option("--model", help="scale/variant, such as lite/llb, or a .safetensors file.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...; auto takes a GPU where there is one.")]
MemorySize = Annotated[int, typer.Option(help="Most frames in an object's memory.")]
Interval = Annotated[int, typer.Option(help="Every how many frames one joins the memory.")]
Steps = Annotated[int, typer.Option(help="Steps of the few-shot learner on the first frame.")]


@app.callback()
def _commands() -> None:
    """Keep the commands' names, however many there are."""


@app.command()
def segment(
    clip: Annotated[Path, typer.Argument(help="A video, or a folder of png, jpg or webp frames.")],
    mask: Annotated[Path, typer.Option(help="Palette or grey PNG: each number but 0 is an object of the first frame.")],
    out: Annotated[Path, typer.Option(help="Folder for masks, overlay.mp4 and run.json.")],
    model: Model = "lite/llb",
    start: Annotated[int, typer.Option(help="First frame, the one that the mask belongs to.")] = 0,
    end: Annotated[int | None, typer.Option(help="Stop before this frame.")] = None,
    stride: Annotated[int, typer.Option(help="Take every n-th frame.")] = 1,
    max_frames: Annotated[int | None, typer.Option(help="Segment at most so many frames.")] = None,
    memory_size: MemorySize = DEFAULTS.memory_size,
    interval: Interval = DEFAULTS.interval,
    steps: Steps = DEFAULTS.steps_first,
    device: Device = "auto",
    trace: Annotated[bool, typer.Option("--trace", help="Also write traces/<frame>.npz: E1, E2, gates, ...")] = False,
) -> None:
    """Segment the objects of a mask through a clip."""
    from llb.palette import read_labels
    from llb.run_folder import RunFolder
    from llb.segment_clip import masks_of, segment_clip
    from llb.types import TraceRequest
    from llb.video_io import probe, read_frames

    config = InferenceConfig(memory_size=memory_size, interval=interval, steps_first=steps)
    info, labels = probe(clip), read_labels(mask)
    masks_of(labels, (info.height, info.width))
    frames = read_frames(clip, start=start, end=end, stride=stride, max_frames=max_frames)
    network = _load(model, device)
    facts: dict[str, Any] = {
        "clip": str(clip),
        "mask": str(mask),
        "model": network.config.name,
        "weights": model,
        "device": str(next(network.parameters()).device),
        "config": asdict(config),
        "range": {"start": start, "end": end, "stride": stride, "max_frames": max_frames},
    }
    with _progress("Segmenting", _count(info, start, end, stride, max_frames)) as bar:
        with RunFolder(out, info.fps / stride, facts) as folder:
            for done in segment_clip(network, frames, labels, config, TraceRequest() if trace else None):
                folder.write(done)
                bar.advance()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a mistake of the user's ends in one line on stderr and exit status 2."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="python -m llb")
    except (ValueError, OSError) as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        sys.exit(2)


class Bar:
    """A progress bar on stderr with the time left."""

    def __init__(self, progress: Progress, text: str, total: int | None) -> None:
        self._progress, self._task = progress, progress.add_task(text, total=total)

    def advance(self) -> None:
        """One more is done."""
        self._progress.advance(self._task)

    def at(self, done: int, total: int | None) -> None:
        """So many of so many are done."""
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def _progress(text: str, total: int | None) -> Iterator[Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bar(progress, text, total)


def _count(info: ClipInfo, start: int, end: int | None, stride: int, max_frames: int | None) -> int | None:
    """Return how many frames will come, as far as the file tells."""
    frames = info.frames if info.frames is not None else round((info.duration or 0) * info.fps) or end
    if frames is None:
        return max_frames
    count = -(-(min(frames, end or frames) - start) // stride)
    return max(min(count, max_frames or count), 1)


def _load(model: str, device: str) -> LLB:
    import torch

    from llb.checkpoint import load_model

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
        raise ValueError(f"{device!r} is not a device: choose auto, cpu or cuda.")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError("This machine has no CUDA device that torch can use: choose --device cpu.")
    return load_model(model, device=device)
