"""A target that hides and returns elsewhere: it is found again, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llb.config import InferenceConfig
from llb.inference import VideoSegmenter
from llb.inference.lost_target import FIRST, MOST_WINDOWS, PATIENCE, Search, Sight, search_windows
from llb.inference.search_region import TargetState, place
from llb.types import FrameResult, TraceRequest
from tests.support.clips import COLOURS, Array, iou, square_clip
from tests.support.fakes import StubModel
from tests.support.runs import CROP, run

SEARCHING = InferenceConfig(search_again=True)
HERE, THERE = (10, 10), (76, 124)  # two corners of the frame; a search region at one does not reach the other
SIDE = 8
HIDES, RETURNS, END = 10, 20, 64
SURE, UNSURE, EMPTY = Sight(100.0, 0.99), Sight(100.0, 0.8), Sight(0.0, 0.0)


def put(rgb: Array, frames: slice, place: tuple[int, int], colour: tuple[int, int, int]) -> None:
    rgb[frames, place[0] : place[0] + SIDE, place[1] : place[1] + SIDE] = colour


def at(place: tuple[int, int], margin: int = 0) -> Array:
    mask = np.zeros((96, 144), bool)
    top, left, side = place[0] - margin, place[1] - margin, SIDE + 2 * margin
    mask[top : top + side, left : left + side] = True
    return mask


@pytest.fixture
def clip() -> Array:
    """A red square that stays, is gone from frame 10 on, and from frame 20 on stays elsewhere."""
    rgb, _ = square_clip(END, {})
    put(rgb, slice(0, HIDES), HERE, COLOURS[1])
    put(rgb, slice(RETURNS, END), THERE, COLOURS[1])
    return rgb


def found(results: list[FrameResult], where: tuple[int, int], target: int = 1) -> list[int]:
    """List the frames in which a target is marked at a place."""
    return [result.index for result in results if iou(result.labels == target, at(where)) > 0.8]


def test_is_found_where_it_returns_and_marked_nowhere_until_then(clip: Array) -> None:
    results = run(clip, {1: at(HERE)}, SEARCHING)
    frames = found(results, THERE)
    assert frames[0] < HIDES + PATIENCE + 2 * MOST_WINDOWS - 10  # within a round
    assert frames == list(range(frames[0], END))
    assert not any(result.labels.any() for result in results[HIDES:RETURNS])
    for result in results[RETURNS:]:  # a window may first show a part of it
        assert not (result.labels.astype(bool) & ~at(THERE, margin=2)).any()


def test_stays_lost_as_released(clip: Array) -> None:
    assert found(run(clip, {1: at(HERE)}), THERE) == []


def test_is_looked_for_only_while_it_is_lost(clip: Array) -> None:
    seen = clip[:HIDES]
    for one, other in zip(run(seen, {1: at(HERE)}, SEARCHING), run(seen, {1: at(HERE)}), strict=True):
        np.testing.assert_array_equal(one.prob, other.prob)
    regions = [result.traces[0].region for result in run(clip, {1: at(HERE)}, SEARCHING, TraceRequest())]
    lost = HIDES + PATIENCE
    assert len(set(regions[5:lost])) == 1
    assert len(set(regions[lost:RETURNS])) > 3


def test_no_frame_without_the_target_joins_the_memory(clip: Array) -> None:
    results = run(clip, {1: at(HERE)}, SEARCHING, TraceRequest())
    back = next(result.index for result in results[HIDES:] if result.labels.any())
    remembered = results[-1].traces[0].memory_frames
    assert [frame for frame in remembered if frame < back] == [0, 3, 8]
    assert max(remembered) > back
    assert all(result.traces[0].in_memory == (result.index in remembered) for result in results[:-1])


def test_a_look_alike_of_which_the_model_is_not_sure_is_not_adopted(clip: Array) -> None:
    put(clip, slice(HIDES, END), (40, 60), (150, 62, 62))
    results = run(clip, {1: at(HERE)}, SEARCHING)
    assert found(results, (40, 60)) == []
    assert found(results, THERE)[-1] == END - 1
    put(clip, slice(RETURNS, END), THERE, (75, 75, 75))
    assert not any(result.labels.any() for result in run(clip, {1: at(HERE)}, SEARCHING)[HIDES:])


def test_what_another_target_holds_is_not_adopted() -> None:
    rgb, _ = square_clip(END, {})
    put(rgb, slice(0, HIDES), HERE, COLOURS[1])
    put(rgb, slice(0, END), THERE, COLOURS[1])
    results = run(rgb, {1: at(HERE), 2: at(THERE)}, SEARCHING)
    assert found(results, THERE, target=2) == list(range(END))
    assert not any((result.labels == 1).any() for result in results[HIDES:])


def test_a_follower_looks_where_its_lead_looks(clip: Array) -> None:
    lead = VideoSegmenter(StubModel(crop=CROP), SEARCHING)
    follower = VideoSegmenter(StubModel("lite/joint", CROP), InferenceConfig(), lead)
    request = TraceRequest()
    pairs = [(each.start(clip[0], {1: at(HERE)}, request)) for each in (lead, follower)]
    for frame in clip[1:]:
        pairs = [each.step(frame, request) for each in (lead, follower)]
        assert pairs[0].traces[0].region == pairs[1].traces[0].region
    for result in pairs:
        assert found([result], THERE) == [END - 1]


def test_known_frames_are_taken_as_they_are(clip: Array) -> None:
    segmenter = VideoSegmenter(StubModel(crop=CROP), SEARCHING)
    segmenter.start(clip[0], {1: at(HERE)})
    for frame in clip[1:6]:
        home = segmenter.observe(frame, {1: at(HERE)}, TraceRequest()).traces[0].region
    for frame in clip[HIDES:RETURNS]:
        assert segmenter.observe(frame, {}, TraceRequest()).traces[0].region == home
    results = [segmenter.step(frame) for frame in clip[RETURNS:]]
    assert found(results, THERE)[-1] == results[-1].index


def test_a_correction_ends_the_search(clip: Array) -> None:
    segmenter = VideoSegmenter(StubModel(crop=CROP), SEARCHING)
    segmenter.start(clip[0], {1: at(HERE)})
    for frame in clip[1:RETURNS]:
        segmenter.step(frame)
    segmenter.correct(1, at(THERE))
    results = [segmenter.step(frame) for frame in clip[RETURNS:]]
    assert found(results, THERE) == [result.index for result in results]


def state(scale: float = 0.5) -> TargetState:
    return TargetState((40.0, 30.0), (20.0, 20.0), scale, (20.0, 20.0), scale)


def test_what_is_found_is_surely_it_and_of_about_its_size() -> None:
    search = Search(state())
    for _ in range(FIRST):
        search.note(state(), SURE, 10.0)
    for sight in (replace(SURE, area=9.0), replace(SURE, area=500.0), replace(SURE, certainty=0.95), UNSURE, EMPTY):
        assert not search.is_found(sight, 5.0)
    assert search.is_found(SURE, 5.0)
    assert not search.may_join(SURE, 5.0)  # the next frame tells whether it was right
    search.note(state(), SURE, 5.0)
    assert search.may_join(SURE, 5.0)


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("image", [(480, 854), (360, 640), (854, 480)])
def test_the_windows_of_a_round_cover_the_frame(scale: float, image: tuple[int, int]) -> None:
    crop, home = (240, 416), state(scale)
    windows = search_windows(home, scale, image, crop)
    assert windows[::3] == [home] * len(windows[::3])
    assert len(windows) - len(windows[::3]) <= MOST_WINDOWS
    covered = np.zeros(image, bool)
    for window in windows:
        region = place(window, image, crop, tracking=True).region
        covered[max(region.y0, 0) : region.y1, max(region.x0, 0) : region.x1] = True
    assert covered.mean() > 0.97  # a window is moved by half a cell


def test_a_target_that_is_always_hard_to_see_is_measured_by_itself() -> None:
    search, often = Search(state()), replace(SURE, certainty=0.9)
    for _ in range(20):
        search.note(state(), often, 10.0)
    assert search.shows(often, 10.0)
    assert search.is_found(often, 10.0)
    assert not search.shows(UNSURE, 10.0)


def test_what_is_found_and_gone_at_once_is_looked_for_at_once() -> None:
    search = Search(state())
    for sight in (SURE, *[EMPTY] * PATIENCE):
        assert search.next_window((480, 854), (240, 416)) is None
        search.note(state(), sight, 10.0)
    assert search.next_window((480, 854), (240, 416)) is not None
    assert search.is_found(SURE, 10.0)
    search.note(state(), EMPTY, 10.0)
    assert search.next_window((480, 854), (240, 416)) is not None
