"""A zip of pictures becomes a clip."""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from gradio_client.utils import is_valid_file
from PIL import Image

from demo.clips.clip import Clip
from demo.clips.upload import FILE_TYPES, FrameRange, Limits, import_clip, unpack_pictures
from llb.io.picture_folder import PICTURES
from llb.io.video_file import ENDINGS
from tests.llb.io.test_picture_file import bomb
from tests.support.videos import break_packet, encode


def picture(value: int, suffix: str = ".png", size: tuple[int, int] = (80, 96)) -> bytes:
    done, data = cv2.imencode(suffix, np.full((*size, 3), value, np.uint8))
    assert done
    return data.tobytes()


def packed(folder: Path, entries: dict[str, bytes]) -> Path:
    path = folder / "frames.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_frames_come_in_natural_order_and_none_is_lost(tmp_path: Path) -> None:
    entries = {f"clip/{number}.png": picture(20 * number) for number in (10, 2, 1, 3)}
    entries |= {"__MACOSX/clip/._1.png": b"junk", "clip/notes.txt": b"hello", "clip/.hidden.png": b"junk"}
    clip = import_clip(packed(tmp_path, entries), "frames", tmp_path / "clip", Limits())
    assert [int(clip.frame(index).mean()) for index in range(len(clip))] == [20, 40, 60, 200]
    assert (clip.width, clip.height, clip.fps) == (96, 80, 24.0)


def test_a_long_zip_is_trimmed_and_says_so(tmp_path: Path) -> None:
    entries = {f"{number:03d}.png": picture(number) for number in range(9)}
    clip = import_clip(packed(tmp_path, entries), "frames", tmp_path / "clip", Limits(frames=5))
    assert len(clip) == 5
    assert "trimmed to frames 0 to 4 of 9" in clip.note


def test_names_cannot_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = packed(tmp_path, {"../../outside.png": picture(1), "/etc/absolute.png": picture(2)})
    unpack_pictures(path, tmp_path / "in", 4096)
    assert [file.name for file in (tmp_path / "in").iterdir()] == ["00000.png"]  # a path that climbs is left out
    assert not (tmp_path / "outside.png").exists()


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"notes.txt": b"hello"}, "contains no pictures"),
        ({"1.png": picture(1), "2.png": b"broken"}, "not a picture"),
        ({"1.png": picture(1), "2.png": picture(1, size=(90, 96))}, "same size"),
        ({"1.png": picture(1)}, "single frame"),
        ({"1.png": b"0" * 70_000_000}, "too large"),
    ],
)
def test_what_is_no_clip_is_refused(tmp_path: Path, entries: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        import_clip(packed(tmp_path, entries), "frames", tmp_path / "clip", Limits())


def test_names_with_other_digits_open(tmp_path: Path) -> None:
    clip = import_clip(packed(tmp_path, {"²1.png": picture(30), "1²3.png": picture(20)}), "x", tmp_path / "c", Limits())
    assert [int(clip.frame(index).mean()) for index in range(2)] == [20, 30]


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_zip_is_refused_in_words(tmp_path: Path, how: int) -> None:
    path = tmp_path / "frames.zip"
    noise = np.random.default_rng(0).integers(0, 255, (80, 96, 3)).astype(np.uint8)
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("1.png", cv2.imencode(".png", noise)[1].tobytes())
    data = bytearray(path.read_bytes())
    for place in range(60, len(data) - 200, 97):
        data[place] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ValueError, match="not a zip that can be read"):
        import_clip(path, "x", tmp_path / "clip", Limits())


def test_a_zip_of_picture_bombs_is_refused_by_their_headers(tmp_path: Path) -> None:
    bombs = {f"{number}.png": bomb(".png") for number in range(3)}
    with pytest.raises(ValueError, match="too large"):
        import_clip(packed(tmp_path, bombs), "x", tmp_path / "clip", Limits())
    with pytest.raises(ValueError, match="too large"):
        unpack_pictures(packed(tmp_path, {"1.png": picture(1, size=(90, 300))}), tmp_path, 200)


def test_transparent_parts_of_frames_are_black(tmp_path: Path) -> None:
    rgba = np.full((80, 96, 4), 200, np.uint8)
    rgba[40:, :, 3], rgba[:40, :, 3] = 255, 0
    data = cv2.imencode(".png", rgba)[1].tobytes()
    clip = import_clip(packed(tmp_path, {"1.png": data, "2.png": data}), "x", tmp_path / "clip", Limits())
    assert (clip.frame(0)[:40] == 0).all()
    assert (clip.frame(0)[40:] == 200).all()


def test_an_animated_picture_is_a_clip(tmp_path: Path) -> None:
    first, *others = (Image.fromarray(np.full((80, 96, 3), 40 * index, np.uint8)) for index in range(4))
    for name in ("a.png", "a.webp"):
        first.save(tmp_path / name, save_all=True, append_images=others, duration=100, lossless=True)
        clip = import_clip(tmp_path / name, "x", tmp_path / f"{name}-clip", Limits())
        assert len(clip) == 4
        assert clip.fps == pytest.approx(10)


def test_the_card_says_what_was_done_and_what_was_lost(tmp_path: Path) -> None:
    frames = [np.full((64, 80, 3), 20 * index, np.uint8) for index in range(8)]
    path = encode(tmp_path / "a.mp4", "libx264", "yuv420p", frames, {"g": "1", "x264-params": "sar=4/3"})
    break_packet(path, 3)
    clip = import_clip(path, "x", tmp_path / "clip", Limits())
    assert (clip.width, clip.height, clip.stored) == (107, 64, (64, 80))
    assert "stretched from 80 x 64" in clip.note
    assert "1 frame could not be read" in clip.note
    assert clip.end == pytest.approx(0.8)
    assert Clip.open(clip.folder) == clip


@pytest.mark.parametrize("part", [(0, 2**70, 1), (1, None, 1), (0, 6, 2**70)])
def test_a_part_may_reach_beyond_the_end(tmp_path: Path, part: tuple[int, int | None, int]) -> None:
    frames = packed(tmp_path, {f"{number}.png": picture(number) for number in range(5)})
    if part[2] > 5:
        with pytest.raises(ValueError, match="single frame"):
            import_clip(frames, "x", tmp_path / "clip", Limits(), FrameRange(*part))
        return
    assert len(import_clip(frames, "x", tmp_path / "clip", Limits(), FrameRange(*part))) == 5 - part[0]


@pytest.mark.parametrize("wrong", [(0.5, 4, 1), (float("inf"), None, 1), (0, float("nan"), 1), (-1, 4, 1), (0, 4, 0)])
def test_ends_of_a_part_are_whole_numbers_in_order(wrong: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="move"):
        FrameRange(*wrong)  # type: ignore[arg-type]


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.zip").write_bytes(b"no zip at all")
    with pytest.raises(ValueError, match="not a zip"):
        import_clip(tmp_path / "odd.zip", "odd", tmp_path / "clip", Limits())


def test_a_full_disk_is_not_taken_for_a_broken_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path, {"1.png": picture(40), "2.png": picture(50)})

    def write_bytes(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        unpack_pictures(path, tmp_path, 4096)


@pytest.mark.parametrize("ending", [*ENDINGS, *sorted(PICTURES), ".zip"])
def test_the_page_takes_every_ending_that_the_readers_know(ending: str) -> None:
    assert is_valid_file(f"clip{ending.upper()}", list(FILE_TYPES))
