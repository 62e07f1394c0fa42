"""The lite models' recipe of the second generation, from wider data: many kinds of objects, motion in which targets are
lost, and a backbone that the shared stage trains along.

The shared stage has no fixed end. Its learning rates stay constant, and a copy of its state can be brought to an end
at any step: the rates of that run fall to almost nothing over `FALL` steps more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from llb.config import ModelConfig
from llb.data.sampler import ClipConfig
from llb.training.config import ConstantThenFall, CosineDecay, LossWeights, Rate, Stage, StartFile, TrainConfig
from llb.training.recipes import FAMILY, check_length
from llb.training.run_state import read_progress

HELD_OUT = ("bmx-bumps", "dance-jump", "drift-turn", "flamingo", "kite-walk")  # of DAVIS 2016 train, for choices
SHARES = (  # of the objects in synthetic clips: by kinds and sizes, not by the number of files
    ("coco_instances", 5.0),
    ("davis16", 4.0),
    ("coco128", 1.5),
    ("coco_person", 1.5),
    ("tuxpaint", 1.5),
    ("ccp", 1.0),
    ("davis17_challenge_first", 1.0),
    ("weizmann_horses", 0.5),
    ("emoji", 0.5),
)
THAWED = tuple(f"trunk.backbone.net.blocks.{number}." for number in range(1, 7))  # from stride 4 on
CYCLES = 100  # of the shared stage, more than will be trained
FALL = 1500  # steps
BATCH = 4  # clips per step
CLIPS = ClipConfig(
    real=0.4,
    paste=0.6,
    gaps=(20, 20),
    gap_clips=1,
    search_factor=3.0,
    offset=(3.2, 2.2),
    shares=SHARES,
    hard=0.5,
    held_out=HELD_OUT,
)


def wide_recipe(
    model: str,
    seed: int = 0,
    length: float = 1.0,
    start: Path | None = None,
    *,
    long: bool = False,
    finish: Path | None = None,
    falling: bool = False,
    batch_size: int = BATCH,
) -> TrainConfig:
    """Return the settings of the shared stage (``lite/family``), or of a variant's own stage.

    A variant starts from the shared stage's file `start`, and its backbone stays as that stage left it; `long` makes
    its stage twice as long, and for the shared stage takes `long_cycle`. The shared stage may `start` from a file, too
    (`scripts.shared_start`), or `finish` from a copy of the checkpoint of such a run; with `falling` its rates fall
    from the first step on, and it has an end as well. `length` multiplies the steps of a variant's stage, or those
    over which the rates fall.

    Raises:
        ValueError: the length is not above 0, the model is not lite, or a file is missing, not wanted or no checkpoint.
    """
    check_length(length)
    run = _choose(model, seed, length, start, long=long, finish=finish, falling=falling)
    return replace(run, batch_size=batch_size)


def _choose(
    model: str, seed: int, length: float, start: Path | None, *, long: bool, finish: Path | None, falling: bool
) -> TrainConfig:
    scale, _, variant = model.partition("/")
    if scale != "lite":
        raise ValueError(f"{model} is not trained by this recipe: choose a lite model, or leave --wide out.")
    if variant == FAMILY:
        if falling and finish is not None:
            raise ValueError("A run that is brought to an end falls from there: leave --falling out.")
        run, steps = shared_run(seed, start, long=long), round(length * FALL)
        if falling:
            return _ending(run, 0, steps)
        return finishing(run, finish, steps) if finish else run
    ModelConfig.from_name(model)
    if finish is not None or falling:
        option = "--falling" if falling else "--finish"
        raise ValueError(f"Only the shared stage has no fixed end: choose lite/family, or leave {option} out.")
    if start is None:
        raise ValueError(f"{model} starts from the shared stage: train lite/family first and pass its file as --start.")
    stages = tuple(own_schedule(length * 2 if long else length))
    run = TrainConfig(model, seed, (StartFile.of("model", start),), stages, rates=(Rate("", 2e-4),))
    return _common(replace(run, decay=CosineDecay(warmup=50)))


def shared_run(seed: int, start: Path | None, *, long: bool = False) -> TrainConfig:
    """Return the open-ended shared stage. Its cosine loss is a tenth of the paper's, which keeps channels alive."""
    return _common(
        TrainConfig(
            f"lite/{FAMILY}",
            seed,
            (StartFile.of("model", start),) if start else (),
            (long_cycle() if long else shared_cycle()) * CYCLES,
            rates=(Rate("trunk.backbone.", 4e-5), Rate("", 4e-4)),
            decay=ConstantThenFall(warmup=100),
            thawed=THAWED,
            pretrain_steps=700,
        )
    )


def finishing(run: TrainConfig, checkpoint: Path, steps: int) -> TrainConfig:
    """Return the run that goes on from another one's checkpoint and ends after `steps` more, while its rates fall."""
    ending = _ending(run, read_progress(checkpoint).step, steps)
    return replace(ending, starts=(StartFile.of("run", checkpoint),))


def _ending(run: TrainConfig, fall_from: int, steps: int) -> TrainConfig:
    assert isinstance(run.decay, ConstantThenFall)
    stages = tuple(_first_steps(run.stages, fall_from + steps))
    return replace(run, stages=stages, decay=replace(run.decay, fall_from=fall_from))


def shared_cycle() -> tuple[Stage, ...]:
    """Return a round of the shared stage: cheap clips mostly, some longer, some as large as the engine's crops."""
    return (
        Stage(200, replace(CLIPS, crop=(160, 272))),
        Stage(100, replace(CLIPS, crop=(192, 320))),
        Stage(60, replace(CLIPS, crop=(160, 272), frames=7)),
        Stage(60, replace(CLIPS, crop=(256, 448))),
    )


def long_cycle() -> tuple[Stage, ...]:
    """Return a round of a shared stage whose models are not compared: longer and larger clips, no video held out."""
    every = replace(CLIPS, held_out=())
    return (
        Stage(70, replace(every, crop=(192, 320))),
        Stage(70, replace(every, crop=(160, 272), frames=8)),
        Stage(70, replace(every, crop=(256, 448), frames=5)),
    )


def own_schedule(length: float = 1.0) -> Iterator[Stage]:
    """Yield the stages of a variant's own training: a round of the shared stage's."""
    for stage in shared_cycle():
        yield replace(stage, steps=max(1, round(length * stage.steps)))


def _common(run: TrainConfig) -> TrainConfig:
    losses = LossWeights(lovasz=1.0, bce=0.5, cosine=0.001)
    return replace(run, batch_size=BATCH, optimiser="adamw", weight_decay=1e-4, losses=losses, ema=0.998, clip_norm=1.0)


def _first_steps(stages: Sequence[Stage], steps: int) -> Iterator[Stage]:
    for stage in stages:
        if steps > 0:
            yield replace(stage, steps=min(stage.steps, steps))
        steps -= stage.steps
