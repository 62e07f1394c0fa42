"""What the inside says of one pixel: its attention over the memory, and both gates there over the clip."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float

from demo.browser_pictures import jpeg_address
from demo.clips.clip import Clip
from demo.inside import pictures
from demo.inside.answers import GateSeries, MemoryPicture, PixelAnswer
from demo.inside.box_painter import SMALL
from demo.inside.diagram import NO_INSIDE, Absence
from demo.inside.questions import PixelQuestion
from demo.inside.recorded import Recorded
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.inference.search_region import cell_of
from llb.model.transduction import attention_of_cell

MOST_FRAMES = 20  # of the memory that are shown

Cell = tuple[int, int]  # row and column of a feature


def pixel(run: Run, clip: Clip, question: PixelQuestion) -> PixelAnswer | Absence:
    """Return where the transformer looks from a pixel of the frame, and both gates there over time.

    Raises:
        ValueError: the run has no such place.
    """
    recorded = Recorded.find(run, question.place)
    if recorded is None:
        return NO_INSIDE
    cell = _cell_of(question, recorded.trace)
    gates = GateSeries(*(_gate_over_time(run, question, gate) for gate in ("gate_transduced", "gate_induced")))
    if cell is None or "query" not in recorded.trace.features:
        return PixelAnswer(cell, gates)
    return PixelAnswer(cell, gates, list(_memory_pictures(clip, recorded, cell)))


def attention_over_memory(recorded: Recorded, cell: Cell) -> Float[np.ndarray, "t h w"]:
    """Return a cell's attention over the memory, from the stored keys; sums to 1."""
    place, trace = recorded.place, recorded.trace
    keys = recorded.run.traces(place.model).memory_keys(trace.keys_frame, place.target)
    assert keys is not None, "a trace names the frame that holds its keys"
    query = torch.from_numpy(trace.features["query"])[None].float()
    return np.asarray(attention_of_cell(query, torch.from_numpy(keys)[None].float(), *cell)[0].numpy())


def _memory_pictures(clip: Clip, recorded: Recorded, cell: Cell) -> Iterator[MemoryPicture]:
    """Lay a cell's attention over the search regions of the frames in the memory."""
    trace, attention = recorded.trace, attention_over_memory(recorded, cell)
    for number, frame in enumerate(trace.memory_frames[:MOST_FRAMES]):
        crop = pictures.region_picture(clip.frame(frame), recorded.in_memory(frame).trace.region, SMALL)
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
        cell = _cell_of(question, trace) if trace and gate in trace.features else None
        value = None
        if trace and cell:
            value = float(trace.features[gate][:, cell[0], cell[1]].mean(dtype=np.float32))
        series += [value] * min(traces.stride, frames - index)
    return series


def _cell_of(question: PixelQuestion, trace: StoredTrace) -> Cell | None:
    """Return the feature cell that holds the pixel; None outside the search region."""
    rows, columns = next(iter(trace.features.values())).shape[1:]
    return cell_of((question.y, question.x), trace.region, (rows, columns))
