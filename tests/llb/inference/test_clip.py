"""A clip, frame by frame: the engine's results, read and held one at a time."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

import numpy as np

from llb.inference import VideoSegmenter
from llb.inference.clip import masks_of, segment_clip
from llb.io.video_reader import Frame
from llb.types import TraceRequest
from tests.support.command_line import HEIGHT, WIDTH, scene
from tests.support.fakes import StubModel


def endless(count: int) -> Iterator[Frame]:
    for index in range(count):
        yield Frame(index, index / 10, scene(0)[0], f"{index:05d}")


def test_segment_clip_is_the_engine_frame_by_frame() -> None:
    model = StubModel(crop=(96, 128))
    done = list(segment_clip(model, endless(4), scene(0)[1], trace=TraceRequest()))
    engine = VideoSegmenter(model)
    engine.start(scene(0)[0], masks_of(scene(0)[1], (HEIGHT, WIDTH)))
    for item in done[1:]:
        np.testing.assert_array_equal(item.result.labels, engine.step(scene(0)[0]).labels)
        assert len(item.result.traces) == 2
    assert [item.frame.index for item in done] == [0, 1, 2, 3]


def test_segment_clip_reads_no_further_than_asked() -> None:
    source = endless(100)
    next(segment_clip(StubModel(crop=(96, 128)), source, scene(0)[1]))
    assert next(source).index == 1


def test_no_frame_or_result_stays_behind() -> None:
    held: list[weakref.ref[np.ndarray]] = []
    for done in segment_clip(StubModel(crop=(96, 128)), endless(12), scene(0)[1]):
        held += [weakref.ref(array) for array in (done.frame.rgb, done.result.prob, done.result.labels)]
    del done
    assert [array for array in held if array() is not None] == []
