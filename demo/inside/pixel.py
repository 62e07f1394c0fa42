"""What the inside says of one pixel: its attention over the memory, and both gates there over the clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float

from demo import text
from demo.browser_pictures import jpeg_address, shrink
from demo.clips.clip import Clip
from demo.inside import pictures
from demo.inside.answers import GateSeries, MemoryPicture, PixelAnswer
from demo.inside.diagram import Absence
from demo.inside.questions import PixelQuestion
from demo.inside.recorded import Recorded
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.inference.search_region import cell_of
from llb.inference.threads import use_one_core
from llb.model.transduction import attention_of_cell
from llb.types import Rgb

WIDTH = 320  # pixels of a picture of the search region
MOST_FRAMES = 20  # of the memory that are shown
NOTHING_ASKED = "Frame {} was painted: the model did not look anywhere."
KEYS_REPLACED = "A later repair has changed frames that this memory held: look at a frame that the repair did."

Cell = tuple[int, int]  # row and column of a feature


def pixel(run: Run, clip: Clip, question: PixelQuestion) -> PixelAnswer | Absence:
    """Return where the transformer looks from a pixel of the frame, and both gates there over time.

    Raises:
        ValueError: the run has no such place.
    """
    recorded = Recorded.find(run, question.place)
    if isinstance(recorded, Absence):
        return recorded
    cell = cell_of_pixel(question, recorded.trace)
    gates = GateSeries(*(_gate_over_time(run, question, gate) for gate in ("gate_transduced", "gate_induced")))
    found = PixelAnswer(cell, gates, pending=run.inside_missing)
    if cell is None:
        return found
    found = replace(found, src=jpeg_address(_asking(clip, recorded, cell)))
    if "query" not in recorded.trace.features:
        return replace(found, note=NOTHING_ASKED.format(recorded.place.frame))
    attention = attention_over_memory(recorded, cell)
    if attention is None:
        return replace(found, note=text.INSIDE_PENDING if run.inside_missing else KEYS_REPLACED)
    return replace(found, memory=list(_memory_pictures(clip, recorded, attention)))


def _asking(clip: Clip, recorded: Recorded, cell: Cell) -> Rgb:
    """Return the frame's search region with a cell marked."""
    picture = pictures.region_picture(clip.frame(recorded.place.frame), recorded.trace.region, WIDTH)
    rows, columns = recorded.trace.features["value"].shape[1:]
    return pictures.cell_marked(picture, cell, (rows, columns))


def attention_over_memory(recorded: Recorded, cell: Cell) -> Float[np.ndarray, "t h w"] | None:
    """Return a cell's attention over the memory, from the stored keys; sums to 1. None if the keys are gone."""
    keys = recorded.memory_keys()
    if keys is None:
        return None
    use_one_core()
    query = torch.from_numpy(recorded.trace.features["query"])[None].float()
    return np.asarray(attention_of_cell(query, torch.from_numpy(keys)[None].float(), *cell)[0].numpy())


def _memory_pictures(clip: Clip, recorded: Recorded, attention: Float[np.ndarray, "t h w"]) -> Iterator[MemoryPicture]:
    """Lay a cell's attention over the search regions of the frames in the memory.

    A frame whose region is not stored is shown whole, without it.
    """
    trace = recorded.trace
    for number, frame in enumerate(trace.memory_frames[:MOST_FRAMES]):
        picture, region = clip.frame(frame), recorded.memory_region(frame)
        if region is None:
            picture = shrink(picture, WIDTH)
        else:
            crop = pictures.region_picture(picture, region, WIDTH)
            picture = pictures.heat(crop, attention[number], float(attention.max()))
        part = float(attention[number].sum())
        yield MemoryPicture(frame, trace.temporal_weights[number], jpeg_address(picture), part)


def _gate_over_time(run: Run, question: PixelQuestion, gate: str) -> list[float | None]:
    """Return a gate's mean over channels at a pixel for every frame.

    In a long clip a frame that is not stored repeats the one before.
    """
    traces, frames = run.traces(question.place.model), run.record(question.place.model).frames
    series: list[float | None] = []
    for index in range(0, frames, traces.stride):
        trace = traces.read(index, question.place.target)
        cell = cell_of_pixel(question, trace) if trace and gate in trace.features else None
        value = None
        if trace and cell:
            value = float(trace.features[gate][:, cell[0], cell[1]].mean(dtype=np.float32))
        series += [value] * min(traces.stride, frames - index)
    return series


def cell_of_pixel(question: PixelQuestion, trace: StoredTrace) -> Cell | None:
    """Return the feature cell that holds the pixel; None outside the search region."""
    rows, columns = next(iter(trace.features.values())).shape[1:]
    return cell_of((question.y, question.x), trace.region, (rows, columns))
