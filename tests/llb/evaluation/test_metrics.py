"""J and F as DAVIS defines them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from llb.evaluation.metrics import boundary, contour_accuracy, region_similarity, score
from tests.support.clips import Array

MASKS = arrays(bool, (24, 30), elements=st.booleans())
BLOBS = st.tuples(st.integers(0, 20), st.integers(0, 26), st.integers(1, 24), st.integers(1, 30))


def blob(y: int, x: int, height: int, width: int, shape: tuple[int, int] = (24, 30)) -> Array:
    mask = np.zeros(shape, bool)
    mask[y : y + height, x : x + width] = True
    return mask


def plain_contour_accuracy(a: Array, b: Array) -> float:
    """F by its definition, pixel by pixel."""
    radius = math.ceil(0.008 * math.hypot(*a.shape))
    ours, theirs = np.argwhere(boundary(a)), np.argwhere(boundary(b))
    if not len(ours) or not len(theirs):
        return float(len(ours) == len(theirs))
    near = ((ours[:, None] - theirs[None]) ** 2).sum(2) <= radius**2
    precision, recall = near.any(1).mean(), near.any(0).mean()
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def test_region_similarity_is_intersection_over_union() -> None:
    assert region_similarity(blob(0, 0, 4, 4), blob(0, 2, 4, 4)) == pytest.approx(8 / 24)


def test_empty_masks() -> None:
    empty, full = np.zeros((24, 30), bool), blob(5, 5, 6, 6)
    assert score(empty, empty).mean == 1
    for pair in ((empty, full), (full, empty)):
        assert score(*pair).j == score(*pair).f == 0


@given(MASKS, MASKS)
def test_bounds_symmetry_and_definition(a: Array, b: Array) -> None:
    both = score(a, b)
    assert 0 <= both.j <= 1
    assert 0 <= both.f <= 1
    assert score(b, a) == both
    assert both.f == pytest.approx(plain_contour_accuracy(a, b))


@given(BLOBS, BLOBS)
def test_definition_on_rectangles(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> None:
    assert contour_accuracy(blob(*a), blob(*b)) == pytest.approx(plain_contour_accuracy(blob(*a), blob(*b)))


@given(BLOBS)
def test_a_mask_matches_itself(box: tuple[int, int, int, int]) -> None:
    assert score(blob(*box), blob(*box)).mean == 1


@pytest.mark.parametrize(("shift", "expected"), [(8, 1.0), (9, 0.0)])
def test_tolerance_is_a_disk_of_eight_pixels_at_480p(shift: int, expected: float) -> None:
    # half planes: their contours are parallel lines, `shift` apart
    a, b = (blob(0, 0, 480, width, (480, 854)) for width in (400, 400 + shift))
    assert contour_accuracy(a, b) == expected


def test_tolerance_is_round() -> None:
    a, b = np.zeros((480, 854), bool), np.zeros((480, 854), bool)
    a[200, 200] = True
    for dy, dx, expected in ((0, 8, True), (6, 6, True), (8, 8, False)):
        b[:] = False
        b[200 + dy, 200 + dx] = True
        assert (contour_accuracy(a, b) == 1.0) == (expected and plain_contour_accuracy(a, b) == 1.0)
        assert contour_accuracy(a, b) == pytest.approx(plain_contour_accuracy(a, b))


def test_boundary_lies_above_and_left_of_the_change() -> None:
    expected = np.zeros((6, 6), int)
    expected[1, 1:4] = expected[3, 1:4] = expected[1:4, 1] = expected[1:4, 3] = 1
    np.testing.assert_array_equal(boundary(blob(2, 2, 2, 2, (6, 6))), expected)


def test_boundary_at_the_edge_of_the_image() -> None:
    found = boundary(blob(0, 2, 4, 2, (4, 4)))
    np.testing.assert_array_equal(found, [[0, 1, 0, 0]] * 4)


def test_refuses_masks_of_different_sizes() -> None:
    with pytest.raises(ValueError, match="resize the predicted one"):
        score(np.ones((4, 5), bool), np.ones((5, 4), bool))
