"""The command ``llb train``. Torch is imported inside, so that help comes at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llb.io.progress_bar import progress_bar

if TYPE_CHECKING:
    from llb.training.clip_sources import DataFolders
    from llb.training.config import TrainConfig
    from llb.training.run_log import StepReport
    from llb.training.trainer import RunOptions

RELEASED, LITE = "The release's recipe", "The lite models' recipe"
COSTS, STARTS = "What it costs", "Where it starts"


def train(
    model: Annotated[str, typer.Argument(help="scale/variant, such as paper/llb; lite/family: see weights/README.md.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; give it again to go on where it stopped.")
    ] = None,
    stage: Annotated[
        int | None,
        typer.Option(help="1: COCO. 2: YouTube-VOS and DAVIS.", rich_help_panel=RELEASED, show_default="lite recipe"),
    ] = None,
    coco: Annotated[
        Path | None, typer.Option(help="Folder with annotations and train2017.", rich_help_panel=RELEASED)
    ] = None,
    youtube_vos: Annotated[
        Path | None, typer.Option(help="Folder with train/meta.json (2019).", rich_help_panel=RELEASED)
    ] = None,
    davis: Annotated[
        Path | None, typer.Option(help="Folder of DAVIS 2017 trainval, 480p.", rich_help_panel=RELEASED)
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Clips per step, over all GPUs.", show_default="32; --wide: 4")
    ] = None,
    precision: Annotated[
        Literal["fp32", "bf16", "fp16"],
        typer.Option(help="The few-shot learner stays in fp32.", rich_help_panel=RELEASED),
    ] = "fp32",
    data: Annotated[
        Path | None, typer.Option(help="Folder with davis16/train and static/<collection>.", rich_help_panel=LITE)
    ] = None,
    objects: Annotated[
        Path | None, typer.Option(help="Further objects, from scripts.fetch_objects.", rich_help_panel=LITE)
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder for the decoded images.", rich_help_panel=LITE, show_default="in ~/.cache"),
    ] = None,
    long: Annotated[
        bool,
        typer.Option("--long", help="A longer schedule, for a model that is not compared.", rich_help_panel=LITE),
    ] = False,
    wide: Annotated[
        bool,
        typer.Option(
            "--wide", help="The recipe of wider data and an open end (docs/training.md).", rich_help_panel=LITE
        ),
    ] = False,
    finish: Annotated[
        Path | None,
        typer.Option(help="Copy of an open-ended run's checkpoint, to bring to an end.", rich_help_panel=LITE),
    ] = None,
    falling: Annotated[
        bool,
        typer.Option("--falling", help="The shared stage's rates fall from the first step on.", rich_help_panel=LITE),
    ] = False,
    start: Annotated[
        Path | None,
        typer.Option(help="Weights of an earlier stage, or a released LLB or JOINT.", rich_help_panel=STARTS),
    ] = None,
    init_backbone: Annotated[
        Path | None,
        typer.Option(
            help="ResNet-50 of torchvision, detectron2 or a released model; Mask R-CNN's, too.", rich_help_panel=STARTS
        ),
    ] = None,
    init_encoder: Annotated[
        Path | None, typer.Option(help="ViTAE-6M, or a released LLB's label encoder.", rich_help_panel=STARTS)
    ] = None,
    length: Annotated[float, typer.Option(help="Steps as a multiple of the recipe's.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the first weights and of the clips.")] = 0,
    workers: Annotated[
        int | None, typer.Option(help="Processes that draw clips, per GPU.", show_default="4; lite recipe: none")
    ] = None,
    parts: Annotated[
        int, typer.Option(min=1, help="Compute a GPU's share of a batch in so many parts.", rich_help_panel=COSTS)
    ] = 1,
    recompute: Annotated[
        bool,
        typer.Option("--recompute", help="Keep no activations, compute them twice.", rich_help_panel=COSTS),
    ] = False,
    validate: Annotated[
        Path | None, typer.Option(help="DAVIS folder whose split val is segmented now and then.")
    ] = None,
    validate_every: Annotated[int, typer.Option(min=1, help="Steps between validations.")] = 1000,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what it costs, and train nothing.", rich_help_panel=COSTS)
    ] = False,
    gpu: Annotated[
        str, typer.Option(help="For --plan: a100, a100-40, h100, rtx4090, rtx3090 or cpu.", rich_help_panel=COSTS)
    ] = "a100",
    gpus: Annotated[int, typer.Option(min=1, help="For --plan: how many.", rich_help_panel=COSTS)] = 1,
    utilisation: Annotated[
        float, typer.Option(help="For --plan: share of the peak that is reached.", rich_help_panel=COSTS)
    ] = 0.3,
) -> None:
    """Train a model by a stage of the release (--stage), or by the short recipe of the lite models."""
    _check_installed()
    from llb.training.clip_sources import DataFolders
    from llb.training.recipes import RELEASED_BATCH, lite_recipe, released_recipe, start_files
    from llb.training.wide_recipe import BATCH, wide_recipe

    if (finish is not None or falling) and not wide:
        option = "--falling" if falling else "--finish"
        raise ValueError(f"Only a run of the wide recipe has no fixed end: add --wide, or leave {option} out.")
    if stage is None:
        if init_backbone or init_encoder:
            raise ValueError("A first backbone or encoder is for the release's stages: add --stage 1, or leave it out.")
        if wide:
            config = wide_recipe(
                model, seed, length, start, long=long, finish=finish, falling=falling, batch_size=batch or BATCH
            )
        elif batch is not None:
            raise ValueError("The short recipe has 4 clips per step: leave --batch out, or add --wide.")
        else:
            config = lite_recipe(model, seed, length, start, long=long)
    else:
        config = released_recipe(
            model,
            stage,
            seed=seed,
            length=length,
            batch_size=batch or RELEASED_BATCH,
            starts=start_files(start, init_backbone, init_encoder),
            precision=precision,
        )
    if plan:
        _plan(config, gpu, gpus, utilisation, recompute)
        return
    if out is None:
        raise ValueError("A training needs a folder to write to: add --out FOLDER.")
    if stage is None:
        folders = _lite_data(data, objects, cache)
    else:
        folders = DataFolders(coco=coco, youtube_vos=youtube_vos, davis=davis)
    from llb.training.trainer import RunOptions

    drawers = workers if workers is not None else 0 if stage is None else 4
    _train(config, folders, out, RunOptions(drawers, parts, recompute, validate, validate_every))


def _check_installed() -> None:
    from importlib.util import find_spec

    if find_spec("accelerate") is None:
        raise ValueError('Training needs the package accelerate: pip install "llb[train]", or pip install accelerate.')


def _plan(config: TrainConfig, gpu: str, gpus: int, utilisation: float, recompute: bool) -> None:
    from llb.training.plan import PlanOptions, find_device, write_plan

    for line in write_plan(config, PlanOptions(find_device(gpu), gpus, utilisation, recompute)):
        typer.echo(line)


def _lite_data(data: Path | None, objects: Path | None, cache: Path | None) -> DataFolders:
    """Decode the lite recipe's images, unless that is done already."""
    from llb.data.image_cache import DEFAULT_CACHE, build_cache
    from llb.training.clip_sources import DataFolders

    if data is None:
        raise ValueError("This recipe needs a folder with davis16/train and static: add --data FOLDER.")
    with progress_bar("Decoding images") as bar:
        images = build_cache(
            data, cache or DEFAULT_CACHE, lambda done, total: bar.show("Decoding images", done, total), objects
        )
    return DataFolders(cache=images.folder)


