"""Measure how fast training goes, in single and in half precision, and where the time of a step is spent.

Run as `OMP_NUM_THREADS=1 python -m scripts.time_training [MODEL]`, with nothing else running, after a training has
decoded its images.
"""

from __future__ import annotations

import sys
import time

import torch

from llb.data.image_cache import DEFAULT_CACHE, FrameCache
from llb.data.sampler import ClipConfig, ClipSampler
from llb.model.build import build_model
from llb.training.losses import bce_loss, lovasz_loss
from llb.training.rollout import roll_out

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
    measure(sys.argv[1] if len(sys.argv) > 1 else "lite/llb")
