"""What the gates let through, as formulas."""

from __future__ import annotations

import numpy as np
import pytest

from demo.inside.let_through import ObjectMeans, contribution, places_on_object, share_let_through


def test_the_share_weighs_each_channel_by_its_size() -> None:
    feature = np.array([3.0, -1.0, 0.0], np.float16)[:, None, None]
    gate = np.array([0.5, 1.0, 0.1], np.float16)[:, None, None]
    assert share_let_through(feature, gate).item() == pytest.approx((1.5 + 1.0) / 4)
    assert contribution(feature, gate).item() == pytest.approx(2.5)
    assert contribution(feature, None).item() == pytest.approx(4)


def test_a_gate_of_one_lets_all_through_and_nothing_has_no_share() -> None:
    feature = np.zeros((2, 1, 2), np.float32)
    feature[:, 0, 1] = (2, -3)
    share = share_let_through(feature, np.ones_like(feature))
    assert np.isnan(share[0, 0])
    assert share[0, 1] == 1
    assert ObjectMeans.of(share, np.array([[True, False]])) == ObjectMeans(None, 1.0)


def test_a_place_is_on_the_object_if_more_than_half_of_it_is() -> None:
    mask = np.zeros((8, 16), np.uint8)
    mask[:, 4:11] = 255
    assert places_on_object(mask, 1, 4).tolist() == [[False, True, True, False]]
    means = ObjectMeans.of(np.array([[0.1, 0.5, 0.7, 0.3]]), places_on_object(mask, 1, 4))
    assert (means.object, means.beside) == (pytest.approx(0.6), pytest.approx(0.2))
