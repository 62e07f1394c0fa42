"""A progress bar with the time left, on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Bar:
    """One line of progress."""

    def __init__(self, progress: Progress, text: str, total: int | None) -> None:
        self._progress, self._task = progress, progress.add_task(text, total=total)

    def advance(self) -> None:
        """Count one more."""
        self._progress.advance(self._task)

    def show(self, text: str, done: int, total: int) -> None:
        """Say what goes on, and that `done` of `total` are over."""
        self._progress.update(self._task, description=text, completed=done, total=total)


@contextmanager
def progress_bar(text: str, total: int | None = None, hidden: bool = False) -> Iterator[Bar]:
    """Show a bar while the block runs; `total` None: the end is not known yet. A `hidden` one shows nothing."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=hidden) as progress:
        yield Bar(progress, text, total)
