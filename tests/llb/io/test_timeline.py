"""Times from stamps: what is in order stays exactly, and whatever comes, times rise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llb.io.timeline import steady_times

STEP = 0.04
NUMBERS = st.floats(-1e6, 1e6)


def times(stamps: list[float | None]) -> list[float]:
    return [time for time, _ in steady_times(((stamp, None) for stamp in stamps), STEP)]


@given(st.lists(st.one_of(st.none(), NUMBERS), max_size=30))
def test_times_begin_at_zero_and_rise(stamps: list[float | None]) -> None:
    found = times(stamps)
    assert len(found) == len(stamps)
    assert found[:1] in ([], [0.0])
    assert all(math.isfinite(time) for time in found)
    assert (np.diff(found) >= 0).all()


@given(NUMBERS, st.lists(st.floats(0.001, 100), max_size=20))
def test_rising_stamps_keep_their_distances(first: float, gaps: list[float]) -> None:
    stamps = list(np.cumsum([first, *gaps]))
    assert times(stamps) == [stamp - stamps[0] for stamp in stamps]


@pytest.mark.parametrize(
    ("stamps", "right"),
    [
        ([1000.0, 1000.1, 1000.3], [0, 0.1, 0.3]),
        ([0.0, 0.04, 30.0, 0.12, 0.16], [0, 0.04, 0.08, 0.12, 0.16]),
        ([0.0, 0.04, -5.0, 0.12], [0, 0.04, 0.08, 0.12]),
        ([99.0, 0.04, 0.08], [0, 0.04, 0.08]),
        ([0.0, 0.04, 7.04, 7.08], [0, 0.04, 7.04, 7.08]),
        ([5.0, 5.04, 0.0, 0.04], [0, 0.04, 0.08, 0.12]),
        ([0.0, 0.04, 0.04, 0.12], [0, 0.04, 0.08, 0.12]),
        ([None, None, None], [0, 0.04, 0.08]),
        ([None, 1.0, None, 1.08], [0, 0.04, 0.08, 0.12]),
    ],
    ids=["late", "ahead", "behind", "first", "gap", "restart", "twice", "none", "some"],
)
def test_clocks_of_all_kinds(stamps: list[float | None], right: list[float]) -> None:
    np.testing.assert_allclose(times(stamps), right, atol=1e-9)
