"""Masks from a box, a scribble or a picture."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from demo.masks import grabcut, mask_file
from llb.io.label_png import encode_labels

SIZE = (160, 240)


@pytest.fixture
def disc() -> np.ndarray:
    return np.asarray(cv2.circle(np.zeros(SIZE, np.uint8), (130, 80), 32, 1, -1)).astype(bool)


@pytest.fixture
def frame(disc: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(0)
    picture = random.integers(40, 110, (*SIZE, 3)).astype(np.uint8)
    picture[disc] = random.integers(150, 220, (int(disc.sum()), 3))
    return picture


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_a_box_finds_the_object_in_it(frame: np.ndarray, disc: np.ndarray) -> None:
    assert overlap(grabcut.from_box(frame, (44, 92, 116, 168)), disc) > 0.9


def test_a_box_may_be_dragged_from_any_corner_and_reach_out_of_the_frame(frame: np.ndarray, disc: np.ndarray) -> None:
    whole = grabcut.from_box(frame, (116, 168, 44, 92))
    assert (whole == grabcut.from_box(frame, (44, 92, 116, 168))).all()
    assert overlap(grabcut.from_box(frame, (40, 85, 400, 180)), disc) > 0.8


def scribbled(on_it: tuple[int, int, int, int], beside_it: tuple[int, int] | None = None) -> np.ndarray:
    """Return hints: a line on the object between two places x, y, and a click beside it."""
    hints = np.zeros(SIZE, np.uint8)
    cv2.line(hints, on_it[:2], on_it[2:], grabcut.ON_IT, 5)
    if beside_it is not None:
        cv2.circle(hints, beside_it, 2, grabcut.BESIDE_IT, -1)
    return hints


NOTHING = np.zeros(SIZE, bool)


@pytest.mark.parametrize("line", [(112, 75, 148, 84), (130, 80, 130, 80)], ids=["scribble", "click"])
def test_a_hint_finds_the_object_under_it_and_keeps_what_was_drawn(
    frame: np.ndarray, disc: np.ndarray, line: tuple[int, int, int, int]
) -> None:
    hints = scribbled(line)
    found = grabcut.from_hints(frame, hints, NOTHING)
    assert overlap(found, disc) > 0.85
    assert found[hints > 0].all()


def test_not_this_takes_a_part_away_and_nothing_else(frame: np.ndarray, disc: np.ndarray) -> None:
    frame[60:100, 200:230] = frame[70:110, 115:145]  # another thing that looks alike
    both = disc.copy()
    both[60:100, 200:230] = True
    found = grabcut.from_hints(frame, scribbled((112, 75, 148, 84), beside_it=(215, 80)), both)
    assert overlap(found, disc) > 0.9
    assert not (found & ~both).any()


def test_a_click_adds_a_part_and_leaves_what_is_far_from_it(frame: np.ndarray, disc: np.ndarray) -> None:
    half = disc.copy()
    half[:, 130:] = False
    half[10:14, 5:9] = True  # painted by hand, and like the ground
    found = grabcut.from_hints(frame, scribbled((148, 80, 148, 80)), half)
    assert (found & half).sum() == half.sum()
    assert overlap(found[:, 60:], disc[:, 60:]) > 0.85


def test_a_thin_hint_on_a_large_frame_is_kept(disc: np.ndarray) -> None:
    frame = np.zeros((1080, 1920, 3), np.uint8)
    hints = np.zeros(frame.shape[:2], np.uint8)
    hints[400, 200:1700] = grabcut.ON_IT  # a line of one pixel: a fifth of one where GrabCut works
    assert grabcut.from_hints(frame, hints, np.zeros(hints.shape, bool))[400, 200:1700].all()


def test_the_same_question_has_the_same_answer(frame: np.ndarray, disc: np.ndarray) -> None:
    def ask() -> list[np.ndarray]:
        box = grabcut.from_box(frame, (44, 92, 116, 168))
        return [box, grabcut.from_hints(frame, scribbled((112, 75, 148, 84)), box)]

    assert all((one == other).all() for one, other in zip(ask(), ask(), strict=True))


def test_too_little_is_refused_with_what_to_do(frame: np.ndarray) -> None:
    with pytest.raises(ValueError, match="too small: draw it around"):
        grabcut.from_box(frame, (50, 50, 53, 90))
    with pytest.raises(ValueError, match="First click or scribble on the object"):
        grabcut.from_hints(frame, scribbled((0, 0, 5, 5)) * grabcut.BESIDE_IT, NOTHING)


def encoded(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def test_palette_and_black_and_white_pictures_are_read(disc: np.ndarray) -> None:
    labels = disc.astype(np.uint8) * 3
    assert (mask_file.from_picture(encode_labels(labels), "a.png", *SIZE) == labels).all()
    assert (mask_file.from_picture(encoded(disc.astype(np.uint8) * 255), "b.png", *SIZE) == disc).all()


def test_a_picture_of_another_size_is_fitted(disc: np.ndarray) -> None:
    labels = disc.astype(np.uint8)
    found = mask_file.from_picture(encode_labels(labels.repeat(2, 0).repeat(2, 1)), "a.png", *SIZE)
    assert (found == labels).all()


def test_pictures_that_are_no_masks_of_the_clip_are_refused(disc: np.ndarray) -> None:
    for data, sentence in (
        (b"nothing", "not a picture"),
        (encode_labels(disc.astype(np.uint8)[:, :80]), "choose a mask of this clip"),
        (encode_labels(np.zeros(SIZE, np.uint8)), "marks nothing"),
        (encode_labels(disc.astype(np.uint8) * 9), "holds object 9"),
    ):
        with pytest.raises(ValueError, match=sentence):
            mask_file.from_picture(data, "a.png", *SIZE)
