"""What happens on the page: which components a callback reads and which it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import gradio as gr

from demo.components import browser_files
from demo.page.handlers import Handlers
from demo.page.model_choice import Chosen
from demo.page.run_handlers import RunHandlers
from demo.page.updates import (
    ArrivalUpdate,
    ChosenUpdate,
    ClipUpdate,
    GreetingUpdate,
    RunUpdate,
    StartUpdate,
    UndoUpdate,
)


class Endpoint(TypedDict):
    """How an event's endpoint appears to programs."""

    api_name: str
    api_visibility: Literal["undocumented"]


class Progress(TypedDict):
    """Whether Gradio covers what an event changes while it works."""

    show_progress: Literal["hidden"]


class Trigger(TypedDict):
    """What becomes of an event that comes while one of its kind is at work; by default Gradio drops it."""

    trigger_mode: Literal["multiple"]


HIDDEN: Progress = {"show_progress": "hidden"}
EVERY: Trigger = {"trigger_mode": "multiple"}  # the server does it, or says why not


@dataclass(frozen=True)
class Visit:
    """What the page knows of a visitor.

    `token` is the session's; `ticket` is what the browser keeps of it for a reload (`ticket.js`); `watched` is the name
    of the run that the page watches, empty without one.
    """

    token: gr.State
    ticket: gr.Textbox
    watched: gr.State


@dataclass(frozen=True)
class Steps:
    """What a visitor chooses: a clip, and in the left column masks, models and settings.

    `choice` are the components with the values of a `Choice`, in order.
    """

    examples: gr.HTML
    upload: gr.UploadButton
    trim: gr.HTML
    canvas: gr.HTML
    choice: Sequence[Chosen]
    copy_link: gr.Button
    link: gr.Textbox


@dataclass(frozen=True)
class RunBar:
    """The bar that stays in view: what Run would do, Run or Stop, and what begins and ends the presentation."""

    plan: gr.HTML
    run: gr.Button
    stop: gr.Button
    present: gr.Button
    leave: gr.Button


@dataclass(frozen=True)
class Results:
    """The right column: progress and title of a run, the player, the button that undoes a repair, and links."""

    status: gr.HTML
    title: gr.Markdown
    player: gr.HTML
    undo: gr.Button
    address: gr.HTML


