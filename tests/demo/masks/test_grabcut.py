"""Masks from a box, a scribble or a picture."""

from __future__ import annotations

import io
from collections.abc import Callable

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


def test_a_scribble_finds_the_object_under_it_and_keeps_what_was_drawn(frame: np.ndarray, disc: np.ndarray) -> None:
    scribble = np.zeros(SIZE, np.uint8)
    cv2.line(scribble, (112, 75), (148, 84), 1, 5)
    found = grabcut.from_scribble(frame, scribble > 0)
    assert overlap(found, disc) > 0.85
    assert found[scribble > 0].all()


@pytest.mark.parametrize("make", [grabcut.from_box, grabcut.from_scribble])
def test_the_same_question_has_the_same_answer(
    frame: np.ndarray, disc: np.ndarray, make: Callable[..., object]
) -> None:
    question = (44, 92, 116, 168) if make is grabcut.from_box else cv2.erode(disc.astype(np.uint8), np.ones((9, 9))) > 0
    assert (np.asarray(make(frame, question)) == np.asarray(make(frame, question))).all()


def test_too_little_is_refused_with_what_to_do(frame: np.ndarray) -> None:
    with pytest.raises(ValueError, match="too small: draw it around"):
        grabcut.from_box(frame, (50, 50, 53, 90))
    with pytest.raises(ValueError, match="draw a line over"):
        grabcut.from_scribble(frame, np.zeros(SIZE, bool))


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
