"""Say what a training will take before it begins: ``llb train MODEL --stage 1 --plan``."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import nn

from llb.data.clip import ClipBatch
from llb.training.config import Rate, Stage, TrainConfig
from llb.training.cost import DEVICES, GB, Device, StepCost, fixed_bytes, largest_part, step_cost
from llb.training.networks import build_networks, parameter_groups
from llb.training.step import Rollouts, TrainingStep, make_accelerator

UTILISATION = 0.3  # of a GPU's peak; a usual share for convolutions of this size
TERA = 1e12


@dataclass(frozen=True)
class PlanOptions:
    """For which devices a plan is made; `device` None: for the CPU at hand, whose pace is measured."""

    device: Device | None
    count: int = 1
    utilisation: float = UTILISATION
    recompute: bool = False

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"{self.count} devices train nothing: choose 1 or more.")
        if not 0 < self.utilisation <= 1:
            raise ValueError(f"utilisation is {self.utilisation}: choose a share of the peak, above 0 and at most 1.")


@dataclass(frozen=True)
class Measured:
    """A step of one clip on the device at hand: its seconds, and how far the memory rose, in bytes."""

    crop: tuple[int, int]
    seconds: float
    memory: float


def find_device(name: str) -> Device | None:
    """Return a device by the name that `--gpu` takes; None for ``cpu``; raise ValueError for another name."""
    if name == "cpu":
        return None
    if name not in DEVICES:
        raise ValueError(f"There are no figures for a {name!r}: choose {', '.join(DEVICES)} or cpu.")
    return DEVICES[name]


def write_plan(config: TrainConfig, options: PlanOptions) -> Iterator[str]:
    """Yield the lines of a plan; the last ones come after a step was computed here.

    A CPU computes that step at a quarter of the crop's area, whose pace is the one that the hours are reckoned with.
    """
    network, _ = build_networks(config)
    yield f"{config.model}: {config.steps:,} steps of {config.batch_size} clips, {_clips(config):,} clips in all."
    yield from _parameters(network, config.rates)
    cuda = torch.cuda.is_available()
    costs = [step_cost(config, stage, recompute=options.recompute) for stage in config.stages]
    tried = [config.stages[0] if cuda else quarter(config.stages[0])]
    rate = None
    if options.device is None:
        measured = measure_step(config, tried[0], options.recompute)
        rate = step_cost(config, tried[0], recompute=options.recompute).operations / measured.seconds
        yield f"This CPU computed {rate / 1e9:.0f} Gflop/s in a step of a quarter of the crop's area."
    seconds = 0.0
    for stage, cost in zip(config.stages, costs, strict=True):
        pace = rate or _pace(config, options)
        seconds += stage.steps * config.batch_size * cost.operations / pace
        yield from _stage(config, options, stage, cost, network, pace)
    yield f"Together {duration(seconds)}{_on(options)}."
    if options.device is not None:
        measured = measure_step(config, tried[0], options.recompute)
    expected = step_cost(config, tried[0], recompute=options.recompute).bytes_per_clip
    yield (
        f"Measured here, one clip at {measured.crop[1]}x{measured.crop[0]}: {measured.seconds:.1f} s, "
        f"{measured.memory / GB:.2f} GB more memory than before the step (by the formula {expected / GB:.2f})."
    )


def say_what_a_cpu_takes(config: TrainConfig) -> str:
    """Return a sentence for who starts a training of the release without a GPU."""
    operations = sum(stage.steps * config.batch_size * step_cost(config, stage).operations for stage in config.stages)
    pace = cpu_pace()
    return (
        f"There is no GPU here: {config.steps:,} steps of {config.batch_size} clips take about "
        f"{duration(operations / pace)} on this CPU, at {pace / 1e9:.0f} Gflop/s; --plan says what GPUs take."
    )


def cpu_pace() -> float:
    """Return the operations per second of a convolution of the model's kind on this CPU, measured in some seconds."""
    conv, x = nn.Conv2d(256, 256, 3, padding=1), torch.randn(1, 256, 60, 104)
    with torch.no_grad():
        conv(x)
        start = time.perf_counter()
        for _ in range(3):
            conv(x)
    return 3 * 2 * conv.weight.numel() * 60 * 104 / (time.perf_counter() - start)


