"""The search region: its course over time, cutting, pasting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from llb.inference.search_region import (
    OUTSIDE_LOGIT,
    Placement,
    TargetState,
    cell_of,
    cut_image,
    cut_mask,
    follow,
    paste,
    place,
    start_state,
)
from llb.types import SearchRegion
from tests.support.clips import Array

CROP = (48, 80)
IMAGE = (120, 200)


def box_mask(top: int, left: int, height: int, width: int, image: tuple[int, int] = IMAGE) -> Array:
    mask = np.zeros(image, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def state_at(y: float, x: float, scale: float) -> TargetState:
    return TargetState((y, x), (10.0, 10.0), scale, (10.0, 10.0), scale)


def ramp(image: tuple[int, int]) -> torch.Tensor:
    """An image whose two channels are the row and the column of each pixel."""
    return torch.stack(torch.meshgrid(torch.arange(image[0]), torch.arange(image[1]), indexing="ij")).float()


def test_starts_at_the_bounding_box() -> None:
    state = start_state(box_mask(30, 50, 11, 20), CROP, 5.0)
    assert state.position == (35.0, 59.5)
    assert state.size == (11.0, 20.0)
    assert state.scale == pytest.approx((11 * 20 * 25 / (48 * 80)) ** 0.5)


def test_follows_the_first_moments_of_a_soft_mask() -> None:
    state = start_state(box_mask(30, 50, 20, 20), CROP, 5.0)
    prob = torch.zeros(IMAGE)
    prob[40:60, 70:80] = 1.0
    prob[40:60, 80:90] = 0.5
    moved = follow(state, prob, 100.0)
    assert moved.position[0] == pytest.approx(49.5)
    assert moved.position[1] == pytest.approx((74.5 * 2 + 84.5) / 3, abs=1e-4)


@given(st.integers(2, 100), st.integers(2, 150), st.floats(0.8, 1.2))
def test_scale_changes_within_bounds_and_size_keeps_its_aspect(height: int, width: int, scale: float) -> None:
    state = start_state(box_mask(30, 50, 20, 30), CROP, 5.0)
    state = replace(state, scale=scale)
    prob = torch.from_numpy(box_mask(5, 5, height, width)).float()
    moved = follow(state, prob, 0.0)
    assert 0.95 * scale - 1e-9 <= moved.scale <= 1.1 * scale + 1e-9
    assert moved.size[1] / moved.size[0] == pytest.approx(1.5)
    assert moved.size[0] == pytest.approx(20 * moved.scale / state.start_scale)


def test_scale_is_four_deviations_over_the_start() -> None:
    state = start_state(box_mask(30, 50, 40, 40), CROP, 5.0)
    prob = torch.from_numpy(box_mask(30, 50, 36, 36)).float()
    expected = 4 * np.arange(36).std() / 40
    assert 0.95 < expected < 1.1
    assert follow(state, prob, 100.0).scale == pytest.approx(state.scale * expected)


@pytest.mark.parametrize(("area", "stays"), [(99, True), (101, False)])
def test_stays_where_the_mask_says_too_little(area: int, stays: bool) -> None:
    state = start_state(box_mask(30, 50, 20, 20), CROP, 5.0)
    prob = torch.zeros(IMAGE)
    prob[80, :area] = 1.0
    assert (follow(state, prob, 100.0) == state) == stays


def test_an_empty_mask_moves_nothing_even_without_a_least_area() -> None:
    state = start_state(box_mask(30, 50, 20, 20), CROP, 5.0)
    assert follow(state, torch.zeros(IMAGE), 0.0) == state


def test_tracking_moves_the_centre_by_half_a_cell_and_cuts_to_whole_pixels() -> None:
    still = place(state_at(60.0, 100.0, 1.0), IMAGE, CROP, tracking=False).region
    moved = place(state_at(60.0, 100.0, 1.0), IMAGE, CROP, tracking=True).region
    assert (moved.y0 - still.y0, moved.x0 - still.x0) == (8, 8)
    cut = place(state_at(60.9, 100.9, 1.0), IMAGE, CROP, tracking=True).region
    assert cut == moved
    sizes = [place(state_at(60.0, 100.0, 0.999), IMAGE, CROP, tracking=flag).region for flag in (True, False)]
    assert [region.y1 - region.y0 for region in sizes] == [47, 48]


@settings(max_examples=300)
@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.05, 12),
    st.tuples(st.integers(30, 400), st.integers(30, 400)),
    st.booleans(),
)
def test_region_is_inside_or_centred_and_one_axis_always_fits(
    y: float, x: float, scale: float, image: tuple[int, int], tracking: bool
) -> None:
    placement = place(state_at(y * image[0], x * image[1], scale), image, CROP, tracking)
    region, step = placement.region, placement.step
    axes = ((region.y0, region.y1, image[0]), (region.x0, region.x1, image[1]))
    assert any(end - start <= length + step for start, end, length in axes)
    for start, end, length in axes:
        before, after = max(0, -start), max(0, end - length)
        if end - start + step <= length:
            assert before < step
            assert after < step
        else:
            assert abs(before - after) <= 2 * step
    assert 1 <= step <= max(1.0, scale)


def test_shrinks_until_the_major_axis_fits() -> None:
    # 4 x (48, 80) = (192, 320) over (120, 200): both too large by 1.6, so both axes fit after shrinking
    region = place(state_at(60.0, 100.0, 4.0), IMAGE, CROP, tracking=True).region
    assert region == SearchRegion(0, 0, 120, 200)
    # on a flat image the height cannot fit: shrink by the width alone, and centre
    flat = place(state_at(20.0, 100.0, 4.0), (60, 200), CROP, tracking=True).region
    assert flat == SearchRegion(-30, 0, 90, 200)


def test_a_region_wider_than_the_image_on_one_axis_only_does_not_shrink() -> None:
    region = place(state_at(30.0, 100.0, 2.0), (60, 200), CROP, tracking=True).region
    assert (region.y1 - region.y0, region.x1 - region.x0) == (96, 160)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7, 2.05, 2.5, 3.4, 4.6])
@pytest.mark.parametrize("position", [(250, 403), (251, 404), (252, 405), (253, 406)])
def test_crop_shows_the_pixels_of_its_region(scale: float, position: tuple[int, int]) -> None:
    image = (500, 800)
    placement = place(state_at(*position, scale), image, CROP, tracking=True)
    region = placement.region
    crop = cut_image(ramp(image), placement, CROP)[0]
    assert placement.step == max(1, int(scale - 0.1))
    for axis, (start, end) in enumerate(((region.y0, region.y1), (region.x0, region.x1))):
        expected = start - 0.5 + (np.arange(CROP[axis]) + 0.5) * (end - start) / CROP[axis]
        seen = crop[axis].mean(1 - axis).numpy()
        assert np.abs(seen - expected)[2:-2].max() <= 0.51


def test_border_is_repeated_for_images_and_empty_for_masks() -> None:
    placement = Placement(SearchRegion(-4, -6, 44, 74), (-4, -6), CROP, 1)
    crop = cut_image(ramp(IMAGE), placement, CROP)[0]
    assert crop[0, :, 20].tolist() == [0.0] * 4 + list(range(44))
    assert crop[1, 20].tolist() == [0.0] * 6 + list(range(74))
    mask = cut_mask(torch.ones(IMAGE), placement, CROP)[0, 0]
    assert mask.sum() == 44 * 74
    assert mask[:4].sum() == mask[:, :6].sum() == 0


def test_masks_are_resized_to_the_nearest_even_soft_ones() -> None:
    mask = torch.zeros(IMAGE)
    mask[:, 100:] = 0.7
    crop = cut_mask(mask, Placement(SearchRegion(20, 60, 80, 160), (20, 60), (60, 100), 1), CROP)
    assert crop.unique().tolist() == pytest.approx([0.0, 0.7])


@given(st.integers(-20, 110), st.integers(-20, 190), st.integers(2, 140), st.integers(2, 220))
def test_paste_covers_the_region_within_the_image(y0: int, x0: int, height: int, width: int) -> None:
    region = SearchRegion(y0, x0, y0 + height, x0 + width)
    canvas = paste(torch.full((1, 1, *CROP), 3.0), region, IMAGE)
    expected = torch.full(IMAGE, OUTSIDE_LOGIT)
    expected[max(y0, 0) : max(y0 + height, 0), max(x0, 0) : max(x0 + width, 0)] = 3.0
    torch.testing.assert_close(canvas, expected)


def test_cut_and_paste_agree_on_positions() -> None:
    placement = place(state_at(50.0, 90.0, 1.9), IMAGE, CROP, tracking=True)
    region = placement.region
    rows, columns = slice(region.y0 + 4, region.y1 - 4), slice(region.x0 + 4, region.x1 - 4)
    for channel, values in enumerate(ramp(IMAGE)):
        crop = cut_image(ramp(IMAGE), placement, CROP)[:, channel : channel + 1]
        torch.testing.assert_close(paste(crop, region, IMAGE)[rows, columns], values[rows, columns], atol=0.05, rtol=0)


def test_cell_of_a_pixel() -> None:
    region = SearchRegion(-10, 20, 38, 100)
    assert cell_of((-10, 20), region, (3, 5)) == (0, 0)
    assert cell_of((37, 99), region, (3, 5)) == (2, 4)
    assert cell_of((6, 36), region, (3, 5)) == (1, 1)
    assert cell_of((5, 35), region, (3, 5)) == (0, 0)
    assert cell_of((38, 50), region, (3, 5)) is None
    assert cell_of((0, 19), region, (3, 5)) is None
