"""Which frames a run visits, in which order, so that every marked mask is used and no finished frame is done twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def marked_objects(given: Mapping[int, Labels]) -> dict[int, frozenset[int]]:
    """Return which objects are marked on which frame."""
    return {index: frozenset(int(target) for target in np.unique(labels) if target) for index, labels in given.items()}


def whole_clip(marked: Marked, length: int) -> list[Pass]:
    """Plan a first run: forwards from the first marked frame, then backwards from it where it is not frame 0.

    An object that is marked later only joins there, and is followed forwards.
    """
    first = min(marked)
    objects = tuple(sorted(frozenset().union(*marked.values())))
    passes = [Pass(objects, _frames(range(first, length)))]
    if first > 0:
        back = (Visit(first, known=True), *_frames(range(first - 1, -1, -1)))
        passes.append(Pass(tuple(sorted(marked[first])), back))
    return passes


def repaired(marked: Marked, repair: Repair, length: int) -> list[Pass]:
    """Plan a repair of the objects that are marked on frame `at`.

    Forwards it goes to the end, taking in the known frames before it first; later marks are used on the way. Backwards
    it goes to the frame after the nearest earlier mark of these objects; all their marks are taken in first.

    Raises:
        ValueError: nothing is marked on the frame.
    """
    objects = marked.get(repair.at, frozenset())
    if not objects:
        raise ValueError(f"Nothing is marked on frame {repair.at}: paint the object there first.")
    own = sorted(index for index, there in marked.items() if there & objects and index != repair.at)
    earlier = [index for index in own if index < repair.at]
    passes = []
    if repair.direction != "backwards":
        known = _frames(range(min(earlier), repair.at), known=True) if earlier else ()
        passes.append(Pass(tuple(sorted(objects)), (*known, *_frames(range(repair.at, length)))))
    if repair.direction != "forwards":
        stop = max(earlier, default=-1)
        start = Visit(repair.at, known=repair.direction == "both")
        visits = (*_frames(own, known=True), start, *_frames(range(repair.at - 1, stop, -1)))
        passes.append(Pass(tuple(sorted(objects)), visits))
    return passes


def _frames(indices: Iterable[int], known: bool = False) -> tuple[Visit, ...]:
    return tuple(Visit(index, known) for index in indices)
