"""The engine as a whole: parity with the release, and its behaviour on drawn clips with a stub for the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from llb.config import InferenceConfig
from llb.inference import VideoSegmenter
from llb.types import BranchOutputs, FrameFeatures, TraceRequest
from tests.parity.engine import check_engine, thin
from tests.support.clips import Array, iou, square_clip
from tests.support.fakes import StubModel
from tests.support.runs import CROP, ONE, TWO, masks_of, run

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "reference" / "engine_fixture.npz"
THIN = ROOT / "tests" / "fixtures" / "engine_thin.npz"


def fixture_arrays() -> dict[str, Array]:
    with np.load(SHARED if SHARED.exists() else THIN) as arrays:
        return dict(arrays)


def test_parity_with_the_released_loop() -> None:
    failed = [check for check in check_engine(fixture_arrays()) if not check.ok]
    assert failed == []


def test_parity_notices_what_is_wrong() -> None:
    arrays = thin(fixture_arrays(), 6)
    arrays["region"] = arrays["region"] + 2
    arrays["memory_frames"] = np.where(arrays["memory_frames"] == 1, 2, arrays["memory_frames"])
    arrays["labels"] = np.roll(arrays["labels"], 3, axis=2)
    failed = {check.name for check in check_engine(arrays) if not check.ok}
    assert failed >= {"region", "memory_frames", "labels: 1 - mean IoU", "labels: 1 - least IoU"}
    assert not failed & {"pos", "target_size", "target_scale", "crop_mean", "prob"}


def test_follows_two_squares() -> None:
    rgb, labels = square_clip(14, TWO)
    results = run(rgb, masks_of(labels[0]))
    for result, truth in zip(results, labels, strict=True):
        assert result.targets == (1, 2)
        assert result.prob.shape == (3, 96, 144)
        np.testing.assert_allclose(result.prob.sum(0), 1, atol=1e-5)
        for target in (1, 2):
            assert iou(result.labels == target, truth == target) > 0.95
    assert [result.index for result in results] == list(range(14))


def test_first_frame_is_what_was_given() -> None:
    rgb, labels = square_clip(1, TWO)
    result = run(rgb, masks_of(labels[0]))[0]
    np.testing.assert_array_equal(result.labels, labels[0])


def test_overlapping_masks_go_to_the_smallest_id() -> None:
    rgb, labels = square_clip(1, ONE)
    result = run(rgb, {5: labels[0] == 1, 2: labels[0] == 1})[0]
    assert result.targets == (2, 5)
    assert set(np.unique(result.labels)) == {0, 2}


def test_encodes_once_per_change_of_the_memory() -> None:
    rgb, labels = square_clip(14, ONE)
    model = StubModel(crop=CROP)
    run(rgb, masks_of(labels[0]), model=model)
    # frames 0, 3 and 8 are in the memory; 13 would join at frame 14
    once = {"encode_target": 3, "update_memory": 3, "fit_filter": 3}
    assert model.calls == {"extract": 14, "run_branches": 13, "decode": 13} | once


def test_all_targets_go_through_the_model_at_once_and_none_the_worse() -> None:
    rgb, labels = square_clip(6, TWO)
    model = StubModel(crop=CROP)
    both = run(rgb, masks_of(labels[0]), trace=TraceRequest(), model=model)
    assert (model.calls["extract"], model.calls["decode"], model.calls["run_branches"]) == (2 + 5, 5, 10)
    for target in (1, 2):
        alone = run(rgb, {target: labels[0] == target}, trace=TraceRequest())
        for one, other in zip(both, alone, strict=True):
            traced = {trace.target: trace for trace in one.traces}[target]
            np.testing.assert_array_equal(traced.region, other.traces[0].region)
            if one.index:
                np.testing.assert_allclose(traced.logits, other.traces[0].logits, atol=1e-4)


def test_late_target_has_its_own_clock() -> None:
    rgb, labels = square_clip(12, TWO)
    segmenter = VideoSegmenter(StubModel(crop=CROP), InferenceConfig(interval=3))
    segmenter.start(rgb[0], {1: labels[0] == 1})
    for index in range(1, 12):
        if index == 4:
            segmenter.add_target(2, labels[4] == 2)
        result = segmenter.step(rgb[index], TraceRequest())
        assert result.targets == ((1,) if index < 4 else (1, 2))
        for target in result.targets:
            assert iou(result.labels == target, labels[index] == target) > 0.95
        if index == 4:
            np.testing.assert_array_equal(result.labels == 2, labels[4] == 2)
            assert result.traces[1].transduced is None
    assert result.traces[0].memory_frames == (0, 1, 4, 7, 10)
    assert result.traces[1].memory_frames == (4, 5, 8)


def test_late_target_takes_its_pixels_from_the_others() -> None:
    rgb, labels = square_clip(3, ONE)
    segmenter = VideoSegmenter(StubModel(crop=CROP))
    segmenter.start(rgb[0], {1: labels[0] == 1})
    half = labels[1] == 1
    half[:28] = False
    segmenter.add_target(9, half)
    result = segmenter.step(rgb[1])
    np.testing.assert_array_equal(result.labels == 9, half)
    assert (result.labels == 1).any()


def test_memory_of_one_keeps_the_first_frame() -> None:
    rgb, labels = square_clip(8, ONE)
    config = InferenceConfig(memory_size=1, interval=3)
    results = run(rgb, masks_of(labels[0]), config, TraceRequest())
    assert {result.traces[0].memory_frames for result in results} == {(0,)}
    assert [result.traces[0].in_memory for result in results] == [True] + [False] * 7


def test_no_update_steps_leave_the_filter() -> None:
    rgb, labels = square_clip(8, ONE)
    model = StubModel(crop=CROP)
    run(rgb, masks_of(labels[0]), InferenceConfig(steps_update=0), model=model)
    assert model.calls["fit_filter"] == 1
    assert model.calls["update_memory"] == 2


class TauRecorder(StubModel):
    """Keeps the tau of each segmented frame; the stub's tau is its number of steps."""

    def __init__(self) -> None:
        super().__init__(crop=CROP)
        self.taus: list[float] = []

    def run_branches(self, features: FrameFeatures, encoded: Tensor, value: Tensor, tau: Tensor) -> BranchOutputs:
        self.taus.append(tau.mean().item())
        return super().run_branches(features, encoded, value, tau)