@dataclass(frozen=True)
class Events:
    """Binds callbacks to the components of a page that is being built.

    `timer` ticks while the first example's comparison is computed.
    """

    visit: Visit
    timer: gr.Timer
    steps: Steps
    bar: RunBar
    results: Results

    def connect_visit(self, page: gr.Blocks, handlers: Handlers) -> None:
        """Bind what happens when the page is opened and closed."""
        visit, steps, results = self.visit, self.steps, self.results
        greeting = GreetingUpdate(results.status, results.title, results.player, results.undo, self.timer)
        clip, start = self._clip_update, self._start_update
        arrival = ArrivalUpdate(visit.token, visit.ticket, *clip, self.timer, *start)
        kept = browser_files.call_script("ticket", "keptTicket")
        arrived = page.load(handlers.arrive, visit.ticket, [*arrival], js=kept, **HIDDEN, **_api("arrive"))
        arrived.success(None, visit.ticket, js=browser_files.call_script("ticket", "keepTicket"))
        self._watch_after(arrived.success, handlers.runs, "resume")
        page.load(handlers.apply_link, None, [*steps.choice], **_api("restore"))
        for prepare in ("warnBeforeLeaving", "keepFocus", "explainTerms", "openPresentation"):
            page.load(None, js=browser_files.call_script("page", prepare))
        page.unload(handlers.close_tab)
        self.timer.tick(handlers.runs.show_greeting, visit.token, [*greeting], **HIDDEN, **_api("wait"))

    def connect_clip(self, handlers: Handlers) -> None:
        """Bind what chooses a clip, and the link to a choice."""
        steps, results, token = self.steps, self.results, self.visit.token
        shown = (results.status, results.title, results.player, results.undo, self.timer)
        chosen = [*ChosenUpdate(*self._clip_update, *shown)]
        steps.examples.select(handlers.choose, token, chosen, show_progress_on=steps.canvas, **EVERY, **_api("choose"))
        upload = steps.upload.upload(
            handlers.upload,
            [token, steps.upload],
            chosen,
            js=browser_files.call_script("page", "readingBegins"),
            show_progress_on=steps.examples,
            **EVERY,
            **_api("upload"),
        )
        trim = steps.trim.submit(
            handlers.trim,
            token,
            chosen,
            js=browser_files.call_script("page", "readingBeginsAfterSaving"),
            show_progress_on=steps.canvas,
            **EVERY,
            **_api("trim"),
        )
        for reading in (upload, trim):
            for end in (reading.success, reading.failure):
                end(None, js=browser_files.call_script("page", "readingEnds"))
        view = results.address.submit(handlers.open_view, token, chosen, **HIDDEN, **EVERY, **_api("open"))
        view.failure(None, js=browser_files.call_script("address", "stay"))
        link = browser_files.call_script("page", "copyLink")
        steps.copy_link.click(None, [*steps.choice], steps.link, js=link)

    def connect_runs(self, handlers: RunHandlers) -> None:
        """Bind what starts, watches, stops and undoes runs."""
        steps, results, token = self.steps, self.results, self.visit.token
        started = [*self._start_update]
        saved = browser_files.call_script("page", "runAfterSaving")
        chosen = [token, *steps.choice]
        begun = self.bar.run.click(handlers.start, chosen, started, js=saved, **HIDDEN, **_api("begin"))
        begun.failure(None, js=browser_files.call_script("page", "showLacking"))
        for name, event in (
            ("watch", begun),
            ("watch_repair", steps.canvas.submit(handlers.repair, token, started, **HIDDEN, **_api("repair"))),
        ):
            event.success(None, js=browser_files.call_script("page", "showResults"))
            self._watch_after(event.success, handlers, name)
        self.bar.stop.click(handlers.stop, token, [self.bar.stop], queue=False, **HIDDEN, **_api("stop"))
        undone = [*UndoUpdate(steps.canvas, results.title, results.player, results.undo)]
        saved = browser_files.call_script("page", "undoAfterSaving")
        results.undo.click(handlers.undo_repair, token, undone, js=saved, **HIDDEN, **_api("undo"))

    def connect_plan(self, handlers: RunHandlers) -> None:
        """Say what Run would do whenever it changes: models, settings, the clip, its marks, or a run that ended."""
        changes = [component.change for component in self.steps.choice]
        asked = self.bar.plan.submit  # when something was marked
        gr.on(
            [self.visit.ticket.change, self.steps.examples.change, self.results.title.change, asked, *changes],
            handlers.plan,
            [self.visit.token, *self.steps.choice],
            self.bar.plan,
            queue=False,
            trigger_mode="always_last",
            **HIDDEN,
            **_api("plan"),
        )

    def connect_presentation(self) -> None:
        """Show the results alone, large, and come back."""
        for button in (self.bar.present, self.bar.leave):
            button.click(None, js=browser_files.call_script("page", "togglePresentation"))

    @property
    def _clip_update(self) -> ClipUpdate:
        return ClipUpdate(self.steps.canvas, self.steps.trim, self.steps.examples)

    @property
    def _start_update(self) -> StartUpdate:
        return StartUpdate(self.visit.watched, *self._run_update)

    @property
    def _run_update(self) -> RunUpdate:
        results, bar = self.results, self.bar
        return RunUpdate(results.status, results.title, results.player, results.undo, bar.run, bar.stop)

    def _watch_after(self, success: Callable[..., Any], handlers: RunHandlers, name: str) -> None:
        """Watch the run that an event has named, until it has ended; any number of visitors do so at once."""
        watched = [self.visit.token, self.visit.watched]
        success(handlers.watch, watched, [*self._run_update], concurrency_limit=None, **HIDDEN, **_api(name))


def _api(name: str) -> Endpoint:
    """Name an endpoint that serves the page alone."""
    return {"api_name": name, "api_visibility": "undocumented"}
