"""Clips in and out: every kind of file that visitors bring, made here; times, sizes, rotation, and clear refusals."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from llb.io.orientation import Orientation
from llb.io.video_reader import VideoWriter, probe, read_frames, write_video
from tests.support.videos import TURNS, encode, turn_in_header

HEIGHT, WIDTH = 48, 64


def pictures(count: int = 6, height: int = HEIGHT, width: int = WIDTH) -> list[np.ndarray]:
    """Frames of one grey level each, rising, with a red upper left and a blue lower right corner."""
    frames = []
    for index in range(count):
        rgb = np.full((height, width, 3), 60 + 15 * index, np.uint8)
        rgb[: height // 2, : width // 2] = (200, 30, 30)
        rgb[height // 2 :, width // 2 :] = (30, 30, 200)
        frames.append(rgb)
    return frames


def error_of(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b).mean())


def test_written_video_reads_back(tmp_path: Path) -> None:
    frames = pictures()
    write_video(tmp_path / "a.mp4", frames, 10)
    read = list(read_frames(tmp_path / "a.mp4"))
    assert [frame.index for frame in read] == list(range(6))
    assert [frame.name for frame in read][:2] == ["00000", "00001"]
    np.testing.assert_allclose([frame.pts for frame in read], np.arange(6) / 10, atol=1e-4)
    assert max(error_of(frame.rgb, rgb) for frame, rgb in zip(read, frames, strict=True)) < 4
    info = probe(tmp_path / "a.mp4")
    assert (info.width, info.height, info.codec, info.frames) == (WIDTH, HEIGHT, "h264", 6)
    assert info.orientation == Orientation()
    assert info.fps == pytest.approx(10)
    assert info.duration == pytest.approx(0.6, abs=0.02)


def test_written_video_is_what_browsers_play(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, pictures(), 10)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "faststart"
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.colorspace) == ("h264", "yuv420p", 1)


def test_variable_times_are_kept(tmp_path: Path) -> None:
    times = [0.0, 0.033, 0.133, 0.166, 0.5, 0.51]
    write_video(tmp_path / "a.mp4", pictures(), times)
    np.testing.assert_allclose([frame.pts for frame in read_frames(tmp_path / "a.mp4")], times, atol=1e-4)


def test_times_that_stand_still_or_run_back_are_put_in_order(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", pictures(4), [0.0, 0.2, 0.2, 0.1])
    times = [frame.pts for frame in read_frames(tmp_path / "a.mp4")]
    assert len(times) == 4
    assert (np.diff(times) > 0).all()


@pytest.mark.parametrize(("height", "width"), [(47, 64), (48, 63), (47, 63)])
def test_odd_sizes_are_padded_by_their_edge(tmp_path: Path, height: int, width: int) -> None:
    frames = pictures(2, height, width)
    write_video(tmp_path / "a.mp4", frames, 10)
    read = next(read_frames(tmp_path / "a.mp4")).rgb
    assert read.shape == (48, 64, 3)
    assert error_of(read[:height, :width], frames[0]) < 4
    assert error_of(read[-1], read[-2]) < 4


def test_writer_goes_on_from_the_last_time(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", (HEIGHT, WIDTH), 10) as writer:
        for rgb, time in zip(pictures(3), (0.0, 0.5, None), strict=True):
            writer.write(rgb, time)
    times = [frame.pts for frame in read_frames(tmp_path / "a.mp4")]
    np.testing.assert_allclose(times, [0, 0.5, 0.6], atol=1e-4)


def test_writer_refuses_another_size(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", (HEIGHT, WIDTH), 10) as writer:
        writer.write(pictures(1)[0])
        with pytest.raises(ValueError, match="62x48"):
            writer.write(pictures(1, 48, 62)[0])


def test_times_must_match_the_frames(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frame"):
        write_video(tmp_path / "a.mp4", [], 10)
    with pytest.raises(ValueError, match="one time per frame"):
        write_video(tmp_path / "b.mp4", pictures(3), [0.0, 0.1])
    with pytest.raises(ValueError, match="one time per frame"):
        write_video(tmp_path / "c.mp4", pictures(2), [0.0, 0.1, 0.2])


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "said"),
    [
        ("a.webm", "libvpx-vp9", "yuv420p", "vp9"),
        ("a.avi", "mpeg4", "yuv420p", "mpeg4"),
        ("a.mov", "libx264", "yuv420p10le", "h264"),
        ("a.mkv", "ffv1", "yuv422p10le", "ffv1"),
        ("a.gif", "gif", "rgb8", "gif"),
        ("b.mp4", "libx265", "yuv420p", "hevc"),
        ("b.mov", "libx265", "yuv420p10le", "hevc"),
        ("c.mp4", "libsvtav1", "yuv420p", "av1"),
        ("d.mov", "prores_ks", "yuv422p10le", "prores"),
    ],
)
def test_other_kinds_of_file(tmp_path: Path, name: str, codec: str, pixels: str, said: str) -> None:
    frames = pictures()
    path = encode(tmp_path / name, codec, pixels, frames)
    read = list(read_frames(path))
    assert len(read) == 6
    assert error_of(read[3].rgb, frames[3]) < (30 if name == "a.gif" else 5)
    info = probe(path)
    assert (info.width, info.height, info.codec) == (WIDTH, HEIGHT, said)
    assert info.duration == pytest.approx(0.6, abs=0.11)


def test_transparent_parts_of_a_webm_are_black(tmp_path: Path) -> None:
    frames = [np.dstack((rgb, np.full((HEIGHT, WIDTH), 255, np.uint8))) for rgb in pictures()]
    for rgba in frames:
        rgba[:, : WIDTH // 2, 3] = 0
    path = encode(tmp_path / "a.webm", "libvpx-vp9", "yuva420p", frames)
    read = list(read_frames(path))
    assert len(read) == 6
    assert read[0].rgb[:, : WIDTH // 2 - 4].max() < 8
    assert error_of(read[0].rgb[:, WIDTH // 2 + 4 :], frames[0][:, WIDTH // 2 + 4 :, :3]) < 6


@pytest.mark.parametrize("clockwise", TURNS)
def test_rotation_is_applied(tmp_path: Path, clockwise: int) -> None:
    frames = pictures(2)
    frames[0][: HEIGHT // 2, WIDTH // 2 :] = (30, 160, 30)
    write_video(tmp_path / "a.mp4", frames, 10)
    turn_in_header(tmp_path / "a.mp4", TURNS[clockwise])
    upright = np.rot90(frames[0], -clockwise // 90)
    read = next(read_frames(tmp_path / "a.mp4"))
    assert read.rgb.shape == upright.shape
    assert error_of(read.rgb, upright) < 6
    info = probe(tmp_path / "a.mp4")
    assert (info.height, info.width) == upright.shape[:2]
    assert info.orientation.note == "turned upright"


def test_range_of_frames(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", pictures(8), 10)

    def indices(**settings: int) -> list[int]:
        return [frame.index for frame in read_frames(tmp_path / "a.mp4", **settings)]

    assert indices(start=2) == [2, 3, 4, 5, 6, 7]
    assert indices(start=1, end=6, stride=2) == [1, 3, 5]
    assert indices(stride=3, max_frames=2) == [0, 3]
    assert indices(end=100) == list(range(8))
    with pytest.raises(ValueError, match="smaller start"):
        indices(start=8)
    for wrong in ({"start": -1}, {"start": 3, "end": 3}, {"stride": 0}, {"max_frames": 0}):
        with pytest.raises(ValueError, match="0 <= start < end"):
            indices(**wrong)


def test_reading_is_lazy(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", pictures(8), 10)
    frames = read_frames(tmp_path / "a.mp4")
    assert next(frames).index == 0
    frames.close()  # type: ignore[attr-defined]
    (tmp_path / "a.mp4").unlink()


def test_a_broken_packet_is_skipped(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.avi", "mjpeg", "yuvj420p", pictures(8))
    data = bytearray(path.read_bytes())
    at = data.index(b"\xff\xd8", data.index(b"\xff\xd8") + 2)  # the second picture
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    read = list(read_frames(path))
    assert 6 <= len(read) <= 8
    assert error_of(read[-1].rgb, pictures(8)[-1]) < 6


def test_a_file_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.webm", "libvpx-vp9", "yuv420p", pictures(12))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    assert 1 <= len(list(read_frames(path))) < 12


@pytest.mark.parametrize("call", [probe, lambda path: list(read_frames(path))], ids=["probe", "read"])
def test_what_is_no_video_is_refused(tmp_path: Path, call: Any) -> None:
    script, empty, playlist, picture = (tmp_path / f"{name}.mp4" for name in ("script", "empty", "list", "picture"))
    script.write_text("#!/bin/sh\necho hello\n" * 50)
    empty.touch()
    write_video(tmp_path / "real.mp4", pictures(), 10)
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{tmp_path / 'real.mp4'}\n#EXT-X-ENDLIST\n")
    Image.fromarray(pictures(1)[0]).save(picture, format="png")
    for path in (script, empty, playlist, picture):
        with pytest.raises(ValueError, match=f"{path.name} is not a video"):
            call(path)
    with pytest.raises(ValueError, match="no file"):
        call(tmp_path / "absent.mp4")


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 44100, 0, Fraction(1, 44100)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(ValueError, match="no picture track"):
        probe(tmp_path / "a.mp4")


def test_folder_of_pictures_in_natural_order(tmp_path: Path) -> None:
    for name, rgb in zip(("frame10.png", "frame9.png", "frame1.png"), pictures(3), strict=True):
        Image.fromarray(rgb).save(tmp_path / name)
    Image.fromarray(pictures(1)[0]).convert("L").save(tmp_path / "frame11.png")
    (tmp_path / "notes.txt").write_text("not a frame")
    (tmp_path / "._frame1.png").write_bytes(b"left by a Mac")
    read = list(read_frames(tmp_path))
    assert [frame.name for frame in read] == ["frame1", "frame9", "frame10", "frame11"]
    np.testing.assert_array_equal(read[0].rgb, pictures(3)[2])
    assert read[2].pts == pytest.approx(2 / 24)
    assert [frame.name for frame in read_frames(tmp_path, start=1, stride=2)] == ["frame9", "frame11"]
    info = probe(tmp_path)
    assert (info.width, info.height, info.frames, info.codec) == (WIDTH, HEIGHT, 4, "pictures")


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_folder_of_compressed_pictures(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(pictures(1)[0]).save(tmp_path / f"a.{suffix}", quality=95)
    assert error_of(next(read_frames(tmp_path)).rgb, pictures(1)[0]) < 6


def test_folders_that_are_no_clip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no pictures"):
        probe(tmp_path)
    Image.fromarray(pictures(1)[0]).save(tmp_path / "1.png")
    Image.fromarray(pictures(1, 48, 62)[0]).save(tmp_path / "2.png")
    with pytest.raises(ValueError, match=r"2\.png is 62x48 but 1\.png is 64x48"):
        list(read_frames(tmp_path))
    (tmp_path / "2.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"2\.png is not a picture"):
        list(read_frames(tmp_path))
    Image.fromarray(pictures(1)[0]).save(tmp_path / "2.jpg")
    with pytest.raises(ValueError, match="two endings"):
        probe(tmp_path)
