"""What a callback changes on the page, by name: each tuple is built once of components and once of their new values."""

from __future__ import annotations

from typing import Any, NamedTuple


class ClipUpdate(NamedTuple):
    """Another clip, or another frame range of it, and what can be chosen instead."""

    canvas: Any
    trim: Any
    examples: Any


class ResultUpdate(NamedTuple):
    """A finished run, and whether there is a repair to undo."""

    title: Any
    player: Any
    undo: Any


class ChosenUpdate(NamedTuple):
    """Another clip that was chosen, uploaded or cut, and its results, or what to do where it has none."""

    canvas: Any
    trim: Any
    examples: Any
    status: Any
    title: Any
    player: Any
    undo: Any
    timer: Any


class ImportUpdate(NamedTuple):
    """Results of other programs that were uploaded."""

    status: Any
    title: Any
    player: Any
    undo: Any


class SequenceUpdate(NamedTuple):
    """A sequence of `llb view` that was opened: the table, its clip, and the results on it."""

    table: Any
    canvas: Any
    trim: Any
    examples: Any
    status: Any
    title: Any
    player: Any
    undo: Any


class UndoUpdate(NamedTuple):
    """What a repair began with, after it was undone."""

    canvas: Any
    title: Any
    player: Any
    undo: Any


class GreetingUpdate(NamedTuple):
    """The first comparison, or a status line while it is computed; the timer asks again until it is there."""

    status: Any
    title: Any
    player: Any
    undo: Any
    timer: Any


class RunUpdate(NamedTuple):
    """A run that waits, works or has ended; `run` and `stop` are the buttons, of which one is on offer."""

    status: Any
    title: Any
    player: Any
    undo: Any
    run: Any
    stop: Any


class StartUpdate(NamedTuple):
    """A run that was queued: the name by which it is watched, and how the page looks meanwhile."""

    watched: Any
    status: Any
    title: Any
    player: Any
    undo: Any
    run: Any
    stop: Any


class ArrivalUpdate(NamedTuple):
    """Everything that a visitor gets when the page is opened; `ticket` is the token that the browser keeps."""

    token: Any
    ticket: Any
    canvas: Any
    trim: Any
    examples: Any
    timer: Any
    watched: Any
    status: Any
    title: Any
    player: Any
    undo: Any
    run: Any
    stop: Any
