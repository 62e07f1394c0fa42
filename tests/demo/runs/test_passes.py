"""Which frames a run and a repair visit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.runs.passes import Direction, EarlierRun, Pass, Repair, repaired, whole_clip

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
    passes = repaired({0: ONE, 3: ONE, 4: TWO, 5: ONE}, Repair(3, direction), 7, EarlierRun(7))
    assert [visited(part) for part in passes] == expected
    assert {part.objects for part in passes} == {(1,)}


def test_an_object_that_is_new_starts_where_it_is_marked() -> None:
    marked = {0: ONE, 3: TWO}
    assert [visited(part) for part in repaired(marked, Repair(3), 5, EarlierRun(5))] == [["3", "4"]]
    assert [visited(part) for part in repaired(marked, Repair(3, "backwards"), 5, EarlierRun(5))] == [
        ["3", "2", "1", "0"]
    ]


def test_a_repair_needs_a_mark_and_a_direction() -> None:
    with pytest.raises(ValueError, match="Nothing is marked on frame 2"):
        repaired({0: ONE}, Repair(2), 5, EarlierRun(5))
    with pytest.raises(ValueError, match="forwards, backwards or both"):
        Repair(2, "sideways")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("forwards", [["(0)", "(1)", "2", "3", "4", "5", "6"]]),
        ("backwards", [["(0)", "2", "1"]]),
        ("both", [["(0)", "(1)", "2", "3", "4", "5", "6"], ["(0)", "(5)", "(2)", "1"]]),
    ],
)
def test_a_mark_beyond_a_stopped_runs_last_frame_waits_for_its_turn(
    direction: Direction, expected: list[list[str]]
) -> None:
    passes = repaired({0: ONE, 2: ONE, 5: ONE}, Repair(2, direction), 7, EarlierRun(4))
    assert [visited(part) for part in passes] == expected


def test_beyond_a_stopped_runs_last_frame_all_its_objects_go_along() -> None:
    marked = {0: ONE | TWO, 2: ONE, 5: frozenset({3})}
    repair, beyond = repaired(marked, Repair(2), 7, EarlierRun(4))
    assert (repair.objects, visited(repair)) == ((1,), ["(0)", "(1)", "2", "3"])
    assert (beyond.objects, visited(beyond)) == ((1, 2, 3), ["(0)", "(1)", "(2)", "(3)", "4", "5", "6"])


@pytest.mark.parametrize(
    ("at", "direction", "expected"),
    [
        (6, "forwards", [["3", "4", "5", "6", "7"]]),
        (3, "forwards", [["3", "4", "5", "6", "7"]]),
        (6, "backwards", [["6", "5", "4", "3", "2", "1", "0"]]),
        (3, "backwards", [["6", "5", "4", "3", "2", "1", "0"]]),
        (6, "both", [["3", "4", "5", "6", "7"], ["(6)", "(3)", "2", "1", "0"]]),
    ],
)
def test_nothing_is_skipped_between_two_marks_that_are_new(
    at: int, direction: Direction, expected: list[list[str]]
) -> None:
    earlier = EarlierRun(8, {3: TWO, 6: TWO})
    assert [visited(part) for part in repaired({0: ONE, 3: TWO, 6: TWO}, Repair(at, direction), 8, earlier)] == expected


LENGTH = 10
OBJECTS = frozenset({1, 2, 3})
some_objects = st.frozensets(st.sampled_from(sorted(OBJECTS)), min_size=1)


@st.composite
def stopped_runs(draw: st.DrawFn) -> tuple[dict[int, frozenset[int]], Repair, EarlierRun]:
    """Draw marks, a place to repair, and how far the earlier run came with which of the marks."""
    marked = draw(st.dictionaries(st.integers(0, LENGTH - 1), some_objects, min_size=1))
    frames = draw(st.integers(min(marked) + 1, LENGTH))
    reached = sorted(index for index in marked if index < frames)
    unused = {index: marked[index] & draw(st.frozensets(st.sampled_from(sorted(OBJECTS)))) for index in reached}
    repair = Repair(draw(st.sampled_from(reached)), draw(st.sampled_from(["forwards", "backwards", "both"])))
    return marked, repair, EarlierRun(frames, {index: there for index, there in unused.items() if there})


@settings(max_examples=500)
@given(stopped_runs())
def test_passes_visit_only_frames_that_are_there_or_will_be_made(
    drawn: tuple[dict[int, frozenset[int]], Repair, EarlierRun],
) -> None:
    marked, repair, earlier = drawn
    made = earlier.frames
    done: list[int] = []
    for part in repaired(marked, repair, LENGTH, earlier):
        assert marked[part.visits[0].index] & set(part.objects)
        assert len({visit.index for visit in part.visits}) == len(part.visits)
        for visit in part.visits:
            assert visit.index < made if visit.known else visit.index <= made
            made = max(made, visit.index + 1)
        done += [visit.index for visit in part.visits if not visit.known]
    assert len(done) == len(set(done))
    assert repair.at in done
    assert made == (earlier.frames if repair.direction == "backwards" else LENGTH)


@settings(max_examples=500)
@given(stopped_runs())
def test_a_repair_uses_every_new_mark_of_its_objects(
    drawn: tuple[dict[int, frozenset[int]], Repair, EarlierRun],
) -> None:
    marked, repair, earlier = drawn
    objects = marked[repair.at]
    passes = repaired(marked, repair, LENGTH, earlier)
    done = {visit.index for part in passes for visit in part.visits if not visit.known}
    new = {index for index, there in earlier.unused.items() if there & objects} | {repair.at}
    assert set(range(min(new), max(new) + 1)) <= done, "nothing between them is skipped"
    for part in passes:
        if any(visit.index < earlier.frames and not visit.known for visit in part.visits):
            assert part.objects == tuple(sorted(objects)), "finished frames of other objects stay"
    if repair.direction == "forwards":
        assert min(done) == min(new)
    if repair.direction == "backwards":
        assert max(done) == max(new)


@given(st.dictionaries(st.integers(0, 9), some_objects, min_size=1))
def test_a_first_run_does_no_frame_twice_and_begins_every_pass_with_a_mark(marked: dict[int, frozenset[int]]) -> None:
    passes = whole_clip(marked, LENGTH)
    done = [visit.index for part in passes for visit in part.visits if not visit.known]
    assert sorted(done) == list(range(LENGTH))
    assert all(marked[part.visits[0].index] & set(part.objects) for part in passes)
