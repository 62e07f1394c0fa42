"""What happens on the page: which components a callback reads and which it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demo import panels
from demo.handlers import Handlers

TO_RESULTS = """() => { const results = document.getElementById('results'), top = results.getBoundingClientRect().top;
if (top < 0 || top > window.innerHeight / 2) results.scrollIntoView({behavior: 'smooth'}); }"""


@dataclass(frozen=True)
class Steps:
    """The left column: what a visitor chooses."""

    examples: gr.Gallery
    upload: gr.UploadButton
    card: gr.Markdown
    target: gr.Radio
    editor: gr.ImageEditor
    legend: gr.HTML
    clear: gr.Button
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


def brush(target: int) -> gr.Brush:
    colours: list[Any] = [(panels.colour(number), 0.6) for number in range(1, panels.OBJECTS + 1)]
    return gr.Brush(default_size=18, colors=colours, default_color=colours[target - 1], color_mode="fixed")


def _choosing(
    page: gr.Blocks, handlers: Handlers, token: gr.State, timer: gr.Timer, steps: Steps, results: Results
) -> None:
    chosen = [steps.editor, steps.card, steps.legend, steps.clear]
    shown = [results.status, results.title, results.player, timer]
    page.load(handlers.arrive, None, [token, *chosen, *shown], show_progress="hidden", **_api("arrive"))
    page.load(handlers.restore, None, [steps.names, steps.knocked_out, *steps.settings], **_api("restore"))
    page.unload(handlers.leave)
    timer.tick(handlers.wait, token, shown, show_progress="hidden", **_api("wait"))
    steps.examples.select(handlers.choose, token, chosen, show_progress_on=steps.editor, **_api("choose"))
    steps.upload.upload(handlers.upload, [token, steps.upload], chosen, show_progress_on=steps.upload, **_api("upload"))
    steps.clear.click(handlers.clear_ready, token, chosen, show_progress="hidden", **_api("clear"))
    steps.target.change(
        lambda target: gr.ImageEditor(brush=brush(int(target))),
        steps.target,
        steps.editor,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    steps.editor.change(
        handlers.painted,
        [token, steps.editor],
        steps.legend,
        show_progress="hidden",
        trigger_mode="always_last",
        **_api("painted"),
    )


def _running(handlers: Handlers, token: gr.State, steps: Steps, results: Results) -> None:
    buttons = [steps.run, steps.stop]
    begun = steps.run.click(
        handlers.begin,
        [token, steps.editor, steps.names, steps.knocked_out, *steps.settings],
        [results.status, results.title, *buttons],
        show_progress="hidden",
        **_api("begin"),
    )
    begun.success(None, js=TO_RESULTS)
    worked = begun.success(
        handlers.work,
        token,
        [results.status, results.player],
        concurrency_id="model",
        concurrency_limit=1,
        show_progress="hidden",
        **_api("work"),
    )
    worked.then(
        handlers.settle,
        token,
        [results.status, results.title, results.player, *buttons],
        show_progress="hidden",
        **_api("settle"),
    )
    chosen = [steps.names, steps.knocked_out, *steps.settings]
    steps.copy_link.click(None, chosen, steps.link, js=COPY_LINK)
    steps.stop.click(handlers.stop, token, [steps.stop], queue=False, show_progress="hidden", **_api("stop"))


def _api(name: str) -> dict[str, Any]:
    return {"api_name": name, "api_visibility": "undocumented"}
