"""Which run a visitor means by a name."""

from __future__ import annotations

from dataclasses import dataclass

from demo.runs.ready_runs import ReadyRuns
from demo.runs.run import Run
from demo.runs.session import SessionStore


@dataclass(frozen=True)
class RunLookup:
    """Finds the runs that a visitor may read: their own, and those of the examples, by the names of their folders."""

    sessions: SessionStore
    ready: ReadyRuns

    def find(self, token: str | None, name: str) -> Run:
        """Return the run that a visitor knows as `name`.

        Raises:
            ValueError: the visitor's session has ended, or it has no such run.
        """
        session = self.sessions.open(token)
        folders = {folder.name: folder for kind in ("run", "view") for folder in session.folders(kind)}
        if name in folders:
            return self.ready.answers.complete(Run.open(folders[name]))
        run = self.ready.find(name)
        if run is None:
            raise ValueError("This comparison is no longer there: run it again.")
        return run
