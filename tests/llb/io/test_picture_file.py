"""Pictures: sizes are known before anything is decoded, transparency is black, deep pictures are stretched."""

from __future__ import annotations

import struct
import threading
import time
import tracemalloc
import zlib
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from llb.io.label_png import decode_labels
from llb.io.picture_file import decode_picture, is_animation, is_lossy, read_header
from llb.io.picture_folder import natural_key
from llb.io.pixel_budget import LARGEST, PixelBudget
from llb.io.video_reader import probe, read_frames
from tests.llb.io.test_video import pictures

SIDE = 20_000  # of the bombs


def encoded(picture: np.ndarray, suffix: str, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, Image.registered_extensions()[suffix], **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def bomb(suffix: str) -> bytes:
    """A file of little more than a header that says SIDE x SIDE."""
    if suffix == ".png":
        head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
        body = zlib.compress(bytes(10_000_000))
        chunks = [b"\x89PNG\r\n\x1a\n"]
        for kind, data in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b"")):
            chunks.append(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
        return b"".join(chunks)
    data = bytearray(encoded(np.zeros((40, 50, 3), np.uint8), suffix))
    if suffix == ".jpg":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", SIDE, SIDE)
    elif suffix == ".gif":
        data[6:10] = struct.pack("<HH", SIDE, SIDE)
    elif suffix == ".bmp":
        data[18:26] = struct.pack("<ii", SIDE, SIDE)
    elif suffix == ".webp":
        data[26:30] = struct.pack("<HH", 16383, 16383)
    else:
        at = int.from_bytes(data[4:8], "little") + 2
        for entry in range(at, at + 24, 12):  # width and height are a TIFF's first two tags
            data[entry + 8 : entry + 12] = struct.pack("<I", SIDE)
    return bytes(data)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif", ".tif", ".bmp"])
@pytest.mark.parametrize("read", [decode_picture, read_header, decode_labels])
def test_a_picture_bomb_is_refused_by_its_header(suffix: str, read: object) -> None:
    data = bomb(suffix)
    tracemalloc.start()
    with pytest.raises(ValueError, match="too large|lossy"):
        read(data, f"bomb{suffix}")  # type: ignore[operator]
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_an_animated_webp_of_a_huge_canvas_is_refused() -> None:
    frames = [Image.fromarray(rgb) for rgb in pictures(3)]
    buffer = BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    data = bytearray(buffer.getvalue())
    data[24:30] = (16382).to_bytes(3, "little") * 2
    with pytest.raises(ValueError, match="too large"):
        read_header(bytes(data), "a.webp")


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_hidden_colours_are_black(tmp_path: Path, suffix: str) -> None:
    rgba = np.full((20, 30, 4), 200, np.uint8)
    rgba[..., 3] = 255
    rgba[:5, :, 3] = 0
    (tmp_path / f"0{suffix}").write_bytes(encoded(rgba, suffix, **({"lossless": True} if suffix == ".webp" else {})))
    rgb = next(read_frames(tmp_path)).rgb
    assert (rgb[:5] == 0).all()
    assert (rgb[5:] == 200).all()


def test_a_palette_with_a_transparent_entry_is_black_there(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8))
    image.putpalette([250, 0, 0, 0, 250, 0])
    image.save(tmp_path / "0.png", transparency=0)
    assert next(read_frames(tmp_path)).rgb.tolist() == [[[0, 0, 0], [0, 250, 0]], [[0, 250, 0], [0, 0, 0]]]


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_deep_pictures_use_the_bits_that_they_have(tmp_path: Path, bits: int) -> None:
    rgb = pictures(1)[0]
    deep = (rgb.astype(np.uint16) << (bits - 8)) + 1
    deep[0, 0] = (1 << bits) - 1
    for name in ("0.png", "1.tif"):
        cv2.imwrite(str(tmp_path / name), deep[..., ::-1])
    for frame in read_frames(tmp_path):
        np.testing.assert_array_equal(frame.rgb[1:], rgb[1:])
    assert probe(tmp_path).notes == ((f"16-bit pictures that use {bits} bits, stretched",) if bits < 16 else ())


def test_a_dark_first_picture_does_not_brighten_the_others(tmp_path: Path) -> None:
    for index, top in enumerate((900, 60_000, 900)):
        cv2.imwrite(str(tmp_path / f"{index}.png"), np.full((8, 9, 3), top, np.uint16))
    assert [int(frame.rgb[0, 0, 0]) for frame in read_frames(tmp_path)] == [900 >> 8, 60_000 >> 8, 900 >> 8]


def test_numbers_that_are_no_colours_are_refused() -> None:
    with pytest.raises(ValueError, match="a.tif"):
        decode_picture(encoded(np.zeros((4, 4), np.float32), ".tif"), "a.tif")


@pytest.mark.parametrize("suffix", ["tif", "tiff", "bmp"])
def test_folders_of_tif_and_bmp_are_clips(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(pictures(1)[0]).save(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(next(read_frames(tmp_path)).rgb, pictures(1)[0])


def test_kinds_are_told_by_their_first_bytes() -> None:
    rgb = pictures(1)[0]
    assert is_lossy(encoded(rgb, ".jpg"))
    assert is_lossy(encoded(rgb, ".webp"))
    assert not is_lossy(encoded(rgb, ".webp", lossless=True))
    assert not is_animation(encoded(rgb, ".png"))
    assert is_animation(encoded(rgb, ".png", save_all=True, append_images=[Image.fromarray(255 - rgb)]))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([".png", ".jpg", ".webp", ".gif", ".tif", ".bmp"]), st.integers(1, 30), st.integers(1, 30))
def test_the_header_says_the_size_that_is_decoded(suffix: str, height: int, width: int) -> None:
    data = encoded(np.full((height, width, 3), 90, np.uint8), suffix)
    header = read_header(data, "a")
    assert (header.height, header.width) == (height, width)
    if suffix != ".gif":
        assert decode_picture(data, "a").shape == (height, width, 3)


@given(st.lists(st.integers(0, 10**9)), st.text(max_size=8))
def test_numbers_in_names_count_as_numbers_whatever_stands_around_them(numbers: list[int], text: str) -> None:
    ordered = sorted((f"{text} {number}.png" for number in numbers), key=natural_key)
    assert ordered == [f"{text} {number}.png" for number in sorted(numbers)]


def test_names_with_other_digits_have_an_order() -> None:
    assert sorted(["²2.png", "10.png", "1²3.png", "٣.png", "2.png"], key=natural_key)[:3] == [
        "1²3.png",
        "2.png",
        "10.png",
    ]


def test_the_budget_is_never_exceeded_and_everybody_has_a_turn() -> None:
    budget, most, done = PixelBudget(100), [0], []

    def decode(number: int) -> None:
        with budget.claim(30 + number):
            most[0] = max(most[0], budget.used)
            time.sleep(0.002)
        done.append(number)

    threads = [threading.Thread(target=decode, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= 100
    assert sorted(done) == list(range(20))
    assert budget.used == 0
    with budget.claim(10 * LARGEST):
        assert budget.used == 100, "more than all of it counts as all"


def test_an_error_gives_its_pixels_back() -> None:
    budget = PixelBudget(10)
    with pytest.raises(ValueError, match="broken"), budget.claim(10):
        raise ValueError("broken")
    assert budget.used == 0
