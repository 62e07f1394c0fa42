"""Numbers that are none never reach a browser."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from demo.browser_json import browser_json
from demo.runs.frame_stats import FrameStats, ModelStats, ObjectStats

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values)
def test_it_is_strict_json_and_changes_nothing_else(value: object) -> None:
    found = browser_json(value)
    written = json.dumps(found, allow_nan=False)
    assert json.loads(written) == found
    assert browser_json(found) == found


def test_infinities_become_null() -> None:
    assert browser_json({"a": [1.5, math.nan, (math.inf,)], "b": -math.inf}) == {"a": [1.5, None, [None]], "b": None}


def test_a_learner_that_diverged_is_read_back() -> None:
    stats = FrameStats({"llb": ModelStats(0.1, {1: ObjectStats(cosine=math.nan, losses=(1.0, math.inf))})})
    read = FrameStats.from_json(browser_json(stats.to_json())).of("llb", 1)
    assert read.cosine is None
    assert read.losses[0] == 1.0
    assert math.isnan(read.losses[1])
