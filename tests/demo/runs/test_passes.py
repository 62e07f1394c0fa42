"""Which frames a run and a repair visit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.runs.passes import Direction, Pass, Repair, repaired, whole_clip

ONE, TWO = frozenset({1}), frozenset({2})


def visited(part: Pass) -> list[str]:
    """Return the frames of a pass; those that are known in brackets."""
    return [f"({visit.index})" if visit.known else str(visit.index) for visit in part.visits]


def test_a_mask_on_frame_0_is_followed_to_the_end() -> None:
    passes = whole_clip({0: ONE, 3: TWO}, 5)
    assert [(part.objects, visited(part)) for part in passes] == [((1, 2), ["0", "1", "2", "3", "4"])]


def test_a_mask_in_mid_clip_is_followed_both_ways() -> None:
    there, back = whole_clip({2: ONE, 3: TWO}, 5)
    assert (there.objects, visited(there)) == ((1, 2), ["2", "3", "4"])
    assert (back.objects, visited(back)) == ((1,), ["(2)", "1", "0"])


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("forwards", [["(0)", "(1)", "(2)", "3", "4", "5", "6"]]),
        ("backwards", [["(0)", "(5)", "3", "2", "1"]]),
        ("both", [["(0)", "(1)", "(2)", "3", "4", "5", "6"], ["(0)", "(5)", "(3)", "2", "1"]]),
    ],
)
def test_a_repair_takes_in_what_is_known_first(direction: Direction, expected: list[list[str]]) -> None:
    passes = repaired({0: ONE, 3: ONE, 4: TWO, 5: ONE}, Repair(3, direction), 7)
    assert [visited(part) for part in passes] == expected
    assert {part.objects for part in passes} == {(1,)}


def test_an_object_that_is_new_starts_where_it_is_marked() -> None:
    marked = {0: ONE, 3: TWO}
    assert [visited(part) for part in repaired(marked, Repair(3), 5)] == [["3", "4"]]
    assert [visited(part) for part in repaired(marked, Repair(3, "backwards"), 5)] == [["3", "2", "1", "0"]]


def test_a_repair_needs_a_mark_and_a_direction() -> None:
    with pytest.raises(ValueError, match="Nothing is marked on frame 2"):
        repaired({0: ONE}, Repair(2), 5)
    with pytest.raises(ValueError, match="forwards, backwards or both"):
        Repair(2, "sideways")  # type: ignore[arg-type]


@given(
    st.dictionaries(st.integers(0, 9), st.sampled_from([ONE, TWO, ONE | TWO]), min_size=1),
    st.sampled_from(["forwards", "backwards", "both"]),
    st.data(),
)
def test_no_frame_is_done_twice_and_every_pass_starts_with_a_mark(
    marked: dict[int, frozenset[int]], direction: Direction, data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from(sorted(marked)))
    for passes in (whole_clip(marked, 10), repaired(marked, Repair(at, direction), 10)):
        done = [visit.index for part in passes for visit in part.visits if not visit.known]
        assert len(done) == len(set(done))
        for part in passes:
            assert marked[part.visits[0].index] & set(part.objects)
    assert at in done
    if direction == "forwards":
        assert min(done) == at
    if direction == "backwards":
        assert max(done) == at
