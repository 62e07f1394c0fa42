"""Run models on one clip, frame by frame in step, writing everything to disk as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from demo.clips import Clip, Labels
from demo.colours import fit_colours
from demo.figures import figures
from demo.models import ModelProvider, Segmenter
from demo.store import Run, VariantRecord
from demo.visualize import Rgb
from llb.types import FrameResult, TraceRequest

REQUEST = TraceRequest(keys=True)


@dataclass(frozen=True)
class Progress:
    """One model has finished one frame. `seconds_left` is an estimate."""

    variant: str
    frame: int
    seconds_left: float
    run: Run


def work(run: Run, models: ModelProvider, stop: Path) -> Iterator[Progress]:
    """Do a run: start its models' segmenters and `compare` them until the clip ends or the file `stop` appears.

    Nothing but paths and numbers goes in and comes out, so that it may run in another process (`demo.gpu`).
    """
    segmenters = models.segmenters([record.name for record in run.variants], run.settings)
    yield from compare(run, Clip.open(run.clip_folder), segmenters, stop.exists)


def compare(
    run: Run, clip: Clip, segmenters: Mapping[str, Segmenter], should_stop: Callable[[], bool]
) -> Iterator[Progress]:
    """Run all segmenters over the clip, one frame at a time each, and yield after every finished frame.

    The run on disk is complete up to the last yield. When `should_stop` turns true, the run ends after the current
    frame and counts as stopped; so does one that an error ends.
    """
    records = {record.name: record for record in run.variants}
    seconds: dict[str, list[float]] = {name: [] for name in records}
    overlaps: dict[str, list[float]] = {name: [] for name in records}
    begun, steps, total = time.perf_counter(), 0, len(clip) * len(segmenters)
    given = run.given()
    run = run.save(state="running")
    try:
        for index in range(len(clip)):
            if index > 0 and should_stop():
                break
            frame, truth = clip.frame(index), clip.truth(index)
            results: dict[str, FrameResult] = {}
            for name, segmenter in segmenters.items():
                results[name] = result = _advance(segmenter, frame, given, index)
                run.save_frame(name, index, result.labels, result.traces)
                seconds[name] += [result.seconds] * (index > 0)
                if len(results) == len(segmenters):
                    found = figures(results, truth, run.objects)
                    run.add_figures(found)
                    for other, entry in found.items():
                        scores = [item["j"] for item in entry["objects"].values() if "j" in item]
                        overlaps[other] += [float(np.mean(scores))] if scores else []
                records[name] = _measured(records[name], seconds[name], overlaps[name])
                run = replace(run, variants=tuple(records.values()))
                steps += 1
                left = (time.perf_counter() - begun) / steps * (total - steps)
                yield Progress(name, index, left, run)
    finally:
        records = {name: _measured(record, seconds[name], overlaps[name], 0) for name, record in records.items()}
        run = replace(run, variants=tuple(records.values()))
        finish(run, "done" if run.frames == len(clip) else "stopped")


def _measured(record: VariantRecord, seconds: list[float], overlaps: list[float], frames: int = 1) -> VariantRecord:
    """Count `frames` more, and take the means of the seconds and of J."""
    return replace(
        record,
        frames=record.frames + frames,
        seconds_per_frame=float(np.mean(seconds)) if seconds else None,
        overlap=float(np.mean(overlaps)) if overlaps else None,
    )


def finish(run: Run, state: str) -> Run:
    """Close a run: fit the colours of the features to all its models together and write its facts."""
    return run.save(state=state, colours=fit_colours(run).to_json() if run.frames else {})


def _advance(segmenter: Segmenter, frame: Rgb, given: Labels, index: int) -> FrameResult:
    if index:
        return segmenter.step(frame, trace=REQUEST)
    masks = {int(target): given == target for target in np.unique(given) if target}
    return segmenter.start(frame, masks, trace=REQUEST)
