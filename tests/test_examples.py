"""The example clips: drawn alike every time, with masks that fit and the difficulty that their titles promise."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from demo import examples
from demo.examples import EXAMPLES, RenderedExample, render, write_example
from llb.palette import read_labels
from llb.video_io import read_frames


@pytest.fixture(scope="module")
def rendered() -> dict[str, RenderedExample]:
    return {name: render(name) for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_sizes_and_one_sentence_each(rendered: dict[str, RenderedExample], name: str) -> None:
    clip, example = rendered[name], EXAMPLES[name]
    assert clip.frames.shape[1:3] == clip.labels.shape[1:] == (270, 480)
    assert 40 <= len(clip.frames) == len(clip.labels) <= 60
    assert clip.frames.dtype == clip.labels.dtype == np.uint8
    assert example.description.endswith(".")
    assert example.description.count(".") == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_object_of_the_first_frame_is_worth_tracking(rendered: dict[str, RenderedExample], name: str) -> None:
    first = rendered[name].labels[0]
    objects = np.unique(first)[1:]
    assert len(objects) == (2 if name == "balloons" else 1)
    assert all((first == target).sum() > 800 for target in objects)
    assert set(np.unique(rendered[name].labels)) == {0, *objects}


@pytest.mark.parametrize("name", EXAMPLES)
def test_drawing_is_deterministic(name: str, rendered: dict[str, RenderedExample]) -> None:
    for index, (rgb, labels) in enumerate(islice(EXAMPLES[name].frames(), 2)):
        np.testing.assert_array_equal(rgb, rendered[name].frames[index])
        np.testing.assert_array_equal(labels, rendered[name].labels[index])


def test_beach_ball_goes_from_sun_to_shade(rendered: dict[str, RenderedExample]) -> None:
    clip = rendered["beach-ball"]
    light = [frame[labels > 0].mean() for frame, labels in zip(clip.frames, clip.labels, strict=True)]
    assert light[-1] < 0.75 * light[0]


def test_koi_is_crossed_and_comes_out_again(rendered: dict[str, RenderedExample]) -> None:
    area = (rendered["koi"].labels > 0).sum((1, 2))
    middle = area[15:32].min()
    assert middle < 0.8 * area[8]
    assert area[38] > 1.2 * middle


def test_balloons_scale_and_occlusion(rendered: dict[str, RenderedExample]) -> None:
    labels = rendered["balloons"].labels
    near, far = (labels == 1).sum((1, 2)), (labels == 2).sum((1, 2))
    assert near[-1] > 4 * near[0]
    assert far.min() < 0.2 * far[0]
    assert far[-1] > 2 * far.min()


def test_written_example_reads_back(
    tmp_path: Path, rendered: dict[str, RenderedExample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "render", rendered.get)
    write_example("koi", tmp_path)
    clip = rendered["koi"]
    frames = list(read_frames(tmp_path / "clip.mp4"))
    assert len(frames) == len(clip.frames)
    assert np.abs(frames[20].rgb.astype(int) - clip.frames[20]).mean() < 6
    np.testing.assert_array_equal(read_labels(tmp_path / "masks" / "00020.png"), clip.labels[20])


def test_unknown_example_is_named() -> None:
    with pytest.raises(ValueError, match="no example 'kois'"):
        render("kois")
