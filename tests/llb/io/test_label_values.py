"""Masks as tools save them: what is certain is understood, what is not is refused with the reason."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from llb.io.label_fit import check_objects, fit_labels, resize_labels
from llb.io.label_png import davis_palette, decode_labels, encode_labels

SIZE = (60, 80)


@pytest.fixture
def disc() -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    cv2.circle(mask, (40, 30), 18, 1, -1)
    return mask


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def labels_of(image: Image.Image) -> np.ndarray:
    return decode_labels(saved(image), "mask.png")


@pytest.mark.parametrize("colour", [0, 255, 90])
def test_a_mask_in_the_alpha_channel_is_understood(disc: np.ndarray, colour: int) -> None:
    flat = np.full(SIZE, colour, np.uint8)
    for channels in (3, 1):
        if channels == 3 and colour == 90:
            continue  # a colour that means nothing
        picture = Image.fromarray(np.dstack([flat] * channels + [disc * 255]))
        assert ((labels_of(picture) > 0) == (disc > 0)).all()


def test_a_mask_in_the_alpha_of_a_palette_is_understood(disc: np.ndarray) -> None:
    image = Image.fromarray(disc)
    image.putpalette([255, 255, 255, 255, 255, 255])
    found = decode_labels(saved(image, transparency=bytes([0, 255])), "mask.png")
    np.testing.assert_array_equal(found, disc)


def test_ids_stay_where_the_ground_is_transparent(disc: np.ndarray) -> None:
    ids = disc * 3
    ids[:10] = 2
    rgba = np.dstack([davis_palette()[ids], (ids > 0) * np.uint8(255)])
    rgba[ids == 0, :3] = 77
    np.testing.assert_array_equal(labels_of(Image.fromarray(rgba)), ids)


def test_a_quantized_picture_is_read_by_its_colours(disc: np.ndarray) -> None:
    white_first = Image.fromarray(1 - disc)
    white_first.putpalette([255, 255, 255, 0, 0, 0])
    np.testing.assert_array_equal(labels_of(white_first), disc)
    pillow = Image.fromarray(np.dstack([disc * 255] * 3)).quantize(2)
    np.testing.assert_array_equal(labels_of(pillow), disc)
    other = Image.fromarray(disc)
    other.putpalette([12, 34, 56, 200, 0, 0])
    with pytest.raises(ValueError, match="background 0 in black"):
        labels_of(other)


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA", "P"])
def test_soft_edges_are_refused(disc: np.ndarray, mode: str) -> None:
    soft = cv2.GaussianBlur(disc * 255, (7, 7), 2)
    image = Image.fromarray(soft).convert("L" if mode == "P" else mode)
    if mode == "P":
        image = image.quantize(32)
    with pytest.raises(ValueError, match="soft edges"):
        labels_of(image)
    white = np.full(SIZE, 255, np.uint8)
    with pytest.raises(ValueError, match="soft edges"):
        labels_of(Image.fromarray(np.dstack([white, soft])))


def test_lossy_masks_are_refused(disc: np.ndarray) -> None:
    image = Image.fromarray(disc * 255)
    for form in ("JPEG", "WEBP"):
        with pytest.raises(ValueError, match="lossy picture"):
            decode_labels(saved(image, form), "mask")
    np.testing.assert_array_equal(decode_labels(saved(image.convert("RGB"), "WEBP", lossless=True), "mask"), disc)


def test_thin_objects_are_no_soft_edge() -> None:
    ropes = np.zeros(SIZE, np.uint8)
    for target, row in enumerate((10, 20, 30, 40), start=1):
        cv2.line(ropes, (5, row), (70, row + 8), target * 20, 1)
    np.testing.assert_array_equal(labels_of(Image.fromarray(ropes)), ropes)


def test_void_is_no_object_beside_others(disc: np.ndarray) -> None:
    void = disc.copy()
    void[cv2.dilate(disc, np.ones((3, 3), np.uint8)) > disc] = 255
    for data in (encode_labels(void), saved(Image.fromarray(void))):
        np.testing.assert_array_equal(decode_labels(data, "mask"), disc)
        np.testing.assert_array_equal(decode_labels(data, "mask", keep_void=True), void)


def test_an_object_255_keeps_its_id_in_our_own_files(disc: np.ndarray) -> None:
    np.testing.assert_array_equal(decode_labels(encode_labels(disc * 255), "mask"), disc * 255)
    np.testing.assert_array_equal(labels_of(Image.fromarray(disc * 255)), disc)


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(0, 254)))
def test_our_own_files_come_back_whatever_they_hold(labels: np.ndarray) -> None:
    np.testing.assert_array_equal(decode_labels(encode_labels(labels), "mask"), labels)


def test_a_rope_one_pixel_wide_stays_one_piece() -> None:
    rope = np.zeros((720, 1280), np.uint8)
    cv2.line(rope, (100, 40), (1180, 700), 5, 1, cv2.LINE_8)
    for size in ((480, 853), (480, 854), (360, 640), (100, 178)):
        small = resize_labels(rope, size)
        assert cv2.connectedComponents((small == 5).astype(np.uint8), connectivity=8)[0] == 2
        assert set(np.unique(small)) == {0, 5}


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30)), elements=st.integers(0, 3)),
    st.integers(1, 30),
    st.integers(1, 30),
)
def test_resizing_invents_no_object_and_shrinking_loses_none_of_its_own(
    labels: np.ndarray, height: int, width: int
) -> None:
    found = resize_labels(labels, (height, width))
    assert found.shape == (height, width)
    assert set(np.unique(found)) <= {0, *np.unique(labels)}
    if height <= labels.shape[0] and width <= labels.shape[1]:
        assert (found > 0).any() == (labels > 0).any()


def test_masks_of_nearly_the_size_are_fitted_and_others_refused(disc: np.ndarray) -> None:
    np.testing.assert_array_equal(fit_labels(disc, SIZE), disc)
    assert fit_labels(np.ones((480, 853), np.uint8), (480, 854)).shape == (480, 854)
    assert fit_labels(np.ones((240, 320), np.uint8), (240, 427), stored=(240, 320)).shape == (240, 427)
    with pytest.raises(ValueError, match="80x60 but the frames are 60x80 .*turned by a quarter"):
        fit_labels(disc, (80, 60))
    with pytest.raises(ValueError, match="choose a mask of this clip"):
        fit_labels(disc, (60, 60))


def test_objects_must_be_large_enough_and_their_numbers_small_enough(disc: np.ndarray) -> None:
    check_objects(disc)
    tiny = disc.copy()
    tiny[0, :4] = 2
    for labels, most, sentence in (
        (tiny, 8, "Object 2 of the mask has 4 pixels: it needs at least 20"),
        (disc * 9, 8, "object 9: the numbers go from 1 to 8"),
        (disc * 255, 254, "object 255"),
        (disc * 0, 8, "marks nothing"),
    ):
        with pytest.raises(ValueError, match=sentence):
            check_objects(labels, most)
