"""Run the engine on a drawn clip with a stub in place of the network."""

from __future__ import annotations

import numpy as np

from llb.config import InferenceConfig
from llb.inference import VideoSegmenter
from llb.types import FrameResult, TraceRequest
from tests.support.clips import Array
from tests.support.fakes import StubModel

CROP = (48, 80)
ONE = {1: (20, 20)}  # a target's id and where its square begins
TWO = {1: (20, 20), 2: (60, 70)}


def run(
    rgb: Array,
    masks: dict[int, Array],
    config: InferenceConfig | None = None,
    trace: TraceRequest | None = None,
    model: StubModel | None = None,
) -> list[FrameResult]:
    segmenter = VideoSegmenter(model or StubModel(crop=CROP), config)
    return [segmenter.start(rgb[0], masks, trace), *(segmenter.step(frame, trace) for frame in rgb[1:])]


def masks_of(labels: Array) -> dict[int, Array]:
    return {int(target): labels == target for target in np.unique(labels) if target}
