"""What all kept frames of a run say together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo.inside import views
from demo.inside.answers import ChannelsAnswer
from demo.inside.let_through import share_let_through
from demo.inside.questions import Place
from demo.inside.survey import BRANCHES, LIVE, Survey, mean_of_live
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace, TraceFolder, save_arrays, to_arrays
from llb.types import SearchRegion
from tests.support.page_fakes import FRAMES

REGION = SearchRegion(0, 0, 8, 8)


def write(traces: TraceFolder, index: int, **features: np.ndarray) -> None:
    """Store features of object 1 at a frame."""
    named = {name: array.astype(np.float16) for name, array in features.items()}
    trace = StoredTrace(REGION, True, 0, np.zeros((8, 8), np.uint8), named, (), (), ())
    traces.folder.mkdir(parents=True, exist_ok=True)
    save_arrays(traces.path(index), to_arrays(1, trace))


def test_a_channel_is_live_if_it_ever_exceeds_the_threshold(run: Run, tmp_path: Path) -> None:
    record = replace(run.variants[0], frames=2)
    lone = replace(run, folder=tmp_path, variants=(record,))
    value = np.zeros((3, 2, 2))
    write(lone.traces(record.name), 0, value=value)
    before = Survey.of(lone, record.name, 1)
    value[1, 0, 1], value[2] = -2 * LIVE, LIVE / 2
    write(lone.traces(record.name), 1, value=value)
    survey = Survey.of(lone, record.name, 1)
    assert (before.frames, survey.frames) == (1, 2)  # what came later is counted
    assert not before.live("value", 3).any()
    assert survey.live("value", 3).tolist() == [False, True, False]
    assert survey.live("label", 3).all()  # nothing is known of it
    assert (survey.shares, survey.gates) == ((0, 1), (0, 1))


def test_the_mean_is_over_live_channels() -> None:
    feature = np.stack([np.full((1, 2), 3.0), np.full((1, 2), 9.0), np.zeros((1, 2))])
    assert mean_of_live(feature, np.array([True, True, False])).tolist() == [[6, 6]]
    assert mean_of_live(feature, np.zeros(3, bool)).tolist() == [[4, 4]]


def test_the_ranges_are_those_of_both_gates_over_the_clip(run: Run) -> None:
    shares = []
    for index in range(1, FRAMES):
        trace = run.traces("lite/llb").read(index, 1)
        assert trace is not None
        for branch in BRANCHES:
            shares.append(share_let_through(trace.features[branch], trace.features[f"gate_{branch}"]))
    low, high = Survey.of(run, "lite/llb", 1).shares
    assert (low, high) == (pytest.approx(np.min(shares)), pytest.approx(np.max(shares)))
    assert 0 < low < high < 1


def test_the_page_is_told_the_largest_value_of_each_channel(run: Run) -> None:
    answer = views.channels(run, Place("lite/llb", 1, 5))
    assert isinstance(answer, ChannelsAnswer)
    stored = [trace for index in range(FRAMES) if (trace := run.traces("lite/llb").read(index, 1))]
    for name, told in (("value", answer.value), ("label", answer.label)):
        expected = np.max([np.abs(trace.features[name].astype(np.float32)).max((1, 2)) for trace in stored], 0)
        np.testing.assert_allclose(told, expected, atol=1e-4)
    assert (answer.frames, answer.least) == (FRAMES, LIVE)
    assert answer.cosine == max(stats.of("lite/llb", 1).cosine or 0 for stats in run.frame_stats())
