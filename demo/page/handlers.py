"""Callbacks for the visit, the clip and links: they move values between the page and the functions below it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr

from demo import text
from demo.clips.clip import Clip
from demo.clips.trim import trim_value
from demo.clips.upload import FrameRange
from demo.masks.canvas import CanvasValue
from demo.masks.chosen_clip import choose_clip
from demo.page.choice import Choice
from demo.page.clip_import import ClipImport
from demo.page.run_handlers import RunHandlers
from demo.page.services import Services
from demo.page.updates import ArrivalUpdate, ClipUpdate
from demo.page.user_errors import user_errors
from demo.runs.run_setup import able_models
from demo.runs.session import Session

REPORT_EVERY = 20  # frames between two reports of a clip being read
PROGRESS = gr.Progress()  # Gradio puts the caller's own in its place


@dataclass(frozen=True)
class Handlers:
    """A visitor is known by a token alone; all else lies in the session's folder."""

    services: Services
    runs: RunHandlers
    tabs: dict[str, str] = field(default_factory=dict)  # Gradio's id of a browser tab -> token

    def open_session(self, request: gr.Request) -> ArrivalUpdate:
        """Start a session with the first example chosen and the greeting comparison on show."""
        session = self.services.sessions.create()
        self.tabs[str(request.session_hash)] = session.token
        return ArrivalUpdate(
            session.token, *self.choose_example(session.token, 0), *self.runs.show_greeting(session.token)
        )

    def close_tab(self, request: gr.Request) -> None:
        """Note that a visitor's tab closed."""
        self.services.sessions.leave(self.tabs.pop(str(request.session_hash), None))

    def apply_link(self, request: gr.Request) -> Choice:
        """Set models and settings as the page's address says; one that says nothing changes nothing.

        A link that cannot be read changes nothing either, and says so.
        """
        unchanged = Choice(*(gr.skip() for _ in Choice._fields))
        try:
            chosen = Choice.from_link(request.query_params, able_models(self.services.models))
        except ValueError as error:
            gr.Warning(str(error))
            return unchanged
        return chosen or unchanged

    def choose(self, token: str | None, event: gr.SelectData) -> ClipUpdate:
        """Take the example that was clicked."""
        return self.choose_example(token, int(event.index))

    def choose_example(self, token: str | None, index: int) -> ClipUpdate:
        """Take an example by its place in the list, with its mask ready."""
        with user_errors():
            session, shelf = self.services.sessions.open(token), self.services.shelf
            clip = shelf.clip(shelf.names()[index])
            choose_clip(session, clip)
            return ClipUpdate(CanvasValue.of(session, clip).to_json(), {})

    def upload(self, token: str | None, paths: list[str] | None, progress: gr.Progress = PROGRESS) -> ClipUpdate:
        """Read an uploaded clip into the session; the clip chosen before stays if this one cannot be used."""
        if not paths:
            return ClipUpdate(gr.skip(), gr.skip())
        with user_errors():
            session = self.services.sessions.open(token)
            sources = [Path(path) for path in paths]
            clip = self._clip_import(session, progress).upload(sources)
            return self._uploaded(session, sources, clip)

    def trim(self, token: str | None, event: gr.EventData, progress: gr.Progress = PROGRESS) -> ClipUpdate:
        """Read other frames of the uploaded clip; masks of frames that are in both are copied."""
        with user_errors():
            session = self.services.sessions.open(token)
            reader = self._clip_import(session, progress)
            clip = reader.trim(FrameRange(int(event.start), int(event.end), int(event.stride)))
            return self._uploaded(session, reader.sources(), clip)

    def _uploaded(self, session: Session, sources: list[Path], clip: Clip) -> ClipUpdate:
        """Return an uploaded clip's canvas, and the handles that choose other frames of it."""
        canvas = CanvasValue.of(session, clip).to_json()
        return ClipUpdate(canvas, trim_value(sources, clip, self.services.limits))

    def _clip_import(self, session: Session, progress: gr.Progress) -> ClipImport:
        def report(done: int, of: int) -> None:
            if done % REPORT_EVERY == 0:
                progress((done, of), desc=text.READING, unit=text.FRAMES)

        return ClipImport(session, self.services.limits, report)
