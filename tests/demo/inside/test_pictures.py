"""Pictures are exact functions of arrays."""

from __future__ import annotations

import numpy as np
import pytest

from demo.inside import pictures
from demo.inside.pictures import Basis, Centre
from llb.types import SearchRegion


def test_cividis_runs_from_dark_to_light_over_a_fixed_range() -> None:
    row = pictures.cividis(np.linspace(0, 1, 256, dtype=np.float32)[None])[0].astype(int)
    brightness = row @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(brightness) > -1).all()
    assert brightness[-1] - brightness[0] > 150
    outside = pictures.cividis(np.array([[-1.0, 2.0]], np.float32))[0]
    assert (outside == row[[0, -1]]).all()


def test_region_picture_repeats_the_border() -> None:
    frame = np.full((40, 40, 3), 90, np.uint8)
    frame[0] = 250
    picture = pictures.region_picture(frame, SearchRegion(-20, 0, 40, 40), width=40)
    assert picture.shape == (60, 40, 3)
    assert (picture[:21] == 250).all()
    assert (picture[30, 10] == 90).all()


def test_channels_reduce_by_name_or_number() -> None:
    feature = np.arange(12, dtype=np.float16).reshape(3, 2, 2)
    assert pictures.reduce(feature, "mean").tolist() == [[4, 5], [6, 7]]
    assert pictures.reduce(feature, "max").tolist() == [[8, 9], [10, 11]]
    assert pictures.reduce(feature, "1").tolist() == [[4, 5], [6, 7]]
    for wrong in ("3", "-1", "median", ""):
        with pytest.raises(ValueError, match="choose 0 to 2"):
            pictures.reduce(feature, wrong)


def test_diverging_is_white_at_nothing_and_equally_strong_on_both_sides() -> None:
    row = pictures.diverging(np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]]))[0].tolist()
    assert row[2] == [255, 255, 255]
    assert row[0] == row[1] == [33, 102, 172]
    assert row[3] == row[4] == [178, 24, 43]


def test_heat_is_brightest_where_the_weight_is() -> None:
    picture = pictures.heat(np.full((40, 60, 3), 100, np.uint8), np.array([[0.0, 0.0, 0.5]]), most=0.5).astype(int)
    assert picture[20, 55].sum() > picture[20, 5].sum() + 200
    assert (picture[20, 5] <= 100).all()


def test_the_filtered_frame_is_grey_where_the_mask_is_empty() -> None:
    mask = np.array([[255, 255, 0, 0]], np.uint8)
    picture = pictures.background_filtered(np.full((10, 40, 3), 200, np.uint8), mask)
    assert (picture[:, :10] == 200).all()
    assert (picture[:, 30:] == 127).all()


def test_basis_finds_the_axes_of_most_variance() -> None:
    random = np.random.default_rng(0)
    scales = np.array([0.1, 5.0, 0.1, 3.0, 1.0, 0.1])
    basis = pictures.fit_basis(random.normal(size=(4000, 6)) * scales)
    assert np.abs(basis.axes).argmax(1).tolist() == [1, 3, 4]
    assert (np.take_along_axis(basis.axes, np.abs(basis.axes).argmax(1)[:, None], 1) > 0).all()
    assert basis.explained == pytest.approx(35 / 35.03, abs=0.01)


def test_centre_brings_any_output_to_one_range() -> None:
    cells = np.random.default_rng(0).normal(size=(500, 4)) * 30 + 7
    centred = pictures.Centre.of(cells).remove(cells)
    assert centred.mean(0) == pytest.approx(np.zeros(4), abs=1e-9)
    assert np.sqrt((centred**2).mean()) == pytest.approx(1)


def test_feature_picture_spreads_the_range_over_the_colours() -> None:
    basis = Basis(np.eye(4)[:3], np.zeros(3), np.full(3, 2.0), 1.0)
    feature = np.ones((4, 1, 3), np.float32)
    feature[:, 0, 1] += (2, 1, 0, 9)
    feature[:, 0, 2] += (5, -5, 2, 0)
    picture = pictures.feature_picture(feature, Centre(np.ones(4), 1.0), basis)
    assert picture.tolist() == [[[0, 0, 0], [255, 128, 0], [255, 0, 255]]]
