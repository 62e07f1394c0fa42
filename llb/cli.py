"""The command line, `llb` or `python -m llb`. Torch is imported inside the commands, so that help comes at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llb.config import InferenceConfig, PrecisionChoice
from llb.io.progress_bar import progress_bar
from llb.training.command import train

if TYPE_CHECKING:
    from llb.evaluation.evaluate import EvaluationResult
    from llb.io.video_reader import ClipInfo
    from llb.model.network import LLB

DEFAULTS = InferenceConfig()
ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}
app = typer.Typer(
    help="Learning to Learn Better (LLB) for video object segmentation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Model = Annotated[str, typer.Option("--model", help="scale/variant, such as lite/llb, or a .safetensors file.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...; auto takes a GPU where there is one.")]
Precision = Annotated[
    PrecisionChoice,
    typer.Option(
        help="Of backbone and decoder. bf16 is quicker where the CPU has it and moves J&F about as far as noise of one "
        "grey level does; auto takes it there for lite models."
    ),
]
MemorySize = Annotated[int, typer.Option(help="Most frames in an object's memory.")]
Interval = Annotated[int, typer.Option(help="Every how many frames one joins the memory.")]
Steps = Annotated[int, typer.Option(help="Steps of the few-shot learner on the first frame.")]
SearchFactor = Annotated[
    float | None,
    typer.Option(help="Side of the search region over the root of the object's area.", show_default="the model's own"),
]
ClipPath = Annotated[Path, typer.Argument(help="A video, or a folder of png, jpg, webp, tif or bmp frames.")]
MaskPath = Annotated[Path, typer.Option(help="Palette or grey PNG: each number but 0 is an object of the first frame.")]


@app.command()
def segment(
    clip: ClipPath,
    mask: MaskPath,
    out: Annotated[Path, typer.Option(help="Folder for masks, overlay.mp4 and run.json.")],
    model: Model = "lite/llb",
    start: Annotated[int, typer.Option(help="First frame, the one that the mask belongs to.")] = 0,
    end: Annotated[int | None, typer.Option(help="Stop before this frame.")] = None,
    stride: Annotated[int, typer.Option(help="Take every n-th frame.")] = 1,
    max_frames: Annotated[int | None, typer.Option(help="Segment at most so many frames.")] = None,
    memory_size: MemorySize = DEFAULTS.memory_size,
    interval: Interval = DEFAULTS.interval,
    steps: Steps = DEFAULTS.steps_first,
    search_factor: SearchFactor = None,
    device: Device = "auto",
    precision: Precision = "auto",
    trace: Annotated[bool, typer.Option("--trace", help="Also write traces/<frame>.npz: E1, E2, gates, ...")] = False,
) -> None:
    """Segment the objects of a mask through a clip."""
    from llb.inference.clip import segment_clip
    from llb.io.label_fit import check_objects, fit_labels
    from llb.io.label_png import read_labels
    from llb.io.prefetch import BackgroundWriter, prefetch
    from llb.io.result_writer import ResultWriter
    from llb.io.video_reader import Losses, probe, read_frames
    from llb.types import TraceRequest

    config = InferenceConfig(memory_size, interval, steps, search_factor=search_factor)
    chosen = {"start": start, "end": end, "stride": stride, "max_frames": max_frames}
    losses = Losses()
    frames = read_frames(clip, start=start, end=end, stride=stride, max_frames=max_frames, losses=losses)
    info = probe(clip)
    labels = fit_labels(read_labels(mask), (info.height, info.width), stored=info.stored)
    check_objects(labels)
    network = _load(model, device, precision)
    inputs: dict[str, object] = {"clip": str(clip), "mask": str(mask), "range": chosen, "notes": info.notes}
    facts = inputs | _facts(model, network, config)
    total = _count(info, start, end, stride, max_frames)
    with (
        progress_bar("Segmenting", total) as bar,
        ResultWriter(out, info.fps / stride, facts, losses) as folder,
        BackgroundWriter(folder.write) as writer,
    ):
        for done in segment_clip(network, prefetch(frames), labels, config, TraceRequest() if trace else None):
            writer.put(done)
            bar.advance()
    for note in (*info.notes, *losses.notes):
        typer.echo(f"Note: {note}.", err=True)


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(help="Folder of an annotated data set in DAVIS layout.")],
    split: Annotated[str, typer.Option(help="Which part of it.")] = "val",
    model: Model = "lite/llb",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this file.")] = None,
    masks: Annotated[Path | None, typer.Option(help="Write the predicted masks into this folder.")] = None,
    memory_size: MemorySize = DEFAULTS.memory_size,
    interval: Interval = DEFAULTS.interval,
    steps: Steps = DEFAULTS.steps_first,
    search_factor: SearchFactor = None,
    device: Device = "auto",
    precision: Precision = "fp32",
) -> None:
    """Measure J, F and J&F on annotated clips by the DAVIS protocol."""
    from llb.evaluation import evaluate as evaluation

    config = InferenceConfig(memory_size, interval, steps, search_factor=search_factor)
    network = _load(model, device, precision)
    with progress_bar("Evaluating") as bar:
        result = evaluation.evaluate(network, data, split, config, bar.show, masks)
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(result.to_dict(), indent=2) + "\n", encoding="utf-8")
    typer.echo(_table(result))


app.command()(train)


@app.command()
def results() -> None:
    """Print the ablation table of the shipped lite models, from their committed results, as Markdown."""
    from llb.evaluation.results_table import ablation, by_sequence, markdown

    rows = ablation()
    typer.echo(f"{markdown(rows)}\n\n{by_sequence(rows)}" if rows else "There are no results in weights/results.")


@app.command(hidden=True, add_help_option=False, context_settings=ANYTHING)
def bench() -> None:
    """Say where the benchmark is."""
    raise ValueError("The benchmark is a command of its own, run in a checkout: python -m benchmarks --help.")


@app.command()
def demo(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen at; 0.0.0.0 lets other machines in.", show_default="this machine alone"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port.", show_default="the first free one from 7860 on")
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(
            help="Models of your own, package.module:function, with commas between them (docs/your_model.md).",
            show_default="$LLB_MODELS",
        ),
    ] = None,
) -> None:
    """Serve the page, which compares the models on a clip in the browser."""
    try:  # by name: the page is built on this package, which does not know it and runs without it
        import_module("demo.start").start(host, port, models)
    except ModuleNotFoundError as error:
        raise ValueError(f"The page is not installed whole ({error}): pip install . in the checkout.") from error


@app.command()
def convert(
    checkpoint: Annotated[Path, typer.Argument(help="A released file, such as JOINTNet_ep0090.pth.tar.")],
    out: Annotated[Path, typer.Option(help="The .safetensors file to write; pass it on as --model.")],
) -> None:
    """Convert a released LLB or JOINT checkpoint; nothing in it is executed."""
    from llb.released.key_map import convert_checkpoint

    out.parent.mkdir(parents=True, exist_ok=True)
    typer.echo(f"{out} holds {convert_checkpoint(checkpoint, out)}.")


def main(arguments: Sequence[str] | None = None, prog: str = "llb") -> None:
    """Run the command line; `prog` is the name it was called by."""
    run(app, arguments, prog)


def run(commands: typer.Typer, arguments: Sequence[str] | None, prog: str) -> None:
    """Run commands on arguments (None: the process's own); a mistake of the user's ends in one line and status 2."""
    try:
        commands(args=None if arguments is None else list(arguments), prog_name=prog)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        sys.exit(2)


def _facts(name: str, model: LLB, config: InferenceConfig) -> dict[str, object]:
    """Return what a run's record says of the model and its settings."""
    device, settings = next(model.parameters()).device, asdict(config.for_scale(model.scale))
    facts = {"model": model.config.name, "weights": name, "device": str(device), "precision": model.precision}
    return facts | {"config": settings}


def _count(info: ClipInfo, start: int, end: int | None, stride: int, max_frames: int | None) -> int | None:
    """Return how many frames will come, as far as the file tells."""
    frames = info.frames if info.frames is not None else round((info.duration or 0) * info.fps) or end
    if frames is None:
        return max_frames
    count = -(-(min(frames, end or frames) - start) // stride)
    return max(min(count, max_frames or count), 1)


def _table(result: EvaluationResult) -> str:
    """Return the scores in per cent, a line per sequence and the mean over all objects."""
    rows = [(sequence.name, sequence.score) for sequence in result.sequences]
    rows.append(("mean over objects", result.score))
    width = max(len(name) for name, _ in rows)
    lines = [f"{'':{width}}     J     F   J&F"]
    lines += [f"{name:{width}}  {100 * s.j:4.1f}  {100 * s.f:4.1f}  {100 * s.mean:4.1f}" for name, s in rows]
    return "\n".join([*lines, f"{1000 * result.seconds_per_frame:.0f} ms per frame"])


def _load(model: str, device: str, precision: PrecisionChoice) -> LLB:
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
        raise ValueError(f"{device!r} is not a device: choose auto, cpu or cuda.")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError("This machine has no CUDA device that torch can use: choose --device cpu.")
    from llb.checkpoint import load_model

    return load_model(model, device=device, precision=precision)
