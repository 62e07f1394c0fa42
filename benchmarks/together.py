"""What the six lite variants cost side by side on shared search regions, beside what one alone costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.bench import MEASURED, WARM
from benchmarks.scene import Scene
from llb import InferenceConfig, VideoSegmenter, load_model
from llb.config import VARIANTS, PrecisionChoice
from llb.inference.side_by_side import run_side_by_side
from llb.types import Rgb

LEAD = "llb"


@dataclass
class Together:
    """Seconds of each measured frame: the lead alone, and all variants."""

    one: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Lay it out as lines of text."""
        one, every = statistics.fmean(self.one), statistics.fmean(self.all)
        yield f"lite/{LEAD} alone: {1e3 * one:.1f} ms per frame"
        yield f"{len(VARIANTS)} variants on shared regions: {1e3 * every:.1f} ms, {every / one:.2f} times as much"


def run_together(memory: int, precision: PrecisionChoice = "fp32", rounds: int = 3) -> Together:
    """Measure with a full memory; the frames of the two take turns, so that both see the machine at the same pace."""
    config, scene = InferenceConfig(memory_size=memory), Scene(1)
    names = [LEAD, *(name for name in VARIANTS if name != LEAD)]
    models = {name: load_model(f"lite/{name}", precision=precision) for name in names}
    alone = VideoSegmenter(models[LEAD], config)
    lead = VideoSegmenter(models[LEAD], config)
    others = {name: VideoSegmenter(model, config, lead) for name, model in models.items() if name != LEAD}
    segmenters = {LEAD: lead} | others
    filling = config.interval * memory
    for segmenter in (alone, *segmenters.values()):
        segmenter.start(scene.frame(0), scene.masks(0))
    for index in range(1, filling):
        for segmenter in (alone, *segmenters.values()):
            segmenter.observe(scene.frame(index), scene.masks(index))
    found = Together()
    for index in range(filling, filling + WARM + rounds * MEASURED):
        frame = scene.frame(index)
        times = (_seconds({LEAD: alone}, frame), _seconds(segmenters, frame))
        if index >= filling + WARM:
            found.one.append(times[0])
            found.all.append(times[1])
    return found


def _seconds(segmenters: dict[str, VideoSegmenter], frame: Rgb) -> float:
    begun = time.perf_counter()
    segmenters[LEAD].read_ahead(frame)
    for _ in run_side_by_side(segmenters, lambda name: segmenters[name].step(frame), first_is_ahead=True):
        pass
    return time.perf_counter() - begun
