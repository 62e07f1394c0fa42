"""The example clips: masks that fit, and the difficulty that their titles promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from jaxtyping import UInt8

from demo.clips.examples import EXAMPLES, FOLDER, ExampleShelf, LoadedExample, load

OBJECTS = {"train": 2, "parade": 3}  # one in the others


@pytest.fixture(scope="module")
def loaded() -> dict[str, LoadedExample]:
    return {name: load(name) for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_frames_and_masks_fit(loaded: dict[str, LoadedExample], name: str) -> None:
    clip = loaded[name]
    assert clip.frames.shape == (48, 360, 640, 3)
    assert clip.labels.shape == (48, 360, 640)
    assert clip.frames.dtype == clip.labels.dtype == np.uint8
    assert clip.fps == 24
    assert EXAMPLES[name].description.endswith(".")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_object_of_the_first_frame_is_worth_tracking(loaded: dict[str, LoadedExample], name: str) -> None:
    first = loaded[name].labels[0]
    objects = np.unique(first)[1:]
    assert list(objects) == list(range(1, OBJECTS.get(name, 1) + 1))
    assert all((first == target).sum() >= 900 for target in objects)
    assert set(np.unique(loaded[name].labels)) == {0, *objects}


def test_all_files_belong_to_examples_and_are_small() -> None:
    files = {path for path in FOLDER.iterdir() if path.is_file()}
    assert files == {file for example in EXAMPLES.values() for file in example.files}
    assert sum(path.stat().st_size for path in files) < 12_000_000


def test_teapot_goes_from_warm_to_cold_light_through_a_shadow(loaded: dict[str, LoadedExample]) -> None:
    clip = loaded["teapot"]
    colours = [frame[labels > 0].mean(0) for frame, labels in zip(clip.frames, clip.labels, strict=True)]
    warmth = [red / blue for red, _, blue in colours]
    assert warmth[0] > 1.5 * warmth[-1]
    light = [colour.sum() for colour in colours]
    assert min(light[5:20]) < 0.8 * light[0]


def test_marked_duck_is_covered_by_the_other_and_comes_out_again(loaded: dict[str, LoadedExample]) -> None:
    area = areas(loaded["ducks"].labels, 1)
    assert area.min() < 0.5 * area[0]
    assert area[-1] > 0.9 * area[0]


def test_train_is_gone_for_some_frames_and_returns(loaded: dict[str, LoadedExample]) -> None:
    labels = loaded["train"].labels
    for target in (1, 2):
        area = areas(labels, target)
        hidden = np.flatnonzero(area == 0)
        assert len(hidden) >= 8
        assert area[hidden[-1] + 1 :].max() > 0.8 * area[0]
    assert (labels == 0).all((1, 2)).sum() >= 5


def test_bee_moves_by_more_than_half_its_width_in_a_frame(loaded: dict[str, LoadedExample]) -> None:
    seen = [np.nonzero(labels)[1] for labels in loaded["bee"].labels]
    steps = np.abs(np.diff([columns.mean() for columns in seen]))
    assert steps.max() > 0.5 * np.ptp(seen[0])


def test_biplane_grows_fourfold_in_width(loaded: dict[str, LoadedExample]) -> None:
    labels = loaded["biplane"].labels
    assert np.ptp(np.nonzero(labels[-1])[1]) > 4 * np.ptp(np.nonzero(labels[0])[1])


def test_three_toys_hide_one_another(loaded: dict[str, LoadedExample]) -> None:
    labels = loaded["parade"].labels
    robot, bus = areas(labels, 1), areas(labels, 3)
    assert robot.min() < 0.6 * robot[0]
    assert bus.min() < 0.4 * bus[0]


def test_clip_on_the_shelf_says_what_makes_it_hard(tmp_path: Path) -> None:
    name = next(iter(EXAMPLES))
    shelf = ExampleShelf.own(tmp_path)
    assert shelf.names() == list(EXAMPLES)
    made = shelf.clip(name)
    assert made.description == EXAMPLES[name].description
    assert shelf.clip(name) == made
    first = made.truth(0)
    assert first is not None
    np.testing.assert_array_equal(first, load(name).labels[0])


def test_unknown_example_is_named() -> None:
    with pytest.raises(ValueError, match="no example 'duck'"):
        load("duck")


def areas(labels: UInt8[np.ndarray, "t h w"], target: int) -> np.ndarray:
    return (labels == target).sum((1, 2))
