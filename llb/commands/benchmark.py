"""The commands about benchmarks: evaluate, predict, score, verify."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llb.commands import options
from llb.commands.options import (
    AsReleased,
    Data,
    Device,
    EngineOptions,
    Interval,
    Jobs,
    MemorySize,
    Model,
    Precision,
    SearchAgain,
    SearchFactor,
    Split,
    Steps,
)
from llb.config import PrecisionChoice
from llb.io.progress_bar import progress_bar

if TYPE_CHECKING:
    from llb.evaluation.benchmark import BenchmarkRun
    from llb.evaluation.datasets import Dataset, DatasetChoice
    from llb.evaluation.result import EvaluationResult
    from llb.model.network import LLB

LAYOUTS = ("auto", "davis", "davis-2016", "youtube-vos", "lvos", "folder")
RESOLUTIONS = {"480p": "480p", "full": "Full-Resolution", "Full-Resolution": "Full-Resolution"}

Layout = Annotated[str, typer.Option(help=f"How it is laid out: {', '.join(LAYOUTS)}. auto finds out.")]
Resolution = Annotated[str, typer.Option(help="Of DAVIS: 480p or full.")]
Sequences = Annotated[list[str] | None, typer.Option("--sequence", help="Take this one alone; may be given again.")]
Truth = Annotated[Path, typer.Option("--data", help="Folder of the annotated data set.")]


def evaluate(
    data: Data,
    split: Split = "val",
    layout: Layout = "auto",
    resolution: Resolution = "480p",
    sequences: Sequences = None,
    model: Model = "lite/llb",
    out: Annotated[
        Path | None,
        typer.Option(help="Write everything into this folder; give it again to go on where a run broke off."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this file.")] = None,
    masks: Annotated[Path | None, typer.Option(help="Write the predicted masks into this folder.")] = None,
    memory_size: MemorySize = None,
    interval: Interval = None,
    steps: Steps = None,
    search_factor: SearchFactor = None,
    as_released: AsReleased = False,
    search_again: SearchAgain = False,
    jobs: Jobs = 1,
    device: Device = "auto",
    precision: Precision = "fp32",
) -> None:
    """Measure J, F and J&F on annotated clips by the benchmark's protocol."""
    if out is not None and masks is not None:
        raise ValueError("Give --out or --masks: with --out the masks go to Annotations in that folder.")
    source = data_source(data, split, layout, resolution, sequences)
    engine = EngineOptions(memory_size, interval, steps, search_factor, as_released, search_again)
    result = _run(source, True, model, engine, device, precision, jobs, out, masks)
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(result.to_dict(), indent=2) + "\n", encoding="utf-8")
    typer.echo(table(result, source.find()))
    typer.echo(f"{1000 * result.seconds_per_frame:.0f} ms per frame")
    if out is not None:
        typer.echo(f"Tables, masks, report.html and card.json are in {out}.")


def predict(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder of the masks and submission.zip; give it again to go on.")],
    split: Split = "val",
    layout: Layout = "auto",
    resolution: Resolution = "480p",
    sequences: Sequences = None,
    model: Model = "lite/llb",
    memory_size: MemorySize = None,
    interval: Interval = None,
    steps: Steps = None,
    search_factor: SearchFactor = None,
    as_released: AsReleased = False,
    search_again: SearchAgain = False,
    jobs: Jobs = 1,
    device: Device = "auto",
    precision: Precision = "fp32",
) -> None:
    """Write masks for a benchmark's server, zipped as it wants them; no truth is needed."""
    source = data_source(data, split, layout, resolution, sequences)
    engine = EngineOptions(memory_size, interval, steps, search_factor, as_released, search_again)
    _run(source, False, model, engine, device, precision, jobs, out)
    typer.echo(f"The masks are in {out / 'Annotations'}; {out / 'submission.zip'} is for the server.")


def score(
    results: Annotated[Path, typer.Argument(help="Folder or zip of masks, SEQUENCE/FRAME.png.")],
    data: Truth,
    split: Split = "val",
    layout: Layout = "auto",
    resolution: Resolution = "480p",
    sequences: Sequences = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables, figures and report.html.")] = None,
    jobs: Jobs = 1,
) -> None:
    """Measure J and F of masks of any origin, as evaluate does of a model's."""
    from llb.evaluation.masks import MaskSource, score_masks

    dataset = data_source(data, split, layout, resolution, sequences).find()
    with progress_bar("Scoring") as bar:
        result = score_masks(MaskSource(results), dataset, jobs, out, bar.show)
    typer.echo(table(result, dataset))
    if out is not None:
        typer.echo(f"Tables and report.html are in {out}.")


