"""Label pictures: the palette, every kind of mask file, and the overlay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from llb.io.label_png import davis_palette, overlay, read_labels, write_labels

LABELS = np.array([[0, 1, 1, 0], [2, 2, 0, 7]], np.uint8)


def save(path: Path, pixels: np.ndarray, mode: str | None = None) -> Path:
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path)
    return path


def test_palette_is_the_voc_colour_map() -> None:
    known = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 3: (128, 128, 0), 4: (0, 0, 128), 7: (128, 128, 128)}
    known |= {8: (64, 0, 0), 21: (128, 64, 128), 255: (224, 224, 192)}
    for index, colour in known.items():
        assert tuple(davis_palette()[index]) == colour
    assert len(np.unique(davis_palette(), axis=0)) == 256


@settings(max_examples=30, deadline=None)
@given(labels=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 254)))
def test_written_labels_read_back(labels: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("labels") / "mask.png"
    write_labels(path, labels)
    np.testing.assert_array_equal(read_labels(path), labels)


def test_written_file_carries_the_palette(tmp_path: Path) -> None:
    write_labels(tmp_path / "mask.png", LABELS)
    with Image.open(tmp_path / "mask.png") as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.array(image.convert("RGB")), davis_palette()[LABELS])


@pytest.mark.parametrize("mode", [None, "RGB", "RGBA", "LA"])
def test_black_and_white_is_one_object(tmp_path: Path, mode: str | None) -> None:
    path = save(tmp_path / "mask.png", np.where(LABELS > 0, 255, 0).astype(np.uint8), mode)
    np.testing.assert_array_equal(read_labels(path), LABELS > 0)


def test_one_bit_picture_is_one_object(tmp_path: Path) -> None:
    Image.fromarray((LABELS > 0).astype(np.uint8) * 255).convert("1").save(tmp_path / "mask.png")
    np.testing.assert_array_equal(read_labels(tmp_path / "mask.png"), LABELS > 0)


def test_grey_values_are_ids(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_labels(save(tmp_path / "mask.png", LABELS)), LABELS)


def test_colours_of_the_palette_are_understood(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_labels(save(tmp_path / "mask.png", davis_palette()[LABELS])), LABELS)


def test_other_colours_are_refused(tmp_path: Path) -> None:
    pixels = davis_palette()[LABELS].copy()
    pixels[0, 0] = (1, 2, 3)
    with pytest.raises(ValueError, match="8-bit grey or palette PNG"):
        read_labels(save(tmp_path / "mask.png", pixels))


def test_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_text("no picture")
    with pytest.raises(ValueError, match="not a picture"):
        read_labels(tmp_path / "mask.png")
    with pytest.raises(ValueError, match="no mask file"):
        read_labels(tmp_path / "absent.png")
    deep = save(tmp_path / "deep.png", np.zeros((2, 2), np.uint16))
    with pytest.raises(ValueError, match="8-bit"):
        read_labels(deep)


def test_overlay_tints_inside_and_outlines_twice() -> None:
    rgb = np.full((40, 40, 3), 100, np.uint8)
    labels = np.zeros((40, 40), np.uint8)
    labels[10:30, 10:30] = 1
    shown = overlay(rgb, labels)
    assert tuple(shown[20, 20]) == (114, 50, 50)
    assert tuple(shown[10, 20]) == (255, 255, 255)
    assert tuple(shown[9, 20]) == (0, 0, 0)
    np.testing.assert_array_equal(shown[labels == 0][0], (100, 100, 100))
    assert (rgb == 100).all(), "the frame itself stays as it is"


def test_overlay_separates_touching_objects() -> None:
    labels = np.ones((20, 20), np.uint8)
    labels[:, 10:] = 2
    shown = overlay(np.zeros((20, 20, 3), np.uint8), labels)
    assert (shown[:, 9:11] == 255).all()


def test_overlay_refuses_an_impossible_strength() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        overlay(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), 1.5)
