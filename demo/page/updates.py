"""What a callback changes on the page, by name: each tuple is built once of components and once of their new values."""

from __future__ import annotations

from typing import Any, NamedTuple


class ClipUpdate(NamedTuple):
    """Another clip, or another frame range of it."""

    canvas: Any
    trim: Any


class ResultUpdate(NamedTuple):
    """A finished run, and whether there is a repair to undo."""

    title: Any
    player: Any
    undo: Any


class GreetingUpdate(NamedTuple):
    """The greeting comparison, or a status line while it is prepared; the timer asks again until it is there."""

    status: Any
    title: Any
    player: Any
    undo: Any
    timer: Any


class ArrivalUpdate(NamedTuple):
    """Everything that a visitor gets when the page is opened."""

    token: Any
    canvas: Any
    trim: Any
    status: Any
    title: Any
    player: Any
    undo: Any
    timer: Any


class StartUpdate(NamedTuple):
    """A run or repair that is written down and waits to be worked."""

    status: Any
    title: Any
    undo: Any
    run: Any
    stop: Any


class ProgressUpdate(NamedTuple):
    """A run at work."""

    status: Any
    player: Any


class EndUpdate(NamedTuple):
    """A run that ended, however it did: its results, and Run on offer again."""

    status: Any
    title: Any
    player: Any
    undo: Any
    run: Any
    stop: Any
