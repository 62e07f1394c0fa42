"""Measure how fast training goes, in single and in half precision, and where the time of a step is spent.

Run as `OMP_NUM_THREADS=1 python -m scripts.time_training [MODEL]`, with nothing else running, after a lite training has
decoded its images. With a stage of the release behind the model, `paper/llb 2`, it computes one step of one clip at the
stage's own size, of noise, and prints its time and memory beside the plan's.
"""

from __future__ import annotations

import sys
import time

import torch

from llb.data.image_cache import DEFAULT_CACHE, FrameCache
from llb.data.sampler import ClipConfig, ClipSampler
from llb.model.build import build_model
from llb.training.cost import GB, fixed_bytes, step_cost
from llb.training.losses import bce_loss, lovasz_loss
from llb.training.plan import measure_step
from llb.training.recipes import released_recipe
from llb.training.rollout import roll_out
from llb.training.trainer import build_networks

CROPS = ((128, 224), (192, 320), (240, 416))
BATCH = 4
STEPS = 6  # of which the first two are not counted


def measure(name: str) -> None:
    """Print a Markdown table: clips per second, and the seconds of a step by what they are spent on."""
    cache = FrameCache(DEFAULT_CACHE.expanduser())
    model = build_model(name)
    sys.stdout.write("| crop | precision | clips per second | drawing clips | forward | backward |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    for crop in CROPS:
        sampler = ClipSampler(cache, ClipConfig(crop=crop), seed=0)
        for bf16 in (False, True):
            spent = [_step(model, sampler, step, bf16) for step in range(STEPS)][2:]
            drawing, forward, backward = (sum(part) / len(spent) for part in zip(*spent, strict=True))
            pace = BATCH / (drawing + forward + backward)
            cells = f"{pace:.1f} | {drawing:.2f} s | {forward:.2f} s | {backward:.2f} s"
            sys.stdout.write(f"| {crop[1]}x{crop[0]} | {'bf16' if bf16 else 'fp32'} | {cells} |\n")


def measure_released(name: str, stage: int) -> None:
    """Print what one step of one clip took, and what the plan's formulas say."""
    config = released_recipe(name, stage)
    measured = measure_step(config, config.stages[0])
    cost = step_cost(config, config.stages[0])
    gradients = fixed_bytes(build_networks(config)[0], averages=False, processes=1).gradients
    expected = (cost.bytes_per_clip + gradients) / GB
    pace = cost.operations / measured.seconds / 1e9
    sys.stdout.write(
        f"{name}, stage {stage}, {measured.crop[1]}x{measured.crop[0]}, {config.stages[0].clips.frames} frames, one "
        f"clip: {measured.seconds:.1f} s, {measured.memory / GB:.2f} GB more than before (formula {expected:.2f}), "
        f"{cost.operations / 1e12:.2f} Tflop at {pace:.0f} Gflop/s\n"
    )


def _step(model: torch.nn.Module, sampler: ClipSampler, step: int, bf16: bool) -> tuple[float, float, float]:
    times = [time.perf_counter()]
    batch = sampler.batch(range(BATCH * step, BATCH * (step + 1)))
    times.append(time.perf_counter())
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = roll_out(model, batch.rgb, batch.mask).logits.float()
    times.append(time.perf_counter())
    truth = batch.mask[:, 1:, 0].float()
    model.zero_grad()
    (lovasz_loss(logits, truth) + bce_loss(logits, truth)).backward()
    times.append(time.perf_counter())
    drawing, forward, backward = (after - before for before, after in zip(times, times[1:], strict=False))
    return drawing, forward, backward


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure_released(sys.argv[1], int(sys.argv[2]))
    else:
        measure(sys.argv[1] if len(sys.argv) > 1 else "lite/llb")
