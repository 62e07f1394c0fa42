"""Which frames a run visits, in which order, so that every marked mask is used and no finished frame is done twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from llb.types import Labels

Marked = Mapping[int, frozenset[int]]  # frame -> the objects whose masks are given there
Direction = Literal["forwards", "backwards", "both"]


@dataclass(frozen=True)
class Visit:
    """A frame of the clip. Where its labels are `known` the models only take them in, and nothing is written."""

    index: int
    known: bool = False


@dataclass(frozen=True)
class Pass:
    """One sweep of every model over some frames for some objects; what the run holds of other objects stays."""

    objects: tuple[int, ...]
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Repair:
    """Go on from the masks that are marked on frame `at`, replacing what an earlier run has of these objects."""

    at: int
    direction: Direction = "forwards"

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise ValueError(f"There is no direction {self.direction!r}: choose forwards, backwards or both.")


@dataclass(frozen=True)
class EarlierRun:
    """What a repair begins with: the first so many `frames` are finished, but not by the `unused` marks on them."""

    frames: int
    unused: Marked = field(default_factory=dict)


def marked_objects(given: Mapping[int, Labels]) -> dict[int, frozenset[int]]:
    """Return which objects are marked on which frame."""
    return {index: frozenset(int(target) for target in np.unique(labels) if target) for index, labels in given.items()}


def whole_clip(marked: Marked, length: int) -> list[Pass]:
    """Plan a first run: forwards from the first marked frame, then backwards from it where it is not frame 0.

    An object that is marked later only joins there, and is followed forwards.
    """
    first = min(marked)
    passes = [_pass(frozenset().union(*marked.values()), _frames(range(first, length)))]
    if first > 0:
        passes.append(_pass(marked[first], (Visit(first, known=True), *_frames(range(first - 1, -1, -1)))))
    return passes


def repaired(marked: Marked, repair: Repair, length: int, earlier: EarlierRun) -> list[Pass]:
    """Plan a repair of the objects that are marked on frame `at`, which is finished in the earlier run.

    Forwards it goes to the end, taking in the known frames before it first; later marks are used on the way. Frames
    that the earlier run has not reached are done for all its objects together. Backwards it goes to the frame after the
    nearest earlier mark of these objects; all their marks on finished frames are taken in first. Their unused marks are
    never skipped: forwards the way begins at the first of them, backwards at the last.

    Raises:
        ValueError: nothing is marked on the frame.
    """
    objects = marked.get(repair.at, frozenset())
    if not objects:
        raise ValueError(f"Nothing is marked on frame {repair.at}: paint the object there first.")
    own = [index for index in sorted(marked) if marked[index] & objects]
    unused = {index for index, there in earlier.unused.items() if there & objects and index < earlier.frames}
    first, last = min({repair.at, *unused}), max({repair.at, *unused})
    if repair.direction == "backwards":
        return [_way_back(objects, [index for index in own if index < earlier.frames], last, first)]
    everyone = objects | _followed(marked, earlier)
    known = _frames(range(own[0], first), known=True)
    if everyone == objects or earlier.frames == length:
        passes = [_pass(objects, (*known, *_frames(range(first, length))))]
    else:
        begun = min(index for index, there in marked.items() if there & everyone)
        passes = [
            _pass(objects, (*known, *_frames(range(first, earlier.frames)))),
            _pass(
                everyone, (*_frames(range(begun, earlier.frames), known=True), *_frames(range(earlier.frames, length)))
            ),
        ]
    if repair.direction == "both":
        passes.append(_way_back(objects, own, first, first, known=True))
    return passes


def _way_back(objects: frozenset[int], marks: Sequence[int], last: int, first: int, known: bool = False) -> Pass:
    """Go from the mark on frame `last` past the one on `first` to the nearest mark before; `marks` are all finished.

    With `known` the frame `last` itself is done already.
    """
    stop = max((index for index in marks if index < first), default=-1)
    others = (index for index in marks if index <= stop or index > last)
    visits = (*_frames(others, known=True), Visit(last, known), *_frames(range(last - 1, stop, -1)))
    return _pass(objects, visits)


def _followed(marked: Marked, earlier: EarlierRun) -> frozenset[int]:
    """Return the objects that the earlier run follows, or would follow once it reaches their first mark."""
    reached = {index: there for index, there in marked.items() if index < earlier.frames}
    used = (there - earlier.unused.get(index, frozenset()) for index, there in reached.items())
    later = frozenset().union(*marked.values()) - frozenset().union(*reached.values())
    return later.union(*used)


def _pass(objects: frozenset[int], visits: tuple[Visit, ...]) -> Pass:
    return Pass(tuple(sorted(objects)), visits)


def _frames(indices: Iterable[int], known: bool = False) -> tuple[Visit, ...]:
    return tuple(Visit(index, known) for index in indices)
