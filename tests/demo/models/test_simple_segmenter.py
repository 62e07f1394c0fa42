"""The two methods that make a model of one's own: what they are given, and what becomes of what they return."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from demo.models.simple_segmenter import SimpleSegmenter, SoftMask
from llb.types import Mask, Rgb

SIZE = (20, 30)
FRAME = np.zeros((*SIZE, 3), np.uint8)


class Scripted(SimpleSegmenter):
    """Predict what the test says, and keep what is taken in."""

    def __init__(self, *answers: Mapping[int, SoftMask | Mask]) -> None:
        self.answers = list(answers)
        self.taken: list[dict[int, SoftMask]] = []

    def predict(self, frame: Rgb) -> Mapping[int, SoftMask | Mask]:
        return self.answers.pop(0)

    def update(self, frame: Rgb, masks: Mapping[int, SoftMask]) -> None:
        self.taken.append({target: mask.copy() for target, mask in masks.items()})


def box(left: int, right: int) -> Mask:
    mask = np.zeros(SIZE, bool)
    mask[5:15, left:right] = True
    return mask


def test_the_first_frame_is_as_it_was_painted() -> None:
    segmenter = Scripted()
    result = segmenter.start(FRAME, {7: box(10, 20), 2: box(0, 8)})
    assert (result.index, result.targets, result.traces) == (0, (2, 7), ())
    assert (result.labels == np.where(box(10, 20), 7, np.where(box(0, 8), 2, 0))).all()
    np.testing.assert_allclose(segmenter.taken[0][7], box(10, 20), atol=1e-4)


def test_soft_masks_are_merged_before_they_are_taken_in() -> None:
    first, second = np.where(box(0, 20), 0.9, 0.0), np.where(box(10, 30), 0.6, 0.0)
    segmenter = Scripted({1: first, 2: second})
    segmenter.start(FRAME, {1: box(0, 5), 2: box(25, 30)})
    result = segmenter.step(FRAME)
    assert result.index == 1
    assert result.prob.shape == (3, *SIZE)
    np.testing.assert_allclose(result.prob.sum(0), 1, atol=1e-5)
    assert (result.labels == np.where(box(0, 20), 1, np.where(box(20, 30), 2, 0))).all()
    for target, mask in segmenter.taken[1].items():
        assert (mask == result.prob[target]).all()


def test_an_object_that_is_left_out_is_not_to_be_seen_and_may_come_back() -> None:
    segmenter = Scripted({1: box(0, 5)}, {1: box(0, 5), 2: box(10, 15)})
    segmenter.start(FRAME, {1: box(0, 5), 2: box(10, 15)})
    assert set(np.unique(segmenter.step(FRAME).labels)) == {0, 1}
    assert segmenter.taken[1][2].max() < 0.01
    assert set(np.unique(segmenter.step(FRAME).labels)) == {0, 1, 2}


def test_a_late_object_and_a_correction_outweigh_what_is_predicted() -> None:
    everywhere = np.ones(SIZE, bool)
    segmenter = Scripted({1: everywhere, 2: everywhere}, {1: box(0, 5), 2: box(10, 15), 3: box(20, 25)})
    segmenter.start(FRAME, {1: box(0, 5), 2: box(10, 15)})
    segmenter.add_target(3, box(20, 25))
    segmenter.correct(1, np.zeros(SIZE, bool))
    result = segmenter.step(FRAME)
    assert result.targets == (1, 2, 3)
    assert (result.labels == np.where(box(20, 25), 3, 2)).all()
    assert set(np.unique(segmenter.step(FRAME).labels)) == {0, 1, 2, 3}  # what was painted held for one frame


def test_known_frames_are_taken_in_and_nothing_is_predicted() -> None:
    segmenter = Scripted()
    segmenter.start(FRAME, {1: box(0, 5), 2: box(10, 15)})
    segmenter.correct(2, box(12, 17))
    result = segmenter.observe(FRAME, {1: box(2, 7), 2: box(0, 30)})
    assert (result.labels == np.where(box(2, 7), 1, np.where(box(12, 17), 2, 0))).all()
    result = segmenter.observe(FRAME, {1: box(3, 8)})
    assert (result.labels == box(3, 8)).all()
    assert [sorted(masks) for masks in segmenter.taken] == [[1, 2]] * 3


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({2: box(0, 5)}, "object 2, which nobody marked"),
        ({1: np.zeros((5, 5), np.float32)}, r"shape \(5, 5\)"),
        ({1: np.full(SIZE, 2.0)}, "outside 0 to 1"),
        ({1: np.full(SIZE, np.nan)}, "outside 0 to 1"),
    ],
)
def test_a_prediction_that_does_not_fit_is_refused(answer: dict[int, SoftMask], sentence: str) -> None:
    segmenter = Scripted(answer)
    segmenter.start(FRAME, {1: box(0, 5)})
    with pytest.raises(ValueError, match=f"Scripted.predict returned .*{sentence}"):
        segmenter.step(FRAME)
