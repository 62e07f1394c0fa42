"""The figures of a frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demo.runs.frame_stats import contribution_share, cosine, figures, uncertainty
from llb.types import FrameResult
from tests.support.page_fakes import fake_trace

SIZE = (40, 60)


def result(name: str, index: int, columns: int) -> FrameResult:
    """Return a result whose object 1 is the first columns."""
    labels = np.zeros(SIZE, np.uint8)
    labels[:, :columns] = 1
    prob = np.stack([labels != 1, labels == 1]).astype(np.float32)
    return FrameResult(index, (1,), labels, prob, 0.1, (fake_trace(name, 1, index, SIZE),))


def test_quality_area_and_agreement() -> None:
    truth = np.zeros(SIZE, np.uint8)
    truth[:, :20] = 1
    found = figures({"lite/llb": result("lite/llb", 2, 20), "lite/joint": result("lite/joint", 2, 10)}, truth)
    good, half = (found[name]["objects"]["1"] for name in ("lite/llb", "lite/joint"))
    assert (good["j"], good["f"], good["area"]) == (1.0, 1.0, 800)
    assert (half["j"], half["area"], half["agreement"]) == (0.5, 400, 0.5)
    assert found["lite/llb"]["seconds"] == 0.1


def test_the_given_frame_is_not_scored_and_a_lone_model_agrees_with_nobody() -> None:
    truth = np.zeros(SIZE, np.uint8)
    entry = figures({"lite/llb": result("lite/llb", 0, 20)}, truth, [1])["lite/llb"]["objects"]["1"]
    assert not {"j", "f", "agreement", "share"} & entry.keys()
    assert entry["losses"] == [3.0, 1.0, 0.5]


def test_what_is_not_traced_keeps_its_inside_and_is_measured_anew() -> None:
    truth = np.zeros(SIZE, np.uint8)
    truth[:, :20] = 1
    before = {"lite/llb": {"seconds": 1.0, "objects": {"1": {"area": 7, "j": 0.1, "cosine": 0.25, "losses": [1.0]}}}}
    untraced = replace(result("lite/llb", 2, 10), traces=())
    entry = figures({"lite/llb": untraced}, truth, before=before)["lite/llb"]["objects"]["1"]
    assert (entry["area"], entry["j"], entry["cosine"], entry["losses"]) == (400, 0.5, 0.25, [1.0])
    assert "agreement" not in entry


def test_uncertainty_is_one_for_a_guess_and_zero_for_a_decision() -> None:
    sure = np.zeros((4, 4), np.float32)
    assert uncertainty(sure) == 1.0
    sure[:2] = 1
    assert uncertainty(sure) == 0.0
    assert uncertainty(np.full((4, 4), 0.5)) == 1.0
    sure[0] = 0.9
    assert uncertainty(sure) == pytest.approx(4 * 4 * 0.09 / (4 * 0.9 + 4), rel=1e-5)


def test_share_is_the_part_of_the_absolute_sum() -> None:
    one, other = np.full((2, 3, 3), 3.0), np.full((2, 3, 3), -1.0)
    assert contribution_share(one, other, None, None) == pytest.approx(0.75)
    assert contribution_share(one, other, np.full_like(one, 0.5), np.full_like(one, 0.5)) == pytest.approx(0.75)
    assert contribution_share(one, other, np.zeros_like(one), np.ones_like(one)) == 0.0
    assert contribution_share(np.zeros_like(one), np.zeros_like(one), None, None) == 0.0


def test_cosine_is_one_for_the_same_direction_and_zero_for_none() -> None:
    feature = np.random.default_rng(0).normal(size=(4, 2, 2))
    assert cosine(feature, 3 * feature) == pytest.approx(1)
    assert cosine(feature, -feature) == pytest.approx(-1)
    assert cosine(feature, np.zeros_like(feature)) == 0.0
