"""What a frame costs beside other work: busy neighbour processes that take the cores whenever they can."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from benchmarks.bench import MEASURED, WARM
from benchmarks.scene import Scene
from llb import InferenceConfig, VideoSegmenter, load_model
from llb.config import PrecisionChoice
from llb.inference.side_by_side import run_side_by_side
from llb.inference.threads import THREADS
from llb.types import Rgb

NEIGHBOUR = """
import os, sys
parent = os.getppid()
print("busy", flush=True)
while os.getppid() == parent:
    sum(range(100_000))
"""
LEAD, OTHER = "llb", "joint"


@dataclass(frozen=True)
class Paces:
    """Seconds of each measured frame beside so many busy neighbours: of one model, and of two that are compared."""

    neighbours: int
    one: list[float]
    two: list[float]


@contextmanager
def busy_neighbours(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep so many processes busy while the context lasts; each computes without a pause, and ends with this one."""
    processes = [subprocess.Popen([sys.executable, "-c", NEIGHBOUR], stdout=subprocess.PIPE) for _ in range(count)]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def run_busy(
    neighbours: int, memory: int, precision: PrecisionChoice = "auto", *, frames: int = 2 * MEASURED, adapt: bool = True
) -> Iterator[Paces]:
    """Measure beside none, one, ... and `neighbours` processes, with a full memory; without `adapt` on all threads."""
    config, scene = InferenceConfig(memory_size=memory), Scene(1)
    models = {name: load_model(f"lite/{name}", precision=precision) for name in (LEAD, OTHER)}
    alone, lead = VideoSegmenter(models[LEAD], config), VideoSegmenter(models[LEAD], config)
    pair = {LEAD: lead, OTHER: VideoSegmenter(models[OTHER], config, lead)}
    filling = config.interval * memory
    clip = (scene.frame(index) for index in range(filling, sys.maxsize))
    for segmenter in (alone, *pair.values()):
        segmenter.start(scene.frame(0), scene.masks(0))
    for index in range(1, filling):
        frame, masks = scene.frame(index), scene.masks(index)
        for segmenter in (alone, *pair.values()):
            segmenter.observe(frame, masks)

    def compare(frame: Rgb) -> None:
        lead.read_ahead(frame)
        for _ in run_side_by_side(pair, lambda name: pair[name].step(frame), first_is_ahead=True):
            pass

    was, THREADS.adaptive = THREADS.adaptive, adapt
    try:
        for count in range(neighbours + 1):
            with busy_neighbours(count):
                yield Paces(count, _paces(alone.step, clip, frames), _paces(compare, clip, frames))
    finally:
        THREADS.adaptive = was


def _paces(work: Callable[[Rgb], object], clip: Iterator[Rgb], frames: int) -> list[float]:
    """Return the seconds of so many frames."""
    seconds = []
    for _ in range(WARM + frames):
        frame = next(clip)
        begun = time.perf_counter()
        work(frame)
        seconds.append(time.perf_counter() - begun)
    return seconds[WARM:]


def busy_table(found: Iterable[Paces]) -> Iterator[str]:
    """Lay paces out as lines of text; the last column is how many times the first line's median a median is."""
    yield f"ms per frame, up to {torch.get_num_threads()} threads"
    yield f"{'busy neighbours':<18}{'models':<12}{'median':>8}{'mean':>8}{'worst':>8}{'times':>8}"
    alone: Paces | None = None
    for paces in found:
        alone = alone or paces
        for label, seconds, first in ((LEAD, paces.one, alone.one), (f"{LEAD}+{OTHER}", paces.two, alone.two)):
            figures = statistics.median(seconds), statistics.fmean(seconds), max(seconds)
            times = figures[0] / statistics.median(first)
            columns = "".join(f"{1e3 * figure:>8.0f}" for figure in figures)
            yield f"{paces.neighbours:<18}{label:<12}{columns}{times:>8.2f}"
