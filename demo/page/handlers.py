"""Callbacks for the visit, the clip and links: they move values between the page and the functions below it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import gradio as gr

from demo import text
from demo.clips.clip import Clip
from demo.clips.trim import TrimValue
from demo.clips.upload import FrameRange
from demo.json_values import to_number, to_text
from demo.masks.canvas import CanvasValue
from demo.masks.chosen_clip import choose_clip, chosen_clip
from demo.page.choice import Choice
from demo.page.clip_import import ClipImport
from demo.page.example_gallery import ExampleGallery
from demo.page.linked_runs import LinkedRuns
from demo.page.run_handlers import RunHandlers
from demo.page.run_views import start_update
from demo.page.services import Services
from demo.page.updates import ArrivalUpdate, ChosenUpdate, ClipUpdate, StartUpdate
from demo.page.user_errors import user_errors
from demo.page.view_link import ViewLink, link_to
from demo.runs.lane import Lane
from demo.runs.run_setup import able_models
from demo.runs.session import Session

REPORT_EVERY = 20  # frames between two reports of a clip being read
MOST_TABS = 10_000  # whose end is waited for
LONGEST_QUERY = 2000  # characters of an address
CHOOSING = Lane(at_once=4, waiting=40, busy=text.CHOICES_BUSY)  # of a visitor's choices one after the other
PROGRESS = gr.Progress()  # Gradio puts the caller's own in its place


@dataclass(frozen=True)
class Handlers:
    """A visitor is known by a token alone; all else lies in the session's folder."""

    services: Services
    runs: RunHandlers
    gallery: ExampleGallery
    tabs: dict[str, str] = field(default_factory=dict)  # Gradio's id of a browser tab -> token

    def arrive(self, ticket: str | None, request: gr.Request) -> ArrivalUpdate:
        """Take up the session whose token the browser kept, or start one with the first example chosen."""
        with user_errors(), ExitStack() as failed:
            session, known = self._session(ticket)
            if not known:
                failed.callback(self.services.sessions.remove, session.token)
            update = self._arrival(session, self._is_refused(session, request.query_params))
            failed.pop_all()
        self.tabs[str(request.session_hash)] = session.token
        if len(self.tabs) > MOST_TABS:  # programs do not say when they go
            self.tabs.pop(next(iter(self.tabs)), None)
        return update

    def close_tab(self, request: gr.Request) -> None:
        """Note that a visitor's tab closed, unless another one, such as the same one reloaded, has the session."""
        token = self.tabs.pop(str(request.session_hash), None)
        if token not in self.tabs.values():
            self.services.sessions.leave(token)

    def apply_link(self, request: gr.Request) -> Choice:
        """Set models and settings as the page's address says; one that says nothing changes nothing.

        A link that cannot be read changes nothing either, and says so.
        """
        unchanged = Choice(*(gr.skip() for _ in Choice._fields))
        try:
            chosen = Choice.from_link(request.query_params, able_models(self.services.models))
        except ValueError as error:
            if "clip" not in request.query_params:  # else `arrive` says it
                gr.Warning(str(error))
            return unchanged
        return chosen or unchanged

    def open_view(self, token: str | None, event: gr.EventData) -> ChosenUpdate:
        """Put on show what an address of this page names, or the visitor's own results that stood there (`run`)."""
        with user_errors():
            session = self.services.sessions.open(token)
            if self.services.live.of(session):
                raise ValueError(text.VIEW_BUSY)
            query = dict(parse_qsl(to_text(event.query, "query", LONGEST_QUERY)))
            name = to_text(event.run, "run")
            return CHOOSING.do(lambda: self._open_view(session, query, name), result=session.token)

    def choose(self, token: str | None, event: gr.EventData) -> ChosenUpdate:
        """Take the entry of the gallery that was clicked."""
        return self.choose_example(token, to_number(event.index, "index"))

    def choose_example(self, token: str | None, index: int) -> ChosenUpdate:
        """Take an example, or the visitor's own clip, by its place in the gallery, with its masks and ready results."""
        with user_errors():
            session = self.services.sessions.open(token)
            return CHOOSING.do(lambda: self._choose_and_show(session, index), result=session.token)

    def upload(self, token: str | None, paths: list[str] | None, progress: gr.Progress = PROGRESS) -> ChosenUpdate:
        """Read an uploaded clip into the session; the clip chosen before stays if this one cannot be used."""
        if not paths:
            return ChosenUpdate(*(gr.skip() for _ in ChosenUpdate._fields))
        with user_errors():
            session = self.services.sessions.open(token)
            sources = [Path(path) for path in paths]
            return self._show(session, self._clip_import(session, progress).upload(sources))

    def trim(self, token: str | None, event: gr.EventData, progress: gr.Progress = PROGRESS) -> ChosenUpdate:
        """Read other frames of the uploaded clip; masks of frames that are in both are copied."""
        with user_errors():
            session = self.services.sessions.open(token)
            reader = self._clip_import(session, progress)
            clip = reader.trim(
                FrameRange(*(to_number(getattr(event, name), name) for name in ("start", "end", "stride")))
            )
            return self._show(session, clip)

    def clip_update(self, session: Session) -> ClipUpdate:
        """Return the canvas and the gallery for the clip that the visitor has chosen."""
        return self._clip_update(session, chosen_clip(session))

    def _arrival(self, session: Session, refused: bool) -> ArrivalUpdate:
        """Return the page as a session has it; one without a clip gets the first example.

        Where the address was `refused`, no older results stand under it until those of the run at work come.
        """
        if self.services.viewed:
            self.services.viewed.open_first(session)
        clip_update = self._clip_update(session, self._resumed_clip(session) or self._choose(session, 0))
        status, title, player, undo, timer = self.runs.newest_result_update(session)
        view = StartUpdate("", status, title, player, undo, gr.skip(), gr.skip())
        live = self.services.live.of(session)
        if live is not None:
            place = self.services.live.place(live.folder)
            view = start_update(live, Clip.open(live.clip_folder), place)._replace(player={} if refused else player)
        return ArrivalUpdate(session.token, session.token, *clip_update, timer, *view)

    def _open_view(self, session: Session, query: Mapping[str, str], name: str) -> ChosenUpdate:
        link = self._link_in(query)
        if link is not None:
            self._open_link(session, link)
        elif self._links.open_own(session, name):
            self.runs.note_chosen(session, name)
        clip = self._resumed_clip(session) or self._choose(session, 0)
        return ChosenUpdate(*self._clip_update(session, clip), *self.runs.newest_result_update(session))

    def _link_in(self, query: Mapping[str, str]) -> ViewLink | None:
        """Return the comparison that an address names; what is not here is said, and counts as none."""
        try:
            return ViewLink.from_query(query, self.services.shelf.names(), able_models(self.services.models))
        except ValueError as error:
            gr.Warning(str(error))
            return None

    def _is_refused(self, session: Session, query: Mapping[str, str]) -> bool:
        """Open what an address names; tell whether it stays closed for a run at work, which stays on show."""
        link = self._link_in(query)
        if link is None:
            return False
        if self.services.live.of(session) is None:
            self._open_link(session, link)
            return False
        shown = self.runs.shown(session)
        if shown is not None and link_to(shown, self.services.shelf) == link.query():
            return False
        gr.Warning(text.VIEW_BUSY)
        return True

    def _open_link(self, session: Session, link: ViewLink) -> None:
        """Put on show what a link names, as far as it is stored; what is not is said."""
        shown = self._links.open(session, link)
        if shown is None:
            gr.Warning(text.NOT_COMPUTED)
        self.runs.note_chosen(session, shown or "")

    @property
    def _links(self) -> LinkedRuns:
        return LinkedRuns(self.services)

    def _choose_and_show(self, session: Session, index: int) -> ChosenUpdate:
        return self._show(session, self._choose(session, index))

    def _choose(self, session: Session, index: int) -> Clip:
        clip = self.gallery.clip(session, index)
        choose_clip(session, clip)
        return clip

    def _show(self, session: Session, clip: Clip) -> ChosenUpdate:
        """Return a clip that was chosen this moment, with its results."""
        return ChosenUpdate(*self._clip_update(session, clip), *self.runs.show_chosen(session))

    def _session(self, ticket: str | None) -> tuple[Session, bool]:
        """Return the session of a token and True; a new one and False where there is none (any more)."""
        with suppress(ValueError):
            return self.services.sessions.open(ticket), True
        return self.services.sessions.create(), False

    def _resumed_clip(self, session: Session) -> Clip | None:
        """Return the clip that the visitor had chosen, None if it is gone."""
        with suppress(ValueError):
            return chosen_clip(session)
        return None

    def _clip_update(self, session: Session, clip: Clip) -> ClipUpdate:
        """Return a clip's canvas, the handles that choose other frames of an uploaded one, and the gallery."""
        sources = ClipImport(session, self.services.limits).sources()
        own = clip.source_frames and sources and all(path.exists() for path in sources)
        trim = TrimValue.of(sources, clip, self.services.limits).to_json() if own else {}
        return ClipUpdate(CanvasValue.of(session, clip).to_json(), trim, self.gallery.value(session, clip))

    def _clip_import(self, session: Session, progress: gr.Progress) -> ClipImport:
        def report(done: int, of: int) -> None:
            if done % REPORT_EVERY == 0:
                progress((done, of), desc=text.READING, unit=text.FRAMES)

        return ClipImport(session, self.services.limits, report)