def test_filter_is_refined_from_where_it_was() -> None:
    rgb, labels = square_clip(10, ONE)
    model = TauRecorder()
    run(rgb, masks_of(labels[0]), InferenceConfig(interval=5, steps_first=7, steps_update=2), model=model)
    assert model.taus == [7.0] * 3 + [9.0] * 5 + [11.0]


def test_vanished_target_keeps_its_region_and_is_found_again() -> None:
    rgb, labels = square_clip(9, ONE, velocity=(0, 1))
    rgb[4:7] = rgb[4, :1, :1]
    results = run(rgb, masks_of(labels[0]), trace=TraceRequest())
    assert not any((result.labels == 1).any() for result in results[4:7])
    assert results[5].traces[0].region == results[6].traces[0].region == results[7].traces[0].region
    assert iou(results[8].labels == 1, labels[8] == 1) > 0.95


@pytest.mark.parametrize("scaled", [True, False])
def test_small_targets_move_their_region_only_with_a_scaled_least_area(scaled: bool) -> None:
    rgb, labels = square_clip(12, ONE, velocity=(0, 4), side=8)
    config = InferenceConfig(scale_min_mask_area=scaled)
    results = run(rgb, masks_of(labels[0]), config, TraceRequest())
    first, last = (results[index].traces[0].region for index in (1, 11))
    assert (last.x0 > first.x0 + 20) == scaled


def test_least_area_never_grows_with_the_frame() -> None:
    masks = np.zeros((3, 600, 1000), bool)
    for index, mask in enumerate(masks):
        mask[300:311, 500 + 4 * index : 511 + 4 * index] = True  # 121 pixels, where 146 would be the frame's share
    rgb = np.where(masks[..., None], np.uint8(220), np.uint8(60)).repeat(3, axis=3)
    results = run(rgb, {1: masks[0]}, trace=TraceRequest())
    assert results[2].traces[0].region.x0 > results[1].traces[0].region.x0


def test_exact_paste_is_where_the_target_is() -> None:
    rgb, labels = square_clip(6, {1: (34, 50)}, velocity=(0, 0))
    exact, released = (
        run(rgb, masks_of(labels[0]), InferenceConfig(exact_paste=flag))[5].prob[1] for flag in (True, False)
    )
    rows = np.arange(96)
    centre = [float((prob.sum(1) * rows).sum() / prob.sum()) for prob in (exact, released)]
    assert centre[0] == pytest.approx(40.5, abs=0.15)
    assert centre[1] < 40.2


