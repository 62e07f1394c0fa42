"""What a run costs, and which ones are refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from demo.runs.passes import whole_clip
from demo.runs.price import UNKNOWN, Prices, Workload
from demo.runs.run import Run, VariantRecord
from llb.evaluation.results_table import RESULTS, read_result

MINE = ("my/one", "my/two")


def measured(*seconds: float) -> Run:
    records = tuple(VariantRecord(name, name, seconds_per_frame=pace) for name, pace in zip(MINE, seconds, strict=True))
    return Run(Path("run-1"), Path("clip-1"), (1,), records)


def test_a_run_costs_its_frames_times_objects_times_the_models_paces() -> None:
    assert Prices().seconds(Workload(MINE, 100, 3)) == pytest.approx(100 * 3 * 2 * UNKNOWN)


def test_all_passes_are_paid_for() -> None:
    marked = {10: frozenset({1}), 12: frozenset({2})}
    load = Workload.of(MINE, whole_clip(marked, 30))
    assert (load.frames, load.objects) == (20 + 11, 2)


@pytest.mark.skipif(not (RESULTS / "lite_llb.json").exists(), reason="no committed results")
def test_a_shipped_model_begins_with_its_committed_pace_and_a_knock_out_with_that_of_its_model() -> None:
    pace = read_result(RESULTS / "lite_llb.json").milliseconds / 1000
    for name in ("lite/llb", "lite/llb~gates"):
        assert Prices().seconds(Workload([name], 10, 1)) == pytest.approx(10 * pace)


def test_finished_runs_teach_the_pace_of_this_machine() -> None:
    prices = Prices()
    load = Workload(MINE, 100, 2)
    prices.learn(measured(0.1, 0.3), load, 40.0)
    assert prices.seconds(load) == pytest.approx(40.0), "side by side as they were measured"
    assert prices.seconds(Workload(MINE[:1], 100, 2)) == pytest.approx(10.0)
    prices.learn(measured(0.1, 0.3), load, 80.0)
    assert 40.0 < prices.seconds(load) < 80.0


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 0.0, -1.0])
def test_what_is_no_time_teaches_nothing(wrong: float) -> None:
    prices, load = Prices(), Workload(MINE, 100, 2)
    before = prices.seconds(load)
    prices.learn(measured(0.1, wrong), load, 40.0)
    prices.learn(measured(0.1, 0.3), load, wrong)
    assert prices.seconds(load) == before


def test_a_run_over_the_limit_is_told_the_largest_that_fits() -> None:
    prices = Prices(limit=1200.0)
    prices.check(Workload(["my/one"] * 6, 1000, 2))
    with pytest.raises(ValueError, match="take at most 1,000 frames or 1 model or 3 objects") as refused:
        prices.check(Workload(MINE, 2000, 6))
    assert "20 minutes" in str(refused.value)
