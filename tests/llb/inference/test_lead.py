"""Several models on one set of search regions."""

from __future__ import annotations

import numpy as np
import pytest

from llb.inference import VideoSegmenter
from llb.model.build import build_model, for_inference
from llb.types import FrameResult, TraceRequest
from tests.support.clips import square_clip
from tests.support.fakes import StubModel
from tests.support.runs import CROP, ONE, masks_of

REQUEST = TraceRequest()


def run_together(
    lead: VideoSegmenter, follower: VideoSegmenter, frames: int = 8
) -> tuple[list[FrameResult], list[FrameResult]]:
    rgb, labels = square_clip(frames, ONE)
    masks = masks_of(labels[0])
    results = ([lead.start(rgb[0], masks, REQUEST)], [follower.start(rgb[0], masks, REQUEST)])
    for frame in rgb[1:]:
        results[0].append(lead.step(frame, REQUEST))
        results[1].append(follower.step(frame, REQUEST))
    return results


def test_a_follower_sees_exactly_what_the_lead_sees() -> None:
    lead = VideoSegmenter(StubModel(crop=CROP))
    blind = StubModel("lite/joint", CROP, sharpness=-40.0)  # takes the background for the target
    alone = VideoSegmenter(blind)
    rgb, labels = square_clip(8, ONE)
    alone.start(rgb[0], masks_of(labels[0]))
    strayed = [alone.step(frame, REQUEST).traces[0].region for frame in rgb[1:]][-1]
    led, followed = run_together(lead, VideoSegmenter(blind, lead=lead))
    for one, other in zip(led, followed, strict=True):
        assert one.traces[0].region == other.traces[0].region
        np.testing.assert_array_equal(one.traces[0].crop, other.traces[0].crop)
    assert followed[-1].traces[0].region != strayed


def test_the_backbone_runs_once_for_all() -> None:
    first, second = StubModel(crop=CROP), StubModel("lite/joint", CROP)
    lead = VideoSegmenter(first)
    run_together(lead, VideoSegmenter(second, lead=lead))
    assert first.calls["extract"] == second.calls["extract heads"] == 8
    assert second.calls["extract"] == 0


def test_the_time_of_the_backbone_is_stated_by_whoever_ran_it() -> None:
    lead = VideoSegmenter(build_model("lite/llb-2"))
    led, followed = run_together(lead, VideoSegmenter(build_model("lite/joint"), lead=lead), frames=3)
    other_precision = for_inference(build_model("lite/joint"), "bf16")
    _, strangers = run_together(lead, VideoSegmenter(other_precision, lead=lead), frames=3)
    assert (led[0].shared_seconds, followed[0].shared_seconds) == (None, None)  # their masks were given
    for one, other, stranger in zip(led[1:], followed[1:], strangers[1:], strict=True):
        assert one.shared_seconds is not None
        assert 0 < one.shared_seconds < one.seconds
        assert other.shared_seconds == 0
        assert stranger.shared_seconds is None


def test_a_thread_has_a_core_for_no_longer_than_a_frame_takes() -> None:
    lead = VideoSegmenter(build_model("lite/llb-2"))
    for result in run_together(lead, VideoSegmenter(build_model("lite/joint"), lead=lead), frames=3)[1]:
        assert result.cpu_seconds is not None
        assert 0 < result.cpu_seconds <= result.seconds + 0.01  # the two clocks tick apart


def test_a_model_that_follows_itself_gives_the_same_masks() -> None:
    model = build_model("lite/llb-3")
    lead = VideoSegmenter(model)
    led, followed = run_together(lead, VideoSegmenter(model, lead=lead), frames=4)
    for one, other in zip(led, followed, strict=True):
        np.testing.assert_array_equal(one.prob, other.prob)


def test_a_lead_that_looks_ahead_may_finish_after_its_followers() -> None:
    model = build_model("lite/llb-3")
    rgb, labels = square_clip(4, ONE)
    lead, plain = VideoSegmenter(model), VideoSegmenter(model)
    follower = VideoSegmenter(model, lead=lead)
    for segmenter in (lead, follower, plain):
        segmenter.start(rgb[0], masks_of(labels[0]))
    for frame in rgb[1:]:
        lead.read_ahead(frame)
        followed, led, alone = follower.step(frame), lead.step(frame), plain.step(frame)
        np.testing.assert_array_equal(led.prob, alone.prob)
        np.testing.assert_array_equal(followed.prob, alone.prob)


def test_what_was_looked_at_is_stepped_through_next() -> None:
    rgb, labels = square_clip(4, ONE)
    masks = masks_of(labels[0])
    segmenter = VideoSegmenter(StubModel(crop=CROP))
    segmenter.start(rgb[0], masks)
    segmenter.read_ahead(rgb[1])
    for other in (
        lambda: segmenter.read_ahead(rgb[2]),
        lambda: segmenter.observe(rgb[1], masks),
        lambda: segmenter.correct(1, masks[1]),
        lambda: segmenter.add_target(2, masks[1]),
    ):
        with pytest.raises(ValueError, match="awaits its step"):
            other()
    assert segmenter.step(rgb[1]).index == 1
    assert segmenter.step(rgb[2]).index == 2


def test_late_targets_follow_too() -> None:
    lead = VideoSegmenter(StubModel(crop=CROP))
    follower = VideoSegmenter(StubModel(crop=CROP), lead=lead)
    rgb, labels = square_clip(3, ONE)
    for segmenter in (lead, follower):
        segmenter.start(rgb[0], masks_of(labels[0]))
        segmenter.add_target(7, labels[1] == 1)
    for frame in rgb[1:]:
        one, other = lead.step(frame, REQUEST), follower.step(frame, REQUEST)
        assert [trace.region for trace in one.traces] == [trace.region for trace in other.traces]


def test_the_lead_goes_first_and_has_equal_crops() -> None:
    lead = VideoSegmenter(StubModel(crop=CROP))
    follower = VideoSegmenter(StubModel(crop=CROP), lead=lead)
    rgb, labels = square_clip(3, ONE)
    with pytest.raises(ValueError, match="not seen frame 0"):
        follower.start(rgb[0], masks_of(labels[0]))
    lead.start(rgb[0], masks_of(labels[0]))
    follower.start(rgb[0], masks_of(labels[0]))
    with pytest.raises(ValueError, match="not seen frame 1"):
        follower.step(rgb[1])
    lead.step(rgb[1])
    assert follower.step(rgb[1]).index == 1
    with pytest.raises(ValueError, match="equal crops"):
        VideoSegmenter(StubModel(crop=(64, 64)), lead=lead)
