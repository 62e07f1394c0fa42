"""What a trace shows of a step, and that asking for one changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from llb.inference import VideoSegmenter
from llb.model.build import build_model
from llb.model.layers import TEMPERATURE
from llb.types import TraceRequest
from tests.support.clips import square_clip
from tests.support.fakes import StubModel
from tests.support.runs import CROP, ONE, masks_of, run

PIXEL = TraceRequest(pixel=(30, 30))


def test_trace_encodes_each_frame_once_and_changes_nothing() -> None:
    rgb, labels = square_clip(14, ONE)
    plain, traced = StubModel(crop=CROP), StubModel(crop=CROP)
    without = run(rgb, masks_of(labels[0]), model=plain)
    with_trace = run(rgb, masks_of(labels[0]), trace=TraceRequest(), model=traced)
    assert traced.calls == plain.calls | {"encode_target": 14}
    assert all(result.traces == () for result in without)
    for a, b in zip(without, with_trace, strict=True):
        np.testing.assert_array_equal(a.prob, b.prob)


def test_trace_tells_the_memory_and_the_fits() -> None:
    rgb, labels = square_clip(11, ONE)
    traces = [result.traces[0] for result in run(rgb, masks_of(labels[0]), trace=TraceRequest())]
    assert [index for index, trace in enumerate(traces) if trace.in_memory] == [0, 3, 8]
    assert [traces[index].memory_frames for index in (0, 3, 4, 8, 9)] == [(0,), (0,), (0, 3), (0, 3), (0, 3, 8)]
    assert {index: len(trace.few_shot_losses) for index, trace in enumerate(traces) if trace.few_shot_losses} == {
        0: 21,
        4: 4,
        9: 4,
    }
    assert traces[9].temporal_weights == pytest.approx((0.840, 0.076, 0.084), abs=1e-3)


def test_trace_of_the_first_frame_has_no_prediction() -> None:
    rgb, labels = square_clip(2, ONE)
    first, second = (result.traces[0] for result in run(rgb, masks_of(labels[0]), trace=PIXEL))
    names = ("transduced", "induced", "gate_transduced", "gate_induced", "fused", "logits", "attention")
    assert all(getattr(first, name) is None for name in names)
    assert all(getattr(second, name) is not None for name in names)
    assert second.logits is not None
    assert second.logits.shape == CROP
    assert first.value.shape == (6, 3, 5)


def test_trace_of_a_sum_has_no_gates() -> None:
    rgb, labels = square_clip(2, ONE)
    model = StubModel("lite/joint", CROP)
    trace = run(rgb, masks_of(labels[0]), trace=TraceRequest(), model=model)[1].traces[0]
    assert trace.gate_transduced is None
    assert trace.gate_induced is None
    assert trace.fused is not None


def test_trace_shows_the_background_filtered_frame() -> None:
    rgb, labels = square_clip(1, ONE)
    trace = run(rgb, masks_of(labels[0]), trace=TraceRequest())[0].traces[0]
    inside = trace.mask == 1
    assert 0 < inside.mean() < 0.5
    np.testing.assert_array_equal(trace.bff[inside], trace.crop[inside])
    assert (trace.bff[~inside] == 127).all()


def test_attention_is_one_pixels_row_and_none_outside_the_region() -> None:
    rgb, labels = square_clip(5, ONE)
    results = run(rgb, masks_of(labels[0]), trace=TraceRequest(pixel=(28, 34)))
    row = results[4].traces[0].attention
    assert row is not None
    assert row.shape == (2, 3, 5)
    assert row.sum() == pytest.approx(1, abs=1e-5)
    far = run(rgb, masks_of(labels[0]), trace=TraceRequest(pixel=(95, 143)))
    assert far[4].traces[0].attention is None


def test_keys_on_request_give_the_attention_of_any_pixel() -> None:
    rgb, labels = square_clip(6, ONE)
    segmenter = VideoSegmenter(build_model("lite/joint"))
    request = TraceRequest(pixel=(30, 30), keys=True)
    traces = [segmenter.start(rgb[0], masks_of(labels[0]), request).traces[0]]
    traces += [segmenter.step(frame, request).traces[0] for frame in rgb[1:]]
    assert [trace.memory_keys is not None for trace in traces] == [True, False, False, False, True, False]
    assert traces[0].query is None
    last, keys = traces[5], traces[4].memory_keys
    assert last.attention is not None
    assert last.query is not None
    assert keys is not None
    rows, columns = last.attention.shape[1:]
    region = last.region
    y = int((30 - region.y0) / (region.y1 - region.y0) * rows)
    x = int((30 - region.x0) / (region.x1 - region.x0) * columns)
    scores = np.einsum("k,tkhw->thw", last.query[:, y, x], keys) / TEMPERATURE
    weights = np.exp(scores - scores.max())
    np.testing.assert_allclose(weights / weights.sum(), last.attention, atol=1e-5)


def test_keys_are_left_out_unless_asked_for() -> None:
    rgb, labels = square_clip(2, ONE)
    trace = run(rgb, masks_of(labels[0]), trace=TraceRequest())[1].traces[0]
    assert trace.query is None
    assert trace.memory_keys is None
