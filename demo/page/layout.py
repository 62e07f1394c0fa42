"""The page's layout; what happens on a click stands in `events`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr
from starlette.routing import Route

from demo import text
from demo.clips.upload import FILE_TYPES, Limits
from demo.components import browser_files, words
from demo.inside.diagram import BOXES
from demo.inside.server import InsideServer
from demo.lesson import worksheet
from demo.masks.canvas_server import CanvasServer
from demo.page import html
from demo.page.api import Api, connect_api
from demo.page.events import Events, Results, RunBar, Steps, Visit
from demo.page.example_gallery import ExampleGallery
from demo.page.file_routes import FileRoutes
from demo.page.guide import lesson, view_link
from demo.page.handlers import Handlers
from demo.page.model_choice import Chosen, model_choice, settings_choice
from demo.page.player_server import PlayerServer
from demo.page.result_handlers import ResultHandlers
from demo.page.result_layout import ResultParts
from demo.page.run_handlers import RunHandlers
from demo.page.services import Services
from demo.page.uploads import uploads_only
from demo.runs.fit_replays import FitReplays
from demo.runs.lookup import RunLookup
from demo.runs.run_setup import MOST_OBJECTS
from demo.screen_colours import object_colour
from llb.evaluation.results_table import ablation

CSS = [Path(__file__).with_name("page.css"), *browser_files.styles()]
LEGIBLE = {  # Gradio's own colours of these have less contrast than 4.5 to 1
    "color_accent": "*primary_600",
    "body_text_color_subdued": "*neutral_600",
    "input_placeholder_color": "*neutral_500",
    "input_placeholder_color_dark": "*neutral_400",
    "button_primary_background_fill": "*primary_600",
    "button_primary_background_fill_hover": "*primary_700",
    "button_primary_border_color": "*primary_600",
    "button_cancel_background_fill": "#dc2626",
    "button_cancel_background_fill_hover": "#b91c1c",
}


class Page(gr.Blocks):
    """Gradio's page, which ends the server's own work when it is closed."""

    on_close: Callable[[], object] = staticmethod(lambda: None)

    def close(self, verbose: bool = True) -> None:
        """End what is at work, then the server."""
        self.on_close()
        super().close(verbose)


def build_page(services: Services) -> Page:
    """Build the page; it holds nothing of a visitor."""
    runs = RunHandlers(services)
    gallery = ExampleGallery(services.shelf)
    handlers = Handlers(services, runs, gallery)
    with Page(title=text.TITLE, fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)) as page:
        visit = Visit(gr.State(None), gr.Textbox("", visible="hidden", elem_id="ticket"), gr.State(""))
        timer = gr.Timer(1.0, active=False)
        gr.HTML(html.intro(), elem_id="intro")
        lookup = RunLookup(services.sessions, services.ready)
        table = ResultParts.build_table() if services.viewed else (None, None)
        examples, upload = _clip_choice(gallery, services.limits)
        bar = _run_bar()
        fits = FitReplays(services.live.queue, (services.live.models, services.ready.answers.models))
        with gr.Row(elem_id="main", elem_classes="viewing" if services.viewed else None):
            with gr.Column(scale=4, min_width=340, elem_id="steps"):
                trim, canvas, choice, link = _steps(services, CanvasServer(services.sessions, lookup))
            with gr.Column(scale=9, min_width=340, elem_id="results"):
                results, result_zips = _results(PlayerServer(lookup))
        with gr.Column(elem_id="inside-part"):
            gr.Markdown(text.INSIDE, elem_id="inside-title")
            gr.HTML(html.paragraph(text.INSIDE_INTRO), elem_id="inside-intro")
            _inside(InsideServer(lookup, fits))
        _table()
        gr.HTML(html.glossary(), elem_id="words")
        gr.HTML(html.cite(), elem_id="cite")
        steps = Steps(examples, upload, trim, canvas, choice, *link)
        connect_api(Api(services, lookup))
        events = Events(visit, timer, steps, bar, results)
        events.connect_visit(page, handlers)
        events.connect_clip(handlers)
        events.connect_runs(runs)
        events.connect_plan(runs)
        events.connect_presentation()
        ResultParts(result_zips, *table).connect(events, ResultHandlers(handlers))
    return page


class LaunchOptions(TypedDict):
    """The arguments of Gradio's `launch` that belong to this page."""

    theme: gr.themes.Base
    css_paths: Sequence[str | Path]
    app_kwargs: dict[str, list[Route]]
    max_file_size: str
    ssr_mode: bool
    footer_links: list[Any]
    mcp_server: bool
    run_history: bool


