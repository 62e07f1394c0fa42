"""Callbacks for runs, repairs and results: they move values between the page and the functions below it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demo import text
from demo.clips.clip import Clip
from demo.inside.pca_colours import colours_of
from demo.json_values import to_number
from demo.masks.annotations import Annotations
from demo.masks.canvas import CanvasValue
from demo.masks.chosen_clip import chosen_clip
from demo.page import html
from demo.page.choice import Choice, in_page_order
from demo.page.plan import Plan
from demo.page.run_views import WatchedRun, result_update, settled_update, start_update
from demo.page.services import Services
from demo.page.updates import GreetingUpdate, ResultUpdate, RunUpdate, StartUpdate, UndoUpdate
from demo.page.user_errors import user_errors
from demo.page.view_link import link_to
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest, able_models
from demo.runs.session import Session

LOOK_EVERY = 0.25  # seconds between two looks at a run that is watched


@dataclass(frozen=True)
class RunHandlers:
    """A visitor's runs lie in the session's folder.

    The newest one with something to show is on show, unless a clip was chosen since: then it is what that clip has.
    """

    services: Services

    def show_greeting(self, token: str | None) -> GreetingUpdate:
        """Show the first example's comparison, or say how far it is; the timer asks again until it is there."""
        with user_errors():
            session = self.services.sessions.open(token)
        if session.folders("run"):  # the visitor's own run stays on show
            return GreetingUpdate(gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.Timer(active=False))
        return self.newest_result_update(session)

    def newest_result_update(self, session: Session) -> GreetingUpdate:
        """Show what is on show, else how far the first example's comparison is."""
        run, clip = self.shown(session), self._chosen(session)
        is_greeting = clip is None or self.services.ready.is_first(clip)
        done = self.services.ready.progress() if run is None and is_greeting else None
        able = able_models(self.services.models)
        to_do = text.READY if clip is None or clip.has_truth else text.MARK_FIRST
        sentence = text.PREPARING if done is not None else to_do if able else text.NO_WEIGHTS
        status = "" if run else html.notice(sentence, done)
        return GreetingUpdate(status, *self.result_update(session, run), gr.Timer(active=done is not None))

    def show_chosen(self, session: Session) -> GreetingUpdate:
        """Show what the clip that was chosen has; a run that waits or works stays on show."""
        if self.services.live.of(session):
            return GreetingUpdate(*(gr.skip() for _ in GreetingUpdate._fields))
        self.note_chosen(session)
        return self.newest_result_update(session)

    def note_chosen(self, session: Session, shown: str = "") -> None:
        """Note that a clip was chosen; `shown` names its results in the session's folder, empty: its ready ones."""
        newest = self._newest_result(session)
        session.note_newest(newest.folder.name if newest else "", shown)

    def start(self, token: str | None, *chosen: Any) -> StartUpdate:
        """Queue a run of what was chosen and marked; one that cannot start changes nothing.

        `chosen` are the fields of a `Choice`, which Gradio passes one by one.
        """
        with user_errors():
            session, choice = self.services.sessions.open(token), Choice(*chosen)
            clip = chosen_clip(session)
            marked = Annotations.of(session, clip)
            entries = in_page_order(choice.entries, able_models(self.services.models))
            request = RunRequest(clip, marked.all(), entries, choice.settings, marked.names())
            return self._start_update(session, self.services.live.start(session, request), clip)

    def repair(self, token: str | None, event: gr.EventData) -> StartUpdate:
        """Queue a repair of the comparison on show, from a frame that the visitor marked anew."""
        with user_errors():
            session = self.services.sessions.open(token)
            self.services.live.check_idle(session)
            base, repair = (
                self._result_called(session, str(event.run)),
                Repair(to_number(event.index, "frame"), event.direction),
            )
            clip = Clip.open(base.clip_folder)
            marked = Annotations.of(session, clip)
            colours_of(base)  # fitted by now, so that the repair takes them along
            request = RepairRequest(base, marked.all(), repair, marked.names())
            return self._start_update(session, self.services.live.repair(session, request), clip)

    def undo_repair(self, token: str | None) -> UndoUpdate:
        """Delete the newest repair; show what it began with, and the marks as they were."""
        with user_errors():
            session = self.services.sessions.open(token)
            self.services.live.check_idle(session)
            run = self.shown(session)
            if run is not None and run.base and run.folder.parent == session.folder:
                Annotations.of(session, Clip.open(run.clip_folder)).undo(run)
                shutil.rmtree(run.folder, ignore_errors=True)
            canvas = CanvasValue.of(session, chosen_clip(session)).to_json()
            return UndoUpdate(canvas, *self.result_update(session, self.shown(session)))

    async def watch(self, token: str | None, name: str) -> AsyncIterator[RunUpdate]:
        """Tell how far a queued run is until it has ended, then show what it left; without a name nothing changes.

        The run goes on without a watcher.
        """
        if not name:
            yield RunUpdate(*(gr.skip() for _ in RunUpdate._fields))
            return
        with user_errors():
            session = self.services.sessions.open(token)
        watched = WatchedRun(session, session.folder / name, self.services.live)
        while not watched.ended:
            update = await asyncio.to_thread(watched.news)
            if update:
                yield update
            await asyncio.sleep(LOOK_EVERY)
        yield await asyncio.to_thread(self._show_end, watched)

    def stop(self, token: str | None) -> gr.Button:
        """End the visitor's run: one that waits goes at once, one at work keeps the frames that it has finished."""
        with user_errors():
            self.services.live.stop(self.services.sessions.open(token))
        return gr.Button(text.STOPPING, interactive=False)

    def plan(self, token: str | None, *chosen: Any) -> str:
        """Say what Run would do with what is chosen (the fields of a `Choice`) and marked."""
        try:
            session = self.services.sessions.open(token)
        except ValueError:  # the page is still arriving
            return ""
        return html.plan(Plan.of(self.services, session, Choice(*chosen)))

    def _start_update(self, session: Session, run: Run, clip: Clip) -> StartUpdate:
        """Return how the page looks when a run begins; what it shows of another clip goes."""
        shown = self.shown(session)
        update = start_update(run, clip, self.services.live.place(run.folder))
        return update if shown and shown.clip_folder == run.clip_folder else update._replace(player={})

    def _show_end(self, watched: WatchedRun) -> RunUpdate:
        result = self.result_update(watched.session, self.shown(watched.session))
        return settled_update(watched.last_words(), result)

    def result_update(self, session: Session, run: Run | None) -> ResultUpdate:
        """Return a finished run as the page shows it, with its part of the page's address."""
        return result_update(session, run, link_to(run, self.services.shelf) if run else "")

    def _result_called(self, session: Session, name: str) -> Run:
        """Return the run on show; raise ValueError if the page meant another one."""
        run = self.shown(session)
        if run is None or name != run.folder.name:
            raise ValueError("Another comparison is on screen now: mark the frame again.")
        return run

    def shown(self, session: Session) -> Run | None:
        """Return what is on show: the newest result, or what the chosen clip has if it was chosen since."""
        newest, notes, ready = self._newest_result(session), session.notes(), self.services.ready
        if newest and newest.folder.name != notes.newest:
            return ready.answers.complete(newest)
        if notes.shown and (session.folder / notes.shown / "run.json").exists():
            return ready.answers.complete(Run.open(session.folder / notes.shown).as_left())
        clip = self._chosen(session)
        if clip is None:
            return ready.greeting()
        own = self._newest_result(session, clip)
        return ready.of_clip(clip) or (ready.answers.complete(own) if own else None)

    def _chosen(self, session: Session) -> Clip | None:
        """Return the clip that the visitor has chosen, None without one."""
        with suppress(ValueError):
            return chosen_clip(session)
        return None

    def _newest_result(self, session: Session, clip: Clip | None = None) -> Run | None:
        """Return the visitor's newest run that has ended and has something to show, of a clip or of any."""
        for run in reversed(session.runs()):
            if clip and run.clip_folder != clip.folder:
                continue
            place = self.services.live.place(run.folder)
            if run.state == "waiting" or (place and not place.ended):
                continue
            run = run.as_left()
            if run.frames and (run.clip_folder / "clip.json").exists():
                return run
        return None