def quarter(stage: Stage) -> Stage:
    """Return the stage at half the crop's height and width, in multiples of 16."""
    height, width = (max(32, side // 32 * 16) for side in stage.clips.crop)
    return replace(stage, clips=replace(stage.clips, crop=(height, width)))


def measure_step(config: TrainConfig, stage: Stage, recompute: bool = False) -> Measured:
    """Compute a step of one clip of noise, forward and backward, on the device at hand."""
    network, models = build_networks(config)
    accelerator = make_accelerator(config)
    step = TrainingStep(accelerator, Rollouts(network, models, recompute=recompute), config.losses)
    batch = _noise_clip(stage).to(accelerator.device)
    cuda = accelerator.device.type == "cuda"
    # A first step chooses the algorithms; on a CPU a small one also loads what later steps reuse, which is not theirs.
    step.backward(batch if cuda else _noise_clip(quarter(quarter(stage))))
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated() if cuda else _resident()
    start = time.perf_counter()
    step.backward(batch)
    if cuda:
        torch.cuda.synchronize()
    peak = torch.cuda.max_memory_allocated() if cuda else _peak()
    return Measured(stage.clips.crop, time.perf_counter() - start, peak - before)


def _noise_clip(stage: Stage) -> ClipBatch:
    height, width = stage.clips.crop
    shape = (1, stage.clips.frames)
    noise = torch.Generator().manual_seed(0)
    rgb = torch.randint(0, 256, (*shape, 3, height, width), dtype=torch.uint8, generator=noise)
    mask = torch.zeros(*shape, 1, height, width, dtype=torch.uint8)
    mask[..., : height // 2, : width // 2] = 1
    return ClipBatch(rgb, mask)


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it.

    >>> duration(100_000), duration(90 * 60), duration(3e9)
    ('28 hours', '90 minutes', '95 years')
    """
    units = ((365.25 * 86_400, "years"), (86_400, "days"), (3600, "hours"), (60, "minutes"))
    size, unit = next((found for found in units if seconds >= 2 * found[0]), (1, "seconds"))
    return f"{seconds / size:,.0f} {unit}"


def _clips(config: TrainConfig) -> int:
    return config.steps * config.batch_size


def _parameters(network: nn.Module, rates: tuple[Rate, ...]) -> Iterator[str]:
    """Yield a line for each group of parameters."""
    for group in parameter_groups(network, rates):
        count = sum(parameter.numel() for parameter in group["params"])
        yield f"  {count / 1e6:6.2f} M parameters at a learning rate of {group['lr']:g}"
    fixed = sum(p.numel() for p in network.parameters() if not p.requires_grad)
    yield f"  {fixed / 1e6:6.2f} M parameters that are not trained"


def _pace(config: TrainConfig, options: PlanOptions) -> float:
    assert options.device is not None
    return options.device.peak(config.precision) * options.utilisation * options.count


def _stage(
    config: TrainConfig, options: PlanOptions, stage: Stage, cost: StepCost, network: nn.Module, pace: float
) -> Iterator[str]:
    """Yield what a stage takes: operations, hours, memory by clip, and the batch that fits."""
    crop, fixed = stage.clips.crop, fixed_bytes(network, config.ema > 0, options.count)
    yield f"{stage.steps:,} steps at {crop[1]}x{crop[0]}, {stage.clips.frames} frames, {config.precision}:"
    yield (
        f"  {cost.operations / TERA:.2f} Tflop a clip (forward {cost.forward / TERA:.2f}, backward "
        f"{cost.backward / TERA:.2f}), {config.batch_size * cost.operations / TERA:.0f} Tflop a step"
    )
    yield f"  {duration(stage.steps * config.batch_size * cost.operations / pace)}{_on(options)}"
    yield (
        f"  memory: {fixed.total / GB:.2f} GB for weights, gradients, Adam and buffers, "
        f"{cost.bytes_per_clip / GB:.2f} GB for each clip computed at once"
    )
    if options.device is not None:
        own = -(-config.batch_size // options.count)
        fits = min(largest_part(options.device.memory, fixed, cost), own)
        if fits:
            parts = -(-own // fits)
            yield f"  {fits} of a GPU's {own} clips fit at once: --parts {parts}" + _more(parts)
        else:
            yield "  not one clip fits: add --recompute"


def _more(parts: int) -> str:
    return ", which computes each forward pass twice" if parts > 1 else ""


def _on(options: PlanOptions) -> str:
    if options.device is None:
        return " on this CPU"
    return f" on {options.count} x {options.device.name} at {options.utilisation:.0%} of the peak"


def _resident() -> float:
    """Return the bytes that this process holds now, after asking the system to forget the highest so far."""
    if sys.platform != "linux":
        return _peak()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _status("VmRSS")


def _peak() -> float:
    if sys.platform != "linux":
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _status("VmHWM")


def _status(name: str) -> float:
    with open("/proc/self/status") as file:
        return next(1024 * float(line.split()[1]) for line in file if line.startswith(f"{name}:"))