def test_search_factor_sets_the_size_of_the_region() -> None:
    rgb, labels = square_clip(1, {1: (40, 60)})
    for factor in (2.0, 4.0):
        region = (
            run(rgb, masks_of(labels[0]), InferenceConfig(search_factor=factor), TraceRequest())[0].traces[0].region
        )
        area = (region.y1 - region.y0) * (region.x1 - region.x0)
        assert area == pytest.approx((14 * factor) ** 2, rel=0.05)


def test_segmenters_share_a_model_and_restart_afresh() -> None:
    rgb, labels = square_clip(5, TWO)
    model = StubModel(crop=CROP)
    alone = run(rgb, {1: labels[0] == 1})
    first, second = VideoSegmenter(model), VideoSegmenter(model)
    first.start(rgb[0], {2: labels[0] == 2})
    first.step(rgb[1])
    second.start(rgb[0], {2: labels[0] == 2})
    results = [first.start(rgb[0], {1: labels[0] == 1})]
    for frame in rgb[1:]:
        second.step(frame)
        results.append(first.step(frame))
    for a, b in zip(alone, results, strict=True):
        assert b.targets == (1,)
        np.testing.assert_array_equal(a.prob, b.prob)


def test_result_and_trace_are_the_callers_to_change() -> None:
    rgb, labels = square_clip(5, ONE)
    expected = run(rgb, masks_of(labels[0]), trace=TraceRequest())
    segmenter = VideoSegmenter(StubModel(crop=CROP))
    result = segmenter.start(rgb[0], masks_of(labels[0]), TraceRequest())
    for index in range(1, 5):
        result.prob[:] = 0
        for name in ("value", "label", "crop", "mask"):
            getattr(result.traces[0], name)[:] = 0
        result = segmenter.step(rgb[index], TraceRequest())
        np.testing.assert_array_equal(result.labels, expected[index].labels)


def test_read_only_and_mirrored_frames_are_understood() -> None:
    rgb, labels = square_clip(3, ONE)
    mirrored = [frame[:, ::-1] for frame in rgb]
    for frame in mirrored:
        frame.flags.writeable = False
    segmenter = VideoSegmenter(StubModel(crop=CROP))
    segmenter.start(mirrored[0], {1: labels[0, :, ::-1] == 1})
    segmenter.step(mirrored[1])
    assert iou(segmenter.step(mirrored[2]).labels == 1, labels[2, :, ::-1] == 1) > 0.95


FRAME = np.zeros((96, 144, 3), np.uint8)
MASK = np.ones((96, 144), bool)


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ({}, "mark at least one target"),
        ({1: np.zeros((96, 144), bool)}, "mask of target 1 is empty"),
        ({1: np.ones((144, 96), bool)}, "96 x 144 pixels but the frame is 144 x 96"),
        ({0: MASK}, "choose 1 to 254"),
        ({255: MASK}, "choose 1 to 254"),
    ],
)
def test_start_refuses_bad_masks(masks: dict[int, Array], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        VideoSegmenter(StubModel(crop=CROP)).start(FRAME, masks)


def test_step_and_add_target_refuse_what_does_not_fit() -> None:
    segmenter = VideoSegmenter(StubModel(crop=CROP))
    with pytest.raises(ValueError, match="call start"):
        segmenter.step(FRAME)
    with pytest.raises(ValueError, match="must be RGB uint8"):
        segmenter.start(np.zeros((96, 144, 4), np.uint8), {1: MASK})
    with pytest.raises(ValueError, match="call start"):
        segmenter.add_target(1, MASK)
    segmenter.start(FRAME, {1: MASK})
    with pytest.raises(ValueError, match="144 x 90 pixels but the clip began with 144 x 96"):
        segmenter.step(FRAME[:90])
    with pytest.raises(ValueError, match="Target 1 exists already"):
        segmenter.add_target(1, MASK)
    segmenter.add_target(2, MASK)
    with pytest.raises(ValueError, match="Target 2 exists already"):
        segmenter.add_target(2, MASK)
    assert segmenter.step(FRAME).index == 1