def verify(
    card: Annotated[Path, typer.Argument(help="The card.json of a run of evaluate.")],
    data: Annotated[Path | None, typer.Option(help="The data set, if it is elsewhere now.")] = None,
    jobs: Jobs = 1,
    device: Device = "auto",
) -> None:
    """Make a run again from its card and compare: unchanged card, weights and data, and J&F within the noise floor."""
    from llb.checkpoint import weights_sha256
    from llb.evaluation.benchmark import BenchmarkRun
    from llb.evaluation.card import RunCard, data_sha256

    found = RunCard.read(card)
    run = BenchmarkRun.from_json(dict(found.made))
    if data is not None:
        run = replace(run, source=replace(run.source, data=data.resolve()))
    if weights_sha256(run.weights) != found.made["weights_sha256"]:
        raise ValueError(f"The weights of {run.weights} are not those of the card (sha256 differs): fetch those.")
    if data_sha256(run.source.find()) != found.data_sha256:
        raise ValueError(f"The frames or masks in {run.source.data} are not those of the card (sha256 differs).")
    moved = found.check(_make(run, options.load(run.weights, device, run.precision), device, jobs))
    floor = 100 * found.noise_floor
    typer.echo(f"Verified: J&F {100 * found.found['J&F']:.2f}, now {100 * moved:+.2f}, noise floor {floor:.2f}.")


def table(result: EvaluationResult, dataset: Dataset) -> str:
    """Return the scores in per cent, a line per sequence and the mean over all objects, and YouTube-VOS's means."""
    rows = [(sequence.name, sequence.score) for sequence in result.sequences]
    rows.append(("mean over objects", result.score))
    width = max(len(name) for name, _ in rows)
    lines = [f"{'':{width}}     J     F   J&F"]
    lines += [f"{name:{width}}  {100 * s.j:4.1f}  {100 * s.f:4.1f}  {100 * s.mean:4.1f}" for name, s in rows]
    figures = result.figures
    for name, each in (("J", figures.j), ("F", figures.f)):
        lines.append(f"{name}: recall {100 * each.recall:.1f}, decay {100 * each.decay:.1f}")
    means = result.by_category(dataset.seen)
    if means is not None:
        lines.append(f"seen categories: J {100 * means.seen.j:.1f}, F {100 * means.seen.f:.1f}")
        lines.append(f"unseen categories: J {100 * means.unseen.j:.1f}, F {100 * means.unseen.f:.1f}")
        lines.append(f"G: {100 * means.overall:.1f}")
    return "\n".join(lines)


def data_source(data: Path, split: str, layout: str, resolution: str, sequences: list[str] | None) -> DatasetChoice:
    """Return the data set that the options name; raise ValueError for an unknown resolution."""
    from llb.evaluation.datasets import DatasetChoice

    if resolution not in RESOLUTIONS:
        raise ValueError(f"There is no resolution {resolution!r}: choose 480p or full.")
    return DatasetChoice(data, split, layout, RESOLUTIONS[resolution], tuple(sequences or ()))


def _run(
    source: DatasetChoice,
    scored: bool,
    model: str,
    engine: EngineOptions,
    device: str,
    precision: PrecisionChoice,
    jobs: int,
    out: Path | None,
    masks: Path | None = None,
) -> EvaluationResult:
    """Load the model and make a run as the options say."""
    from llb.evaluation.benchmark import BenchmarkRun

    layout = source.find().layout
    network = options.load(model, device, precision)
    config = engine.config(davis=layout in ("davis", "davis-2016"))
    run = BenchmarkRun.of(scored, model, network, config, replace(source, layout=layout))
    return _make(run, network, device, jobs, out, masks)


def _make(
    run: BenchmarkRun,
    network: LLB,
    device: str,
    jobs: int,
    out: Path | None = None,
    masks: Path | None = None,
) -> EvaluationResult:
    """Make a run with the model that is loaded, or with one in each of several processes."""
    from llb.evaluation.benchmark import LoadInProcess, SegmentWith, make_run
    from llb.inference import VideoSegmenter

    loaded = SegmentWith(partial(VideoSegmenter, network, run.config, keep_prob=False), run.scored)
    prepare = LoadInProcess(run, options.check_device(device)) if jobs > 1 else lambda _: loaded
    with progress_bar("Evaluating" if run.scored else "Segmenting") as bar:
        return make_run(run, prepare, jobs, out, bar.show, masks)
