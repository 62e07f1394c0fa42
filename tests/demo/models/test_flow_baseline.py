"""The optical flow baseline follows what moves, takes in what is painted, and is the same every time."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.models.flow_baseline import FlowSegmenter, model
from llb.weight_files import WEIGHTS
from scripts.evaluate_custom import evaluate
from tests.llb.evaluation.test_evaluate import our_layout
from tests.support.clips import iou

SIZE = (96, 160)


def moving(frames: int, starts: dict[int, tuple[int, int]], velocity: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Draw textured squares that move over a textured ground: frames [T, 96, 160, 3] and ids [T, 96, 160]."""
    random = np.random.default_rng(3)
    ground, cloth = (cv2.GaussianBlur(random.integers(0, 255, (*SIZE, 3), np.uint8), (0, 0), 2) for _ in range(2))
    rgb, labels = np.repeat(ground[None], frames, 0), np.zeros((frames, *SIZE), np.uint8)
    for index in range(frames):
        for target, (y, x) in starts.items():
            top, left = y + velocity[0] * index, x + velocity[1] * index
            labels[index, top : top + 40, left : left + 40] = target
            seen = labels[index] == target
            rgb[index][seen] = np.roll(cloth, (top, left), (0, 1))[seen] // 2 + 100
    return rgb, labels


def follow(rgb: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    segmenter = FlowSegmenter()
    found = [segmenter.start(rgb[0], {int(i): labels[0] == i for i in np.unique(labels[0]) if i})]
    found += [segmenter.step(frame) for frame in rgb[1:]]
    return [result.labels for result in found]


def test_two_objects_are_followed_alike_every_time() -> None:
    rgb, labels = moving(8, {1: (10, 10), 5: (40, 80)}, (1, 3))
    found = follow(rgb, labels)
    for target in (1, 5):
        assert iou(found[-1] == target, labels[-1] == target) > 0.7
        assert iou(labels[0] == target, labels[-1] == target) < 0.5  # it has moved
    assert all((one == other).all() for one, other in zip(found, follow(rgb, labels), strict=True))


def test_an_object_that_leaves_the_frame_is_gone() -> None:
    wide = cv2.GaussianBlur(np.random.default_rng(3).integers(0, 255, (96, 240, 3), np.uint8), (0, 0), 2)
    rgb = np.stack([wide[:, 8 * index : 8 * index + 160] for index in range(10)])  # the camera turns to the right
    labels = np.zeros((10, *SIZE), np.uint8)
    for index in range(10):
        labels[index, 20:60, max(0, 20 - 8 * index) : max(0, 60 - 8 * index)] = 1
    assert not labels[-1].any()
    found = follow(rgb, labels)
    assert iou(found[3] == 1, labels[3] == 1) > 0.8
    assert (found[-1] == 1).sum() < 0.05 * (labels[0] == 1).sum()


def test_a_correction_goes_on_from_where_it_was_painted() -> None:
    rgb, labels = moving(8, {1: (20, 20)}, (0, 4))
    segmenter = FlowSegmenter()
    segmenter.start(rgb[0], {1: np.roll(labels[0] == 1, 60, 1)})  # the wrong place
    segmenter.step(rgb[1])
    segmenter.correct(1, labels[2] == 1)
    segmenter.add_target(2, np.roll(labels[2] == 1, 60, 1))
    results = [segmenter.step(frame) for frame in rgb[2:]]
    assert iou(results[-1].labels == 1, labels[-1] == 1) > 0.8
    assert iou(results[-1].labels == 2, results[0].labels == 2) > 0.8  # nothing moves there


def test_known_frames_lead_on_backwards() -> None:
    rgb, labels = moving(8, {1: (20, 20)}, (0, 4))
    segmenter = FlowSegmenter()
    segmenter.start(rgb[7], {1: labels[7] == 1})
    segmenter.observe(rgb[6], {1: labels[6] == 1})
    for index in range(5, -1, -1):
        result = segmenter.step(rgb[index])
    assert iou(result.labels == 1, labels[0] == 1) > 0.7


def test_its_card_tells_the_committed_figure() -> None:
    measured = json.loads((WEIGHTS / "results" / "flow.json").read_text())
    assert model().facts == f"J&F {100 * measured['J&F']:.1f}"
    assert "not learnt" in model().title


def test_it_is_scored_as_the_shipped_models_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rgb, labels = moving(5, {1: (20, 20)}, (0, 4))
    our_layout(tmp_path, "squares", rgb, labels)
    evaluate("demo.models.flow_baseline:model", tmp_path, "val", tmp_path / "flow.json")
    found = json.loads((tmp_path / "flow.json").read_text())
    assert (found["model"], found["precision"], found["config"]) == ("flow", None, None)
    assert [sequence["name"] for sequence in found["sequences"]] == ["squares"]
    assert 0.7 < found["J"] <= 1
    assert f"J&F {100 * found['J&F']:.1f}" in capsys.readouterr().out
