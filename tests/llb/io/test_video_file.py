"""Video files as people bring them: several streams, mirrored, broken, interlaced, HDR, pixels that are not square."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from llb.io.filmstrip import sample_frames
from llb.io.orientation import Orientation
from llb.io.video_reader import Losses, VideoWriter, probe, read_frames, write_video
from tests.llb.io.test_video import HEIGHT, WIDTH, error_of, pictures
from tests.support.videos import ONE, break_packet, encode, encode_streams, turn_in_header, write_stamps


def cornered(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """A picture that looks different in all eight orientations."""
    rgb = pictures(1, height, width)[0]
    rgb[: height // 2, width // 2 :] = (30, 160, 30)
    return rgb


@pytest.mark.parametrize(("transpose", "x", "y"), [*product((False, True), (1, -1), (1, -1))])
def test_all_eight_orientations_are_shown_upright(tmp_path: Path, transpose: bool, x: int, y: int) -> None:
    stored = cornered()
    write_video(tmp_path / "a.mp4", [stored, stored], 10)
    a, b, c, d = (0, y, x, 0) if transpose else (x, 0, 0, y)
    turn_in_header(tmp_path / "a.mp4", (a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30))
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]  # the pixel (x, y) is shown at (a x + c y, b x + d y)
    columns, rows = a * xs + c * ys, b * xs + d * ys
    right = np.zeros((WIDTH, HEIGHT, 3) if transpose else (HEIGHT, WIDTH, 3), np.uint8)
    right[rows - rows.min(), columns - columns.min()] = stored
    read = next(read_frames(tmp_path / "a.mp4")).rgb
    assert read.shape == right.shape
    assert error_of(read, right) < 6
    info = probe(tmp_path / "a.mp4")
    assert (info.height, info.width) == right.shape[:2]
    mirrored = a * d - b * c < 0
    assert info.orientation.note.startswith("mirrored") == mirrored
    assert np.array_equal(next(sample_frames(tmp_path / "a.mp4", 1)), read)


def test_a_matrix_of_nothing_turns_nothing() -> None:
    assert Orientation.of_matrix(0, 0, 0, 0) == Orientation()
    assert Orientation().note == ""


@pytest.mark.parametrize("broken", [0, 5, 23])
def test_a_broken_packet_costs_its_frame_alone_and_is_counted(tmp_path: Path, broken: int) -> None:
    frames = [np.roll(cornered(), 2 * index, 1) for index in range(24)]
    path = encode(tmp_path / "a.mp4", "libx264", "yuv420p", frames, {"g": "1"})
    break_packet(path, broken)
    losses = Losses()
    read = list(read_frames(path, losses=losses))
    assert len(read) == 23
    assert losses.notes == ("1 frame could not be read",)
    kept = [rgb for index, rgb in enumerate(frames) if index != broken]
    assert max(error_of(frame.rgb, rgb) for frame, rgb in zip(read, kept, strict=True)) < 6


def test_a_broken_last_packet_loses_no_frame_that_waits_in_the_decoder(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", "libx264", "yuv420p", [np.roll(cornered(), index, 1) for index in range(24)])
    break_packet(path, 23)
    assert len(list(read_frames(path))) == 23


def test_a_fragmented_file_cut_at_the_end_gives_all_whole_frames(tmp_path: Path) -> None:
    frames = [np.random.default_rng(index).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8) for index in range(20)]
    path = encode(tmp_path / "a.mkv", "libx264", "yuv420p", frames, {"bf": "2"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size - 6000])
    with_delay = len(list(read_frames(path)))
    assert 14 <= with_delay < 20


def test_the_largest_stream_is_read_whichever_comes_first(tmp_path: Path) -> None:
    small, large = pictures(4, 24, 32), pictures(4)
    assert probe(encode_streams(tmp_path / "a.mp4", [small, large])).width == WIDTH
    assert probe(encode_streams(tmp_path / "b.mp4", [large, small])).width == WIDTH
    assert probe(encode_streams(tmp_path / "c.mp4", [pictures(1, 96, 128), small])).width == 32, "a poster in front"
    assert probe(encode_streams(tmp_path / "d.mkv", [large, small], marked=1)).width == 32, "marked as the default"


def test_pixels_that_are_not_square_become_square(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", "libx264", "yuv420p", pictures(2), {"x264-params": "sar=4/3"})
    info = probe(path)
    assert (info.width, info.height) == (85, HEIGHT)
    assert info.stored == (HEIGHT, WIDTH)
    assert "not square" in info.notes[0]
    assert next(read_frames(path)).rgb.shape == (HEIGHT, 85, 3)


def test_interlaced_frames_become_whole_ones(tmp_path: Path) -> None:
    combed = []
    for index in range(8):
        rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        rgb[::2, 4 * index : 4 * index + 20] = 255
        rgb[1::2, 4 * index + 6 : 4 * index + 26] = 255
        combed.append(rgb)
    path = encode(tmp_path / "a.mp4", "libx264", "yuv420p", combed, {"flags": "+ildct+ilme", "x264-params": "tff=1"})
    assert probe(path).notes == ("deinterlaced",)
    read = list(read_frames(path))
    np.testing.assert_allclose([frame.pts for frame in read], np.arange(8) / 10, atol=1e-3)

    def comb(rgb: np.ndarray) -> float:
        grey = rgb[..., 0].astype(int)
        return float(np.abs(2 * grey[1:-1] - grey[:-2] - grey[2:]).mean())

    assert comb(read[4].rgb) < 0.4 * comb(combed[4])


def srgb_light(rgb: np.ndarray) -> np.ndarray:
    code = rgb / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def pq(light: np.ndarray) -> np.ndarray:
    power = (light * 203 / 10000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def hlg(light: np.ndarray) -> np.ndarray:
    display = light * 203 / 1000
    bright = display @ np.array([0.2627, 0.6780, 0.0593])
    scene = display * np.maximum(bright, 1e-9)[..., None] ** (1 / 1.2 - 1)
    return np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    )


@pytest.mark.parametrize(("curve", "transfer"), [(pq, 16), (hlg, 18)])
def test_hdr_looks_like_its_sdr_twin(tmp_path: Path, curve: object, transfer: int) -> None:
    colours = np.array([(215, 75, 31), (40, 90, 200), (120, 120, 120), (20, 20, 20)])
    sdr = np.repeat(np.repeat(colours.reshape(2, 2, 3), HEIGHT // 2, 0), WIDTH // 2, 1)
    wide = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
    deep = np.rint(65535 * curve(srgb_light(sdr) @ wide.T)).astype(np.uint16)  # type: ignore[operator]
    tags = {"color_trc": transfer, "color_primaries": 9, "colorspace": 9}
    path = encode(tmp_path / "a.mkv", "ffv1", "yuv444p10le", [deep, deep], colours=tags)
    read = next(read_frames(path)).rgb
    for y, x in product((10, 38), (10, 50)):
        np.testing.assert_allclose(read[y, x].astype(int), sdr[y, x], atol=8)
    assert probe(path).notes == ("toned down from HDR",)


@pytest.mark.parametrize(("size", "matrix"), [((720, 1280), 1), ((48, 64), 5)])
def test_untagged_video_is_bt709_when_it_is_hd(tmp_path: Path, size: tuple[int, int], matrix: int) -> None:
    rgb = np.full((*size, 3), (40, 160, 60), np.uint8)
    source = encode(tmp_path / "tagged.mkv", "ffv1", "yuv420p", [rgb], colours={"colorspace": matrix})
    untagged = source.read_bytes().replace(b"\x55\xb1\x81" + bytes([matrix]), b"\x55\xb1\x81\x02")
    (tmp_path / "a.mkv").write_bytes(untagged)
    np.testing.assert_allclose(next(read_frames(tmp_path / "a.mkv")).rgb[9, 9].astype(int), (40, 160, 60), atol=3)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.y4m", "wrapped_avframe", "yuv420p"), ("a.mjpeg", "mjpeg", "yuvj420p"), ("a.apng", "apng", "rgb24")],
)
def test_plain_formats_are_read_too(tmp_path: Path, name: str, codec: str, pixels: str) -> None:
    path = encode(tmp_path / name, codec, pixels, pictures())
    read = list(read_frames(path))
    assert len(read) == 6
    assert error_of(read[3].rgb, pictures()[3]) < 5


def test_an_animated_webp_keeps_its_times_and_is_black_where_transparent(tmp_path: Path) -> None:
    rgba = [np.dstack((rgb, np.full((HEIGHT, WIDTH), 255, np.uint8))) for rgb in pictures()]
    for picture in rgba:
        picture[:8, :, 3] = 0
    first, *others = (Image.fromarray(picture) for picture in rgba)
    path = tmp_path / "a.webp"
    first.save(path, save_all=True, append_images=others, duration=[100, 50, 200, 100, 100, 400], lossless=True)
    read = list(read_frames(path))
    np.testing.assert_allclose([frame.pts for frame in read], [0, 0.1, 0.15, 0.35, 0.45, 0.55])
    assert read[-1].duration == pytest.approx(0.4)
    assert (read[2].rgb[:8] == 0).all()
    np.testing.assert_array_equal(read[2].rgb[8:], rgba[2][8:, :, :3])
    info = probe(path)
    assert (info.width, info.height, info.frames, info.duration) == (WIDTH, HEIGHT, 6, pytest.approx(0.95))
    assert [frame.index for frame in read_frames(path, start=1, stride=2)] == [1, 3, 5]
    assert len(list(sample_frames(path, 3))) == 3


def test_a_wild_time_stamp_is_put_right_and_a_real_gap_stays(tmp_path: Path) -> None:
    stamps = [index / 25 for index in range(12)]
    wild, gap = stamps.copy(), [time + 5 * (time > 0.2) for time in stamps]
    wild[6] = 30.0
    for name, written, right in (("wild.mkv", wild, stamps), ("gap.mkv", gap, gap)):
        path = write_stamps(tmp_path / name, pictures(12), written)
        np.testing.assert_allclose([frame.pts for frame in read_frames(path)], right, atol=2e-3)


def test_the_last_frame_keeps_its_own_duration(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", (HEIGHT, WIDTH), 10) as writer:
        for rgb, time in zip(pictures(3), (0.0, 0.1, 0.4), strict=True):
            writer.write(rgb, time, 1.5)
    read = list(read_frames(tmp_path / "a.mp4"))
    np.testing.assert_allclose([frame.duration for frame in read], [0.1, 0.3, 1.5], atol=1e-3)
    assert probe(tmp_path / "a.mp4").duration == pytest.approx(1.9, abs=0.01)
    write_video(tmp_path / "b.mp4", pictures(2), [0.0, 0.2], end=1.0)
    assert list(read_frames(tmp_path / "b.mp4"))[-1].duration == pytest.approx(0.8, abs=1e-3)


def test_the_filmstrip_shows_different_frames_of_a_clip_with_one_key_frame_and_a_late_clock(tmp_path: Path) -> None:
    frames = [np.roll(cornered(), index, 1) for index in range(36)]
    path = write_stamps(tmp_path / "a.ts", frames, [1000 + index / 10 for index in range(36)])
    strip = list(sample_frames(path, 12))
    read = [frame.rgb for frame in read_frames(path)]
    assert [next(i for i, rgb in enumerate(read) if np.array_equal(rgb, shown)) for shown in strip] == [
        *range(0, 36, 3)
    ]


@pytest.mark.parametrize("keys", ["7", "1000"])
def test_the_filmstrip_of_a_long_clip_goes_on_to_its_end(
    tmp_path: Path, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llb.io.filmstrip.SHORT", 10)
    frames = [np.roll(cornered(), index, 1) for index in range(40)]
    path = encode(tmp_path / "a.mp4", "libx264", "yuv420p", frames, {"g": keys, "bf": "0"})
    read = [frame.rgb for frame in read_frames(path)]
    found = [next(i for i, rgb in enumerate(read) if np.array_equal(rgb, shown)) for shown in sample_frames(path, 4)]
    assert found == ([0, 7, 14, 28] if keys == "7" else [0, 10, 20, 30])


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same seven frames as a video, a folder and an animation."""
    folder = tmp_path_factory.mktemp("seven")
    frames = [Image.fromarray(np.full((16, 16, 3), 30 * index, np.uint8)) for index in range(7)]
    (folder / "pictures").mkdir()
    for index, frame in enumerate(frames):
        frame.save(folder / "pictures" / f"{index}.png")
    frames[0].save(folder / "a.webp", save_all=True, append_images=frames[1:], duration=42, lossless=True)
    write_video(folder / "a.mp4", [np.asarray(frame) for frame in frames], 24)
    return {"video": folder / "a.mp4", "folder": folder / "pictures", "animation": folder / "a.webp"}


@given(
    st.sampled_from(["video", "folder", "animation"]),
    st.integers(0, 9),
    st.none() | st.integers(1, 12),
    st.integers(1, 4),
    st.none() | st.integers(1, 5),
)
def test_a_range_is_a_slice_of_the_whole(
    seven: dict[str, Path], kind: str, start: int, end: int | None, stride: int, most: int | None
) -> None:
    path = seven[kind]
    right = list(range(7))[start:end:stride][:most]
    if not right:
        with pytest.raises(ValueError, match="smaller start|0 <= start < end"):
            list(read_frames(path, start=start, end=end, stride=stride, max_frames=most))
        return
    read = list(read_frames(path, start=start, end=end, stride=stride, max_frames=most))
    assert [frame.index for frame in read] == right
    assert all(abs(int(frame.rgb.mean()) - 30 * frame.index) < 6 for frame in read)
    np.testing.assert_allclose([frame.pts for frame in read], np.array(right) / 24, atol=3e-3)
