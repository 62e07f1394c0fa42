"""Masks of other programs find their frames, or are refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from llb.evaluation.frame_masks import match_frames
from llb.io.label_png import encode_labels

STEMS = [f"{index:05d}" for index in range(10)]


def listed(*stems: str) -> dict[str, str]:
    return {stem: f"{stem}.png" for stem in stems}


def test_names_decide_where_they_match() -> None:
    masks = match_frames("SAM2", listed(*STEMS[:3], *STEMS[8:]), STEMS, str.encode)
    assert masks.files[8] == "00008.png"
    assert masks.files[3] is None
    assert masks.notes == ("SAM2 lacks frames 3-7.",)


def test_numbers_count_as_numbers_and_further_masks_are_passed_over() -> None:
    masks = match_frames("Cutie", listed(*(str(index) for index in range(20))), STEMS[4:6], str.encode)
    assert masks.files == ("4.png", "5.png")
    assert masks.notes == ()


@pytest.mark.parametrize(
    "names", [[f"{index:05d}" for index in range(1, 11)], [f"mask_{index}" for index in range(10)]]
)
def test_other_names_are_taken_in_order_if_the_counts_match_and_it_is_said(names: list[str]) -> None:
    masks = match_frames("Cutie", listed(*names), STEMS, str.encode)
    assert masks.files == tuple(f"{name}.png" for name in names)
    assert "Cutie" in masks.notes[0]
    assert "in order" in masks.notes[0]


def test_masks_that_match_in_neither_way_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Cutie has 2 masks, the first of them a\.png, and the clip 10 frames"):
        match_frames("Cutie", listed("a", "b"), STEMS, str.encode)
    with pytest.raises(ValueError, match="Cutie holds no PNG masks"):
        match_frames("Cutie", {}, STEMS, str.encode)


def test_another_size_is_named_with_both_sizes() -> None:
    small = encode_labels(np.ones((270, 480), np.uint8))
    masks = match_frames("Cutie", listed("00012"), ["00012"], lambda name: small)
    masks.check_sizes((270, 480))
    with pytest.raises(ValueError, match=r"Cutie: 00012\.png is 480x270, the clip 854x480"):
        masks.check_sizes((480, 854))
