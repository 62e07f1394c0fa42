"""Callbacks for runs, repairs and results: they move values between the page and the functions below it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demo import text
from demo.clips.clip import Clip
from demo.inside.pca_colours import colours_of
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import chosen_clip
from demo.page import html
from demo.page.choice import Choice
from demo.page.live_run import STOP_FILE, work_live
from demo.page.player_value import PlayerValue
from demo.page.services import Services
from demo.page.updates import EndUpdate, GreetingUpdate, ProgressUpdate, ResultUpdate, StartUpdate
from demo.page.user_errors import user_errors
from demo.runs.lookup import SHOWCASE
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest, able_models, start_repair, start_run
from demo.runs.session import Session


@dataclass(frozen=True)
class RunHandlers:
    """A visitor's runs lie in the session's folder; the newest one with something to show is on show."""

    services: Services

    def show_greeting(self, token: str | None) -> GreetingUpdate:
        """Show the greeting comparison, or say how far it is; the timer asks again until it is there."""
        with user_errors():
            session = self.services.sessions.open(token)
            run = self._newest_result(session)
        if session.folders("run"):  # the visitor's own run stays on show
            return GreetingUpdate(gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.Timer(active=False))
        done = None if run else self.services.showcase.progress()
        able = able_models(self.services.models)
        sentence = text.PREPARING if done is not None else text.READY if able else text.NO_WEIGHTS
        status = "" if run else html.notice(sentence, done)
        return GreetingUpdate(status, *self._result_update(session, run), gr.Timer(active=done is not None))

    def start(self, token: str | None, *chosen: Any) -> StartUpdate:
        """Write down a run of what was chosen and marked; one that cannot start changes nothing.

        `chosen` are the fields of a `Choice`, which Gradio passes one by one.
        """
        with user_errors():
            session, choice = self.services.sessions.open(token), Choice(*chosen)
            clip = chosen_clip(session)
            marked = Annotations.of(session, clip)
            request = RunRequest(clip, marked.all(), choice.entries, choice.settings, marked.names())
            run = start_run(request, self.services.models, lambda: session.new_folder("run"))
        return _start_update(run, clip, text.running(clip.title))

    def repair(self, token: str | None, event: gr.EventData) -> StartUpdate:
        """Write down a repair of the comparison on show, from a frame that the visitor marked anew."""
        with user_errors():
            session = self.services.sessions.open(token)
            base, repair = self._result_called(session, str(event.run)), Repair(int(event.index), event.direction)
            clip = Clip.open(base.clip_folder)
            marked = Annotations.of(session, clip)
            colours_of(base)  # fitted by now, so that the repair takes them along
            request = RepairRequest(base, marked.all(), repair, marked.names())
            run = start_repair(request, lambda: session.new_folder("run", [base.folder]))
        return _start_update(run, clip, text.repairing(clip.title, repair.at))

    def undo_repair(self, token: str | None) -> ResultUpdate:
        """Delete the newest repair and show what it began with."""
        with user_errors():
            session = self.services.sessions.open(token)
            run = self._newest_result(session)
            if run is not None and run.base and run.folder.parent == session.folder:
                shutil.rmtree(run.folder, ignore_errors=True)
            return self._result_update(session, self._newest_result(session))

    def work(self, token: str | None) -> Iterator[ProgressUpdate]:
        """Do the newest run; the player shows every frame that all models have finished."""
        with user_errors():
            session = self.services.sessions.open(token)
            run = Run.open(session.folders("run")[-1])
            clip = Clip.open(run.clip_folder)
            yield ProgressUpdate(html.progress(run, len(clip), None), gr.skip())
            for step in work_live(run, self.services.models, session):
                value = PlayerValue.of(step.run, clip, token=session.token, name=run.folder.name, latest=step.frame)
                yield ProgressUpdate(html.progress(step.run, len(clip), step.seconds_left), value.to_json())
            if session.over_quota():
                gr.Warning(text.STORAGE_FULL)

    def stop(self, token: str | None) -> gr.Button:
        """Ask the newest run to end after its current frame."""
        with user_errors():
            session = self.services.sessions.open(token)
            for folder in session.folders("run")[-1:]:
                (folder / STOP_FILE).touch()
        return gr.Button(text.STOPPING, interactive=False)

    def show_end(self, token: str | None) -> EndUpdate:
        """Show what the newest run left, however it ended, and offer Run again."""
        with user_errors():
            session = self.services.sessions.open(token)
            result = self._result_update(session, self._newest_result(session))
        stop = gr.update(value=text.STOP, interactive=True, visible=False)
        return EndUpdate("", *result, gr.update(visible=True), stop)

    def _result_update(self, session: Session, run: Run | None) -> ResultUpdate:
        """Return a finished run's title, the player's value, and whether there is a repair to undo."""
        if run is None:
            return ResultUpdate(text.RESULTS_EMPTY, gr.skip(), gr.update(visible=False))
        clip = Clip.open(run.clip_folder)
        title = text.results_title(clip.title, run.frames, len(clip), run.state == "stopped")
        name = run.folder.name if run.folder.parent == session.folder else SHOWCASE
        value = PlayerValue.of(run, clip, token=session.token, name=name)
        return ResultUpdate(title, value.to_json(), gr.update(visible=bool(run.base)))

    def _result_called(self, session: Session, name: str) -> Run:
        """Return the run on show; raise ValueError if the page meant another one."""
        run = self._newest_result(session)
        if run is None or name not in (run.folder.name, SHOWCASE):
            raise ValueError("Another comparison is on show meanwhile: mark the frame again.")
        return run

    def _newest_result(self, session: Session) -> Run | None:
        """Return the visitor's newest run with something to show, else the greeting one."""
        for folder in reversed(session.folders("run")):
            run = Run.open(folder) if (folder / "run.json").exists() else None
            if run and run.frames and run.state in ("done", "stopped"):
                return run
        return self.services.showcase.run()


def _start_update(run: Run, clip: Clip, title: str) -> StartUpdate:
    """Return how the page looks while a run waits for its first frame."""
    return StartUpdate(
        status=html.progress(run, len(clip), None),
        title=f"### {title}",
        undo=gr.update(visible=False),
        run=gr.update(visible=False),
        stop=gr.update(visible=True),
    )
