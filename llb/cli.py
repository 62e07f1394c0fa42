"""The command line, `llb` or `python -m llb`. Torch is imported inside the commands, so that help comes at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llb.commands import benchmark, export, options, view
from llb.commands.options import (
    AsReleased,
    Device,
    EngineOptions,
    Host,
    Interval,
    MemorySize,
    Model,
    Port,
    Precision,
    SearchAgain,
    SearchFactor,
    Steps,
)
from llb.io.progress_bar import progress_bar
from llb.training.command import train

if TYPE_CHECKING:
    from llb.config import InferenceConfig
    from llb.io.video_reader import ClipInfo
    from llb.model.network import LLB

ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}
app = typer.Typer(
    help="Learning to Learn Better (LLB) for video object segmentation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ClipPath = Annotated[Path, typer.Argument(help="A video, or a folder of png, jpg, webp, tif or bmp frames.")]
MaskPath = Annotated[
    Path,
    typer.Option(
        help="The objects of the first frame: a palette or grey PNG (each number but 0 is one), or a COCO, labelme or "
        "CVAT file."
    ),
]


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
    memory_size: MemorySize = None,
    interval: Interval = None,
    steps: Steps = None,
    search_factor: SearchFactor = None,
    as_released: AsReleased = False,
    search_again: SearchAgain = False,
    device: Device = "auto",
    precision: Precision = "auto",
    soft: Annotated[
        bool, typer.Option("--soft", help="Also write soft/<object>/<frame>.png: probabilities x 255.")
    ] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Also write traces/<frame>.npz: E1, E2, gates, ...")] = False,
) -> None:
    """Segment the objects of a mask through a clip."""
    from llb.formats.first_mask import read_first_mask
    from llb.inference.clip import segment_clip
    from llb.io.label_fit import check_objects, fit_labels
    from llb.io.prefetch import BackgroundWriter, prefetch
    from llb.io.result_writer import ResultWriter
    from llb.io.video_reader import Losses, probe, read_frames
    from llb.types import TraceRequest

    config = EngineOptions(memory_size, interval, steps, search_factor, as_released, search_again).config()
    chosen = {"start": start, "end": end, "stride": stride, "max_frames": max_frames}
    losses = Losses()
    frames = read_frames(clip, start=start, end=end, stride=stride, max_frames=max_frames, losses=losses)
    info = probe(clip)
    labels = fit_labels(read_first_mask(mask), (info.height, info.width), stored=info.stored)
    check_objects(labels)
    network = options.load(model, device, precision)
    inputs: dict[str, object] = {"clip": str(clip), "mask": str(mask), "range": chosen, "notes": info.notes}
    facts = inputs | _facts(model, network, config)
    total = _count(info, start, end, stride, max_frames)
    with (
        progress_bar("Segmenting", total) as bar,
        ResultWriter(out, info.fps / stride, facts, losses, soft) as folder,
        BackgroundWriter(folder.write) as writer,
    ):
        for done in segment_clip(network, prefetch(frames), labels, config, TraceRequest() if trace else None):
            writer.put(done)
            bar.advance()
    for note in (*info.notes, *losses.notes):
        typer.echo(f"Note: {note}.", err=True)


for command in (benchmark.evaluate, benchmark.predict, benchmark.score, benchmark.verify, export.export, view.view):
    app.command()(command)


app.command()(train)


@app.command()
def results(
    as_latex: Annotated[bool, typer.Option("--latex", help="Print it as LaTeX (booktabs) instead.")] = False,
) -> None:
    """Print the ablation table of the shipped lite models, from their committed results, as Markdown."""
    from llb.evaluation.results_table import ablation, by_sequence, latex, markdown

    rows = ablation()
    if not rows:
        typer.echo("There are no results in weights/results.")
    else:
        typer.echo(latex(rows) if as_latex else f"{markdown(rows)}\n\n{by_sequence(rows)}")


@app.command(hidden=True, add_help_option=False, context_settings=ANYTHING)
def bench() -> None:
    """Say where the benchmark is."""
    raise ValueError("The benchmark is a command of its own, run in a checkout: python -m benchmarks --help.")


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    models: Annotated[
        str | None,
        typer.Option(
            help="Models of your own, package.module:function, with commas between them (docs/your_model.md).",
            show_default="$LLB_MODELS",
        ),
    ] = None,
) -> None:
    """Serve the page, which compares the models on a clip in the browser."""
    view.start_page("start", host, port, models)


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
