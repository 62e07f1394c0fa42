"""`segment` on the command line: what it writes, and that every mistake of a user's ends in one line and status 2."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from llb.commands import options
from llb.formats.coco import CocoFile
from llb.io.label_png import read_labels, write_labels
from llb.io.video_reader import probe, read_frames, write_video
from tests.support.command_line import FRAMES, HEIGHT, WIDTH, run, scene
from tests.support.fakes import StubModel
from tests.support.videos import break_packet, encode

SETTINGS = "--start 2 --end 8 --stride 2 --max-frames 2 --memory-size 3 --interval 2 --steps 4 --search-factor 4.5"


@pytest.fixture(autouse=True)
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "load", lambda name, device, precision: StubModel(crop=(96, 128)))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write_video(tmp_path / "clip.mp4", [scene(index)[0] for index in range(FRAMES)], 12.0)
    write_labels(tmp_path / "mask.png", scene(0)[1])
    return tmp_path


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_segment_writes_masks_overlay_and_record(clip: Path) -> None:
    out = clip / "run"
    assert run("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", out) == 0
    names = [path.name for path in sorted((out / "masks").iterdir())]
    assert names == [f"{index:05d}.png" for index in range(FRAMES)]
    np.testing.assert_array_equal(read_labels(out / "masks/00000.png"), scene(0)[1])
    last = read_labels(out / "masks" / names[-1])
    assert min(overlap(last == target, scene(FRAMES - 1)[1] == target) for target in (1, 2)) > 0.7
    video = probe(out / "overlay.mp4")
    assert (video.width, video.height, video.frames, video.codec) == (WIDTH, HEIGHT, FRAMES, "h264")
    assert video.fps == pytest.approx(12)
    record = json.loads((out / "run.json").read_text())
    assert record["model"] == "lite/llb"
    assert (record["width"], record["height"], record["frames"], record["targets"]) == (WIDTH, HEIGHT, FRAMES, [1, 2])
    assert record["config"]["memory_size"] == 20
    assert record["config"]["search_factor"] == 5.0  # the stand-in's own
    assert record["seconds"]["per_frame"] > 0
    assert record["finished"] is True
    assert {"python", "torch", "av"} <= record["versions"].keys()
    assert not (out / "traces").exists()


def test_segment_writes_soft_masks_and_goes_as_released(clip: Path) -> None:
    out = clip / "run"
    words = ("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", out, "--soft", "--as-released")
    assert run(*words) == 0
    for target in (1, 2):
        soft = np.array(Image.open(out / f"soft/{target}/00005.png"))
        assert soft.shape == (HEIGHT, WIDTH)
        np.testing.assert_array_equal(soft > 128, read_labels(out / "masks/00005.png") == target)
    config = json.loads((out / "run.json").read_text())["config"]
    assert (config["exact_paste"], config["scale_min_mask_area"], config["interval"]) == (False, False, 5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own
def test_segment_takes_the_first_mask_of_another_program(clip: Path) -> None:
    CocoFile.of([("00000.png", scene(0)[1])]).write(clip / "mask.json")
    words = ("segment", clip / "clip.mp4", "--mask", clip / "mask.json", "--out", clip / "run", "--max-frames", 2)
    assert run(*words) == 0
    np.testing.assert_array_equal(read_labels(clip / "run/masks/00000.png"), scene(0)[1])


def test_segment_takes_a_range_and_settings(clip: Path) -> None:
    write_labels(clip / "mask.png", scene(2)[1])
    settings = SETTINGS.split()
    assert run("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", clip / "run", *settings) == 0
    assert sorted(path.stem for path in (clip / "run/masks").iterdir()) == ["00002", "00004"]
    record = json.loads((clip / "run/run.json").read_text())
    chosen = {"memory_size": 3, "interval": 2, "steps_first": 4, "search_factor": 4.5}
    assert chosen.items() <= record["config"].items()
    assert record["range"] == {"start": 2, "end": 8, "stride": 2, "max_frames": 2}


def test_segment_keeps_the_names_of_a_folder(clip: Path) -> None:
    (clip / "frames").mkdir()
    for index in range(3):
        Image.fromarray(scene(index)[0]).save(clip / "frames" / f"shot-{index + 9}.png")
    assert run("segment", clip / "frames", "--mask", clip / "mask.png", "--out", clip / "run") == 0
    assert {path.stem for path in (clip / "run/masks").iterdir()} == {"shot-9", "shot-10", "shot-11"}


def test_trace_writes_half_precision_arrays(clip: Path) -> None:
    arguments = ("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", clip / "run", "--trace")
    assert run(*arguments, "--max-frames", 3) == 0
    with np.load(clip / "run/traces/00002.npz") as trace:
        assert trace["1.value"].dtype == trace["2.transduced"].dtype == trace["1.logits"].dtype == np.float16
        assert trace["1.crop"].dtype == np.uint8
        assert trace["1.region"].shape == (4,)
        assert not trace["1.in_memory"]
    with np.load(clip / "run/traces/00000.npz") as trace:
        assert "1.value" in trace
        assert "1.logits" not in trace


def test_odd_sizes_keep_their_masks(clip: Path) -> None:
    rgb, labels = scene(0)
    (clip / "odd").mkdir()
    for index in range(2):
        Image.fromarray(rgb[:-1, :-1]).save(clip / "odd" / f"{index}.png")
    write_labels(clip / "mask.png", labels[:-1, :-1])
    assert run("segment", clip / "odd", "--mask", clip / "mask.png", "--out", clip / "run") == 0
    assert read_labels(clip / "run/masks/1.png").shape == (HEIGHT - 1, WIDTH - 1)


def mistakes(folder: Path) -> dict[str, tuple[list[object], str]]:
    """Name -> (arguments that replace the right ones, what the message says)."""
    write_labels(folder / "turned.png", scene(0)[1].T)
    write_labels(folder / "empty.png", np.zeros((HEIGHT, WIDTH), np.uint8))
    tiny, soft = (scene(0)[1] == 1).astype(np.uint8), cv2.GaussianBlur((scene(0)[1] > 0) * np.uint8(255), (9, 9), 3)
    tiny[:2, :2] = 2
    write_labels(folder / "tiny.png", tiny)
    Image.fromarray(soft).save(folder / "soft.png")
    Image.fromarray(soft).save(folder / "lossy.jpg")
    (folder / "script.mp4").write_text("#!/bin/sh\n" * 100)
    return {
        "clip": ([folder / "none.mp4"], "There is no file .*none.mp4"),
        "script": ([folder / "script.mp4"], "script.mp4 is not a video"),
        "mask": (["--mask", folder / "none.png"], "There is no mask file"),
        "turned": (["--mask", folder / "turned.png"], "The mask is 96x128 but the frames are 128x96 .*turned"),
        "empty": (["--mask", folder / "empty.png"], "The mask marks nothing"),
        "start": (["--start", 80], "has no frame 80"),
        "range": (["--start", 5, "--end", 3], "choose 0 <= start < end"),
        "setting": (["--memory-size", 0], "memory_size is 0: choose a value from 1 to 100"),
        "stride": (["--stride", 0], "stride >= 1"),
        "factor": (["--search-factor", 0], "search_factor is 0.0: choose a value from 1.5 to 20"),
        "tiny": (["--mask", folder / "tiny.png"], "Object 2 of the mask has 4 pixels: it needs at least 20"),
        "soft": (["--mask", folder / "soft.png"], "soft.png has soft edges"),
        "lossy": (["--mask", folder / "lossy.jpg"], "lossy.jpg is a lossy picture"),
        "out": (["--out", folder / "clip.mp4"], "clip.mp4"),
    }


@pytest.mark.parametrize(
    "mistake",
    [
        *("clip", "script", "mask", "turned", "empty", "start", "range", "setting", "stride", "factor", "tiny", "soft"),
        *("lossy", "out"),
    ],
)
def test_a_mistake_ends_in_one_line(clip: Path, mistake: str, capsys: pytest.CaptureFixture[str]) -> None:
    changed, sentence = mistakes(clip)[mistake]
    arguments: list[object] = [clip / "clip.mp4", "--mask", clip / "mask.png", "--out", clip / "run"]
    if isinstance(changed[0], Path):
        arguments[0] = changed[0]
    else:
        arguments += changed
    assert run("segment", *arguments) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[-1].startswith("Error: ")
    assert re.search(sentence, lines[-1])
    assert "Traceback" not in "".join(lines)


def test_a_folder_that_holds_a_run_is_refused_and_kept(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", clip / "run")
    assert run(*arguments) == 0
    before = {path: path.read_bytes() for path in (clip / "run").rglob("*.*")}
    assert run(*arguments, "--max-frames", 2) == 2
    assert "holds an earlier run: choose another folder" in " ".join(capsys.readouterr().err.split())
    assert {path: path.read_bytes() for path in (clip / "run").rglob("*.*")} == before


def test_a_mask_a_pixel_too_narrow_is_fitted(clip: Path) -> None:
    write_labels(clip / "mask.png", scene(0)[1][:, :-1])
    assert run("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", clip / "run") == 0
    assert read_labels(clip / "run/masks/00007.png").shape == (HEIGHT, WIDTH)


def test_void_is_followed_nowhere(clip: Path) -> None:
    labels = scene(0)[1]
    labels[40:45] = 255
    write_labels(clip / "mask.png", labels)
    assert run("segment", clip / "clip.mp4", "--mask", clip / "mask.png", "--out", clip / "run") == 0
    assert json.loads((clip / "run/run.json").read_text())["targets"] == [1, 2]


def test_what_could_not_be_read_is_said(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    encode(clip / "broken.mp4", "libx264", "yuv420p", [scene(index)[0] for index in range(FRAMES)], {"g": "1"})
    break_packet(clip / "broken.mp4", 5)
    assert run("segment", clip / "broken.mp4", "--mask", clip / "mask.png", "--out", clip / "run") == 0
    assert "Note: 1 frame could not be read." in capsys.readouterr().err
    assert json.loads((clip / "run/run.json").read_text())["notes"] == ["1 frame could not be read"]


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cuda:0"])
def test_unusable_devices_are_named(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match="choose"):
        options.check_device(device)


def test_frames_of_the_overlay_keep_their_times(clip: Path) -> None:
    times = [0.0, 0.1, 0.15, 0.4]
    write_video(clip / "uneven.mp4", [scene(index)[0] for index in range(4)], times)
    assert run("segment", clip / "uneven.mp4", "--mask", clip / "mask.png", "--out", clip / "run") == 0
    np.testing.assert_allclose([frame.pts for frame in read_frames(clip / "run/overlay.mp4")], times, atol=1e-3)
