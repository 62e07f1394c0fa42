"""A zip of pictures becomes a clip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.clips.upload import Limits, import_clip, unpack_pictures


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
        ({"notes.txt": b"hello"}, "holds no pictures"),
        ({"1.png": picture(1), "2.png": b"broken"}, "not a picture"),
        ({"1.png": picture(1), "2.png": picture(1, size=(90, 96))}, "same size"),
        ({"1.png": picture(1)}, "single frame"),
        ({"1.png": b"0" * 70_000_000}, "too large"),
    ],
)
def test_what_is_no_clip_is_refused(tmp_path: Path, entries: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        import_clip(packed(tmp_path, entries), "frames", tmp_path / "clip", Limits())


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.zip").write_bytes(b"no zip at all")
    with pytest.raises(ValueError, match="not a zip"):
        import_clip(tmp_path / "odd.zip", "odd", tmp_path / "clip", Limits())
