"""What happens on the page: which components a callback reads and which it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demo.page.handlers import Handlers

TO_RESULTS = """() => { const results = document.getElementById('results'), top = results.getBoundingClientRect().top;
if (top < 0 || top > window.innerHeight / 2) results.scrollIntoView({behavior: 'smooth'}); }"""


@dataclass(frozen=True)
class Steps:
    """The left column: what a visitor chooses."""

    examples: gr.Gallery
    upload: gr.UploadButton
    trim: gr.HTML
    canvas: gr.HTML
    names: gr.CheckboxGroup
    knocked_out: gr.CheckboxGroup
    settings: Sequence[Component]
    copy_link: gr.Button
    link: gr.Textbox
    run: gr.Button
    stop: gr.Button


@dataclass(frozen=True)
class Results:
    """What a run shows: progress, title and the player, which moves the inside along."""

    status: gr.HTML
    title: gr.Markdown
    player: gr.HTML
    undo: gr.Button


ALL_SAVED = """async (...values) => {  // what was painted last may still be on its way
const canvas = document.querySelector('.mask-canvas');
await canvas?.saving; await canvas?.saved;
return values; }"""
COPY_LINK = """(models, knockOuts, memory, interval, steps, search, shared) => {
const names = [...models, ...knockOuts].join(',');
const query = new URLSearchParams({models: names, memory, interval, steps, search, shared});
const link = `${location.origin}${location.pathname}?${query}`;
history.replaceState(null, '', link);
navigator.clipboard?.writeText(link).catch(() => {});
return link; }"""


def connect(
    page: gr.Blocks, handlers: Handlers, token: gr.State, timer: gr.Timer, steps: Steps, results: Results
) -> None:
    """Bind every event of the page."""
    _choosing(page, handlers, token, timer, steps, results)
    _running(handlers, token, steps, results)


def _choosing(
    page: gr.Blocks, handlers: Handlers, token: gr.State, timer: gr.Timer, steps: Steps, results: Results
) -> None:
    shown = [results.status, results.title, results.player, results.undo, timer]
    page.load(
        handlers.arrive, None, [token, steps.canvas, steps.trim, *shown], show_progress="hidden", **_api("arrive")
    )
    page.load(handlers.restore, None, [steps.names, steps.knocked_out, *steps.settings], **_api("restore"))
    page.unload(handlers.leave)
    timer.tick(handlers.wait, token, shown, show_progress="hidden", **_api("wait"))
    clip = [steps.canvas, steps.trim]
    steps.examples.select(handlers.choose, token, clip, show_progress_on=steps.canvas, **_api("choose"))
    steps.upload.upload(
        handlers.upload, [token, steps.upload], clip, show_progress_on=[steps.upload, steps.canvas], **_api("upload")
    )
    steps.trim.submit(handlers.trim, token, clip, js=ALL_SAVED, show_progress_on=steps.canvas, **_api("trim"))
    chosen = [steps.names, steps.knocked_out, *steps.settings]
    steps.copy_link.click(None, chosen, steps.link, js=COPY_LINK)


def _running(handlers: Handlers, token: gr.State, steps: Steps, results: Results) -> None:
    begun = [results.status, results.title, results.undo, steps.run, steps.stop]
    chosen = [token, steps.names, steps.knocked_out, *steps.settings]
    hidden: dict[str, Any] = {"show_progress": "hidden"}
    for event in (
        steps.run.click(handlers.begin, chosen, begun, js=ALL_SAVED, **hidden, **_api("begin")),
        steps.canvas.submit(handlers.repair, token, begun, **hidden, **_api("repair")),
    ):
        event.success(None, js=TO_RESULTS)
        worked = event.success(
            handlers.work,
            token,
            [results.status, results.player],
            concurrency_id="model",
            concurrency_limit=1,
            **hidden,
            **_api("work"),
        )
        settled = [results.status, results.title, results.player, results.undo, steps.run, steps.stop]
        worked.then(handlers.settle, token, settled, **hidden, **_api("settle"))
    steps.stop.click(handlers.stop, token, [steps.stop], queue=False, **hidden, **_api("stop"))
    shown = [results.title, results.player, results.undo]
    results.undo.click(handlers.undo, token, shown, **hidden, **_api("undo"))


def _api(name: str) -> dict[str, Any]:
    return {"api_name": name, "api_visibility": "undocumented"}
