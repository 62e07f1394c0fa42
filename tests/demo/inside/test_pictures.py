"""Pictures are exact functions of arrays."""

from __future__ import annotations

import numpy as np
import pytest

from demo.inside import pictures
from demo.inside.pictures import Basis
from llb.types import SearchRegion


def test_numbers_run_from_dark_to_light_over_their_range() -> None:
    row = pictures.sequential(np.linspace(2, 4, 256, dtype=np.float32)[None], 2, 4)[0].astype(int)
    brightness = row @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(brightness) > -1).all()
    assert brightness[-1] - brightness[0] > 150
    outside = pictures.sequential(np.array([[1.0, 9.0]], np.float32), 2, 4)[0]
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


def test_heat_is_orange_where_the_weight_is_and_bright_elsewhere() -> None:
    picture = pictures.heat(np.full((40, 60, 3), 100, np.uint8), np.array([[0.0, 0.0, 0.5]]), most=0.5).astype(int)
    assert picture[20, 55, 0] > picture[20, 55, 2] + 150
    assert (picture[20, 5] >= 100).all()


def test_the_asking_cell_is_outlined() -> None:
    picture = pictures.cell_marked(np.full((60, 80, 3), 100, np.uint8), (1, 2), (3, 4))
    assert picture[20, 50].tolist() == picture[30, 40].tolist() == [255, 255, 255]
    assert (picture[10, 10] == 100).all()


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


def test_channels_that_are_always_zero_have_no_part_in_the_axes() -> None:
    cells = np.random.default_rng(0).normal(size=(500, 6)) + 3
    cells[:, [0, 4]] = 0
    basis = pictures.fit_basis(cells)
    assert np.abs(basis.axes[:, [0, 4]]).max() < 1e-12
    assert basis.mean == pytest.approx(cells.mean(0))


def test_feature_picture_spreads_the_range_over_the_colours() -> None:
    basis = Basis(np.ones(4), np.eye(4)[:3], np.zeros(3), np.full(3, 2.0), 1.0)
    feature = np.ones((4, 1, 3), np.float32)
    feature[:, 0, 1] += (2, 1, 0, 9)
    feature[:, 0, 2] += (5, -5, 2, 0)
    picture = pictures.feature_picture(feature, basis)
    assert picture.tolist() == [[[0, 0, 0], [255, 128, 0], [255, 0, 255]]]