def launch_options(*served: Path) -> LaunchOptions:
    """Return what belongs to `launch`: looks, limits, and the page's own routes.

    `served` are the folders that hold sessions, examples and their comparisons (`FileRoutes`); Gradio itself
    gives out nothing of them.
    """
    fonts = ["system-ui", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif"]
    mono = ["ui-monospace", "Menlo", "Consolas", "monospace"]
    theme = gr.themes.Default(
        primary_hue="blue",
        neutral_hue="slate",
        font=[gr.themes.Font(name) for name in fonts],
        font_mono=[gr.themes.Font(name) for name in mono],
    ).set(**LEGIBLE)
    return {
        "theme": theme,
        "css_paths": CSS,
        "app_kwargs": {"routes": [browser_files.route(), FileRoutes(served).route(), worksheet.route()]},
        "max_file_size": f"{Limits().megabytes}mb",
        "ssr_mode": False,
        "footer_links": ["api", "gradio", "settings"],
        "mcp_server": importlib.util.find_spec("mcp") is not None,
        "run_history": False,
    }


def _steps(
    services: Services, canvas_server: CanvasServer
) -> tuple[gr.HTML, gr.HTML, list[Chosen], tuple[gr.Button, gr.Textbox]]:
    gr.Markdown(text.STEP_OBJECTS)
    trim = gr.HTML(
        html_template='<div class="trim" hidden></div>',
        js_on_load=browser_files.mount_script("trim"),
        words=words.TRIM_WORDS,
        elem_id="trim",
    )
    canvas = _canvas(canvas_server)
    gr.Markdown(text.STEP_MODELS)
    models, knock_outs = model_choice(services.models)
    settings, copy_link, link = settings_choice()
    return trim, canvas, [models, knock_outs, *settings], (copy_link, link)


def _run_bar() -> RunBar:
    """Lay out the bar that stays in view: what Run would do, Run or Stop, and the presentation."""
    with gr.Row(elem_id="run-bar"):
        plan = gr.HTML(js_on_load="document.addEventListener('marked', () => trigger('submit'))", elem_id="plan")
        present = gr.Button(text.PRESENT, size="sm", elem_id="present")
        lesson()
        run = gr.Button(text.RUN, variant="primary", elem_id="run")
        stop = gr.Button(text.STOP, variant="stop", visible=False, elem_id="stop")
        leave = gr.Button(text.PRESENT_END, size="sm", elem_id="present-end")
    return RunBar(plan, run, stop, present, leave)


def _canvas(canvas_server: CanvasServer) -> gr.HTML:
    def mark(question: dict[str, Any]) -> dict[str, Any]:  # Gradio marks the function, which a method cannot be
        return canvas_server.answer(question)

    return gr.HTML(
        html_template='<div class="mask-canvas" hidden></div>',
        js_on_load=browser_files.mount_script("canvas"),
        server_functions=[mark],
        words=words.CANVAS_WORDS,
        colours={str(target): list(object_colour(target)) for target in range(1, MOST_OBJECTS + 1)},
        elem_id="mask-canvas",
    )


def _clip_choice(gallery: ExampleGallery, limits: Limits) -> tuple[gr.HTML, gr.UploadButton]:
    with gr.Row(elem_id="clip-head"):
        gr.Markdown(text.STEP_CLIP)
        with gr.Column(elem_id="upload", min_width=160):
            upload = gr.UploadButton(text.UPLOAD, file_types=list(FILE_TYPES), file_count="multiple", size="sm")
        gr.HTML(html.limits(text.limits(limits.megabytes, limits.side_in, limits.frames)), elem_id="limits")
    examples = gr.HTML(
        html_template=f'<ul class="clips" aria-label="{text.CLIPS}"></ul>',
        js_on_load=browser_files.mount_script("clips"),
        examples=gallery.examples,
        elem_id="examples",
    )
    return examples, uploads_only(upload)


def _results(player_server: PlayerServer) -> tuple[Results, gr.UploadButton]:
    title = gr.Markdown(text.RESULTS_EMPTY, elem_id="results-title")
    status = gr.HTML(elem_id="status")
    player = _player(player_server)
    address = view_link()
    undo = gr.Button(text.UNDO_REPAIR, size="sm", visible=False, elem_id="undo-repair")
    result_zips = ResultParts.build_upload()
    gr.HTML(html.paragraph(text.NUMBERS_NOTE), elem_classes="hint", elem_id="numbers-note")
    return Results(status, title, player, undo, address), result_zips


def _player(server: PlayerServer) -> gr.HTML:
    def read(question: dict[str, Any]) -> dict[str, Any]:  # Gradio marks the function, which a method cannot be
        return server.answer(question)

    return gr.HTML(
        html_template='<div class="player" hidden></div>',
        js_on_load=browser_files.mount_script("player"),
        server_functions=[read],
        words=words.PLAYER_WORDS,
        elem_id="player",
    )


def _inside(server: InsideServer) -> None:
    def read(question: dict[str, Any]) -> dict[str, Any]:  # Gradio marks the function, which a method cannot be
        return server.answer(question)

    gr.HTML(
        html_template='<div class="inside" hidden></div>',
        js_on_load=browser_files.mount_script("inside"),
        server_functions=[read],
        words=words.INSIDE_WORDS,
        parts={key: asdict(box) for key, box in BOXES.items()},
        elem_id="inside",
    )


def _table() -> None:
    """Lay the ablation table under everything; without results there is none."""
    rows = ablation()
    if rows:
        with gr.Column(elem_id="table"):
            gr.Markdown(text.TABLE)
            gr.HTML(html.ablation(rows))
            gr.HTML(html.paragraph(text.TABLE_INTRO), elem_classes="hint")
