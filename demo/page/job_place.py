"""Where a run stands, as a program is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from demo.page.live_run import LiveRuns
from demo.runs.run import Run
from demo.runs.session import Session

TELL_EVERY = 1.0  # seconds between two looks at a job that is followed


@dataclass(frozen=True)
class JobPlace:
    """The place of a run.

    Attributes:
        token: of the session that holds it.
        run: its name there.
        state: ``waiting``, ``working``, ``set aside`` (begun, others have their turn), ``done``, ``stopped``,
            ``cancelled`` or ``failed``.
        place: 1 for the next to begin; 0 once it has begun.
        waiting: how many runs of all visitors wait.
        seconds: until it begins (waiting), goes on (set aside) or ends (working), estimated; 0 once it has ended.
    """

    token: str
    run: str
    state: str
    place: int
    waiting: int
    seconds: int

    @classmethod
    def of(cls, live: LiveRuns, session: Session, name: str) -> JobPlace:
        """Look a run up in the queue; one that left it long ago is as its folder says.

        Raises:
            ValueError: there is no such run.
        """
        place = live.place(session.folder / name)
        if place is not None:
            seconds = round(place.seconds)
            return cls(session.token, name, place.state, place.position, place.waiting, seconds)
        folders = {folder.name: folder for folder in session.folders("run")}
        if name not in folders:
            raise ValueError("There is no such run any more: give the token and the name that its call told.")
        return cls(session.token, name, Run.open(folders[name]).as_left().state, 0, 0, 0)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def follow(live: LiveRuns, session: Session, run: Run) -> Iterator[JobPlace]:
    """Tell where a run stands, at once and whenever that changes, until it has ended."""
    told = JobPlace.of(live, session, run.folder.name)
    yield told
    while not live.has_ended(run, TELL_EVERY):
        place = JobPlace.of(live, session, run.folder.name)
        if place != told:
            yield place
        told = place
