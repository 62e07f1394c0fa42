"""Which run a visitor means by a name."""

from __future__ import annotations

from dataclasses import dataclass

from demo.runs.run import Run
from demo.runs.session import SessionStore
from demo.runs.showcase import Showcase

SHOWCASE = "showcase"  # the name of the greeting comparison; others are named by their folders


@dataclass(frozen=True)
class RunLookup:
    """Finds the runs that a visitor may read: their own, and the greeting comparison."""

    sessions: SessionStore
    showcase: Showcase

    def find(self, token: str | None, name: str) -> Run:
        """Return the run that a visitor knows as `name`.

        Raises:
            ValueError: the visitor's session has ended, or it has no such run.
        """
        session = self.sessions.open(token)
        if name == SHOWCASE:
            run = self.showcase.run()
        else:
            folders = {folder.name: folder for folder in session.folders("run")}
            run = Run.open(folders[name]) if name in folders else None
        if run is None:
            raise ValueError("This comparison is no longer there: run it again.")
        return run
