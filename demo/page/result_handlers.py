"""Callbacks for other programs' results: they move values between the page and the functions below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from demo import result_text, text
from demo.page.handlers import PROGRESS, REPORT_EVERY, Handlers
from demo.page.result_import import ResultImport
from demo.page.updates import ImportUpdate, SequenceUpdate
from demo.page.user_errors import user_errors
from demo.page.viewed_results import ViewedResults
from demo.runs.imported_results import Tell


@dataclass(frozen=True)
class ResultHandlers:
    """A visitor is known by a token alone; what is imported lies in the session as a run."""

    handlers: Handlers

    def upload(self, token: str | None, paths: list[str] | None, progress: gr.Progress = PROGRESS) -> ImportUpdate:
        """Show uploaded masks on the chosen clip; what is on show stays if they cannot be used."""
        if not paths:
            return ImportUpdate(*(gr.skip() for _ in ImportUpdate._fields))
        services, runs = self.handlers.services, self.handlers.runs
        with user_errors():
            session = services.sessions.open(token)
            services.live.check_idle(session)
            reader = ResultImport(session, services.limits, _tell(progress))
            run = reader.upload([Path(path) for path in paths], runs.shown(session))
            return ImportUpdate("", *self.handlers.runs.result_update(session, run))

    def table(self, token: str | None) -> tuple[dict[str, Any], gr.Timer]:
        """Return the table of sequences, and whether to ask again; before the visitor has a session it stays away."""
        viewed = self._viewed()
        if not token:
            return gr.skip(), gr.Timer(active=True)
        with user_errors():
            complete = viewed.complete
            value = viewed.table(self.handlers.services.sessions.open(token)).to_json()
        return value, gr.Timer(active=not complete)

    def open(self, token: str | None, event: gr.EventData, progress: gr.Progress = PROGRESS) -> SequenceUpdate:
        """Open a sequence, paused at its worst frame; what is on show stays if it cannot be opened."""
        services, viewed = self.handlers.services, self._viewed()
        with user_errors():
            session = services.sessions.open(token)
            services.live.check_idle(session)
            run = viewed.open(session, str(event.name), _tell(progress))
            clip, shown = self.handlers.clip_update(session), self.handlers.runs.result_update(session, run)
            return SequenceUpdate(viewed.table(session).to_json(), *clip, "", *shown)

    def _viewed(self) -> ViewedResults:
        viewed = self.handlers.services.viewed
        assert viewed is not None, "the table is on the page of `llb view` alone"
        return viewed


def _tell(progress: gr.Progress) -> Tell:
    def tell(done: int, of: int) -> None:
        if done % REPORT_EVERY == 0:
            progress((done, of), desc=result_text.READING_RESULTS, unit=text.FRAMES)

    return tell