def _train(config: TrainConfig, folders: DataFolders, out: Path, options: RunOptions) -> None:
    from llb.training.run_log import NO_TENSORBOARD, has_tensorboard
    from llb.training.trainer import Trainer

    trainer = Trainer(config, folders, out, options)
    if trainer.accelerator.is_main_process:
        notes = [*trainer.notes, *([] if has_tensorboard() else [NO_TENSORBOARD]), *_without_gpu(config)]
        typer.echo("".join(f"Note: {note}\n" for note in notes), err=True, nl=False)
    with progress_bar("Training", config.steps, hidden=not trainer.accelerator.is_main_process) as bar:

        def show(report: StepReport) -> None:
            bar.show(f"loss {report.loss:.3f}, IoU {report.iou:.3f}", report.step, report.steps)

        def show_distillation(step: int, steps: int, loss: float) -> None:
            bar.show(f"pretraining the label encoder, loss {loss:.3f}", step, steps)

        weights = trainer.run(show, on_distilled=show_distillation)
    if trainer.accelerator.is_main_process:
        typer.echo(f"The weights are in {weights}.")


def _without_gpu(config: TrainConfig) -> list[str]:
    """Return what a training of the release takes on this machine's CPU, where it has no GPU."""
    import torch

    from llb.data.released_clips import ReleasedClipConfig
    from llb.training.plan import say_what_a_cpu_takes

    large = any(isinstance(stage.clips, ReleasedClipConfig) for stage in config.stages)
    return [say_what_a_cpu_takes(config)] if large and not torch.cuda.is_available() else []
