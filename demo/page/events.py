"""What happens on the page: which components a callback reads and which it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import gradio as gr
from gradio.components import Component

from demo.components import browser_files
from demo.page.handlers import Handlers
from demo.page.run_handlers import RunHandlers
from demo.page.updates import (
    ArrivalUpdate,
    ClipUpdate,
    EndUpdate,
    GreetingUpdate,
    ProgressUpdate,
    ResultUpdate,
    StartUpdate,
)


class Endpoint(TypedDict):
    """How an event's endpoint appears to programs."""

    api_name: str
    api_visibility: Literal["undocumented"]


class Progress(TypedDict):
    """Whether Gradio covers what an event changes while it works."""

    show_progress: Literal["hidden"]


HIDDEN: Progress = {"show_progress": "hidden"}


@dataclass(frozen=True)
class Steps:
    """The left column: what a visitor chooses. `choice` are the components with the values of a `Choice`, in order."""

    examples: gr.Gallery
    upload: gr.UploadButton
    trim: gr.HTML
    canvas: gr.HTML
    choice: Sequence[Component]
    copy_link: gr.Button
    link: gr.Textbox
    run: gr.Button
    stop: gr.Button


@dataclass(frozen=True)
class Results:
    """The right column: progress and title of a run, the player, and the button that undoes a repair."""

    status: gr.HTML
    title: gr.Markdown
    player: gr.HTML
    undo: gr.Button


@dataclass(frozen=True)
class Events:
    """Binds callbacks to the components of a page that is being built.

    `token` holds the visitor's token, `timer` ticks while the greeting comparison is prepared.
    """

    token: gr.State
    timer: gr.Timer
    steps: Steps
    results: Results

    def connect_visit(self, page: gr.Blocks, handlers: Handlers) -> None:
        """Bind what happens when the page is opened and closed."""
        steps, results = self.steps, self.results
        greeting = GreetingUpdate(results.status, results.title, results.player, results.undo, self.timer)
        arrival = ArrivalUpdate(self.token, steps.canvas, steps.trim, *greeting)
        page.load(handlers.open_session, None, [*arrival], **HIDDEN, **_api("arrive"))
        page.load(None, js=browser_files.preload_script("page"))
        page.load(handlers.apply_link, None, [*steps.choice], **_api("restore"))
        page.unload(handlers.close_tab)
        self.timer.tick(handlers.runs.show_greeting, self.token, [*greeting], **HIDDEN, **_api("wait"))

    def connect_clip(self, handlers: Handlers) -> None:
        """Bind what chooses a clip, and the link to a choice."""
        steps = self.steps
        clip = [*ClipUpdate(steps.canvas, steps.trim)]
        steps.examples.select(handlers.choose, self.token, clip, show_progress_on=steps.canvas, **_api("choose"))
        steps.upload.upload(
            handlers.upload,
            [self.token, steps.upload],
            clip,
            show_progress_on=[steps.upload, steps.canvas],
            **_api("upload"),
        )
        saved = browser_files.call_script("page", "afterSaving")
        steps.trim.submit(handlers.trim, self.token, clip, js=saved, show_progress_on=steps.canvas, **_api("trim"))
        link = browser_files.call_script("page", "copyLink")
        steps.copy_link.click(None, [*steps.choice], steps.link, js=link)

    def connect_runs(self, handlers: RunHandlers) -> None:
        """Bind what starts, works, stops and undoes runs."""
        steps, results = self.steps, self.results
        started = [*StartUpdate(results.status, results.title, results.undo, steps.run, steps.stop)]
        saved = browser_files.call_script("page", "afterSaving")
        chosen = [self.token, *steps.choice]
        for event in (
            steps.run.click(handlers.start, chosen, started, js=saved, **HIDDEN, **_api("begin")),
            steps.canvas.submit(handlers.repair, self.token, started, **HIDDEN, **_api("repair")),
        ):
            event.success(None, js=browser_files.call_script("page", "showResults"))
            self._work_after(event.success, handlers)
        steps.stop.click(handlers.stop, self.token, [steps.stop], queue=False, **HIDDEN, **_api("stop"))
        result = [*ResultUpdate(results.title, results.player, results.undo)]
        results.undo.click(handlers.undo_repair, self.token, result, **HIDDEN, **_api("undo"))

    def _work_after(self, success: Callable[..., Any], handlers: RunHandlers) -> None:
        """Work a run once it is written down, one visitor's at a time, and show how it ended."""
        steps, results = self.steps, self.results
        progress = [*ProgressUpdate(results.status, results.player)]
        end = EndUpdate(results.status, results.title, results.player, results.undo, steps.run, steps.stop)
        worked = success(
            handlers.work,
            self.token,
            progress,
            concurrency_id="model",
            concurrency_limit=1,
            **HIDDEN,
            **_api("work"),
        )
        worked.then(handlers.show_end, self.token, [*end], **HIDDEN, **_api("settle"))


def _api(name: str) -> Endpoint:
    """Name an endpoint that serves the page alone."""
    return {"api_name": name, "api_visibility": "undocumented"}
