"""The statistics of a frame."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from demo.runs.frame_stats import (
    FrameStats,
    ModelStats,
    ObjectStats,
    contribution_share,
    cosine,
    measure_frame,
    uncertainty,
)
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
    found = measure_frame({"lite/llb": result("lite/llb", 2, 20), "lite/joint": result("lite/joint", 2, 10)}, truth)
    good, half = found.of("lite/llb", 1), found.of("lite/joint", 1)
    assert (good.j, good.f, good.area) == (1.0, 1.0, 800)
    assert (half.j, half.area, half.agreement) == (0.5, 400, 0.5)
    assert found.models["lite/llb"].seconds == 0.1
    assert [found.models[name].mean_j for name in ("lite/llb", "lite/joint")] == [1.0, 0.5]


def test_the_marked_frame_is_not_scored_and_a_lone_model_agrees_with_nobody() -> None:
    truth = np.zeros(SIZE, np.uint8)
    found = measure_frame({"lite/llb": result("lite/llb", 0, 20)}, truth, [1])
    stats = found.of("lite/llb", 1)
    assert (stats.j, stats.f, stats.agreement, stats.share) == (None, None, None, None)
    assert stats.losses == (3.0, 1.0, 0.5)
    assert found.models["lite/llb"].mean_j is None


def test_an_object_that_is_out_of_sight_is_not_scored_whether_it_is_marked_or_not() -> None:
    truth = np.zeros(SIZE, np.uint8)
    for columns in (0, 20):
        found = measure_frame({"lite/llb": result("lite/llb", 2, columns)}, truth)
        stats = found.of("lite/llb", 1)
        assert (stats.j, stats.f, stats.area) == (None, None, 40 * columns)
        assert found.models["lite/llb"].mean_j is None


def test_what_is_not_traced_keeps_its_inside_and_is_measured_anew() -> None:
    truth = np.zeros(SIZE, np.uint8)
    truth[:, :20] = 1
    before = ObjectStats(area=7, j=0.1, agreement=0.2, cosine=0.25, losses=(1.0,))
    untraced = replace(result("lite/llb", 2, 10), traces=())
    earlier = FrameStats({"lite/llb": ModelStats(1.0, {1: before})})
    stats = measure_frame({"lite/llb": untraced}, truth, earlier=earlier).of("lite/llb", 1)
    assert (stats.area, stats.j, stats.cosine, stats.losses) == (400, 0.5, 0.25, (1.0,))
    assert stats.agreement is None


def test_json_has_only_what_is_known_under_the_names_that_the_page_reads() -> None:
    stats = ObjectStats(area=0, j=0.0, in_memory=False, gate_transduced=0.25, gate_induced=0.5, losses=(2.0, 1.0))
    frame = FrameStats({"lite/llb": ModelStats(None, {3: stats, 5: ObjectStats()})})
    wire = json.loads(json.dumps(frame.to_json()))
    known = {"area": 0, "j": 0.0, "in_memory": False, "gate1": 0.25, "gate2": 0.5, "losses": [2.0, 1.0]}
    assert wire == {"lite/llb": {"seconds": None, "objects": {"3": known, "5": {}}}}
    assert FrameStats.from_json(wire) == frame


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
