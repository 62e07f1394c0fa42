"""The page's layout; what happens on a click stands in `events`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr
from gradio.components import Component
from starlette.routing import Route

from demo import text
from demo.clips.upload import FILE_TYPES, Limits
from demo.components import browser_files, words
from demo.inside.diagram import BOXES
from demo.inside.server import InsideServer
from demo.masks.canvas_server import CanvasServer
from demo.models.provider import ModelProvider
from demo.models.settings import DEFAULTS, LONG_SUFFIX, OFFERED, split_entry
from demo.page import html
from demo.page.api import Api, connect_api
from demo.page.choice import knock_outs_of
from demo.page.events import Events, Results, Steps, Visit
from demo.page.example_gallery import ExampleGallery
from demo.page.file_routes import FileRoutes
from demo.page.handlers import Handlers
from demo.page.player_server import PlayerServer
from demo.page.result_handlers import ResultHandlers
from demo.page.result_layout import ResultParts
from demo.page.run_handlers import RunHandlers
from demo.page.services import Services
from demo.page.uploads import uploads_only
from demo.runs.lookup import RunLookup
from demo.runs.ready_runs import GREETING
from demo.runs.run_setup import MOST_OBJECTS
from llb.evaluation.results_table import ablation
from llb.io.label_png import davis_palette

CSS = [Path(__file__).with_name("page.css"), *browser_files.styles()]
TICKED = (f"{GREETING[0]}{LONG_SUFFIX}", *GREETING)  # at first: the one for use, and two that were trained alike


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
        with gr.Row(elem_id="main", elem_classes="viewing" if services.viewed else None):
            with gr.Column(scale=4, min_width=340, elem_id="steps"):
                steps = _steps(services, gallery, CanvasServer(services.sessions, lookup))
            with gr.Column(scale=9, min_width=340, elem_id="results"):
                results, result_zips = _results(PlayerServer(lookup), InsideServer(lookup))
                _table()
        connect_api(Api(services, lookup))
        events = Events(visit, timer, steps, results)
        events.connect_visit(page, handlers)
        events.connect_clip(handlers)
        events.connect_runs(runs)
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
    )
    return {
        "theme": theme,
        "css_paths": CSS,
        "app_kwargs": {"routes": [browser_files.route(), FileRoutes(served).route()]},
        "max_file_size": f"{Limits().megabytes}mb",
        "ssr_mode": False,
        "footer_links": ["api", "gradio", "settings"],
        "mcp_server": importlib.util.find_spec("mcp") is not None,
        "run_history": False,
    }


def _steps(services: Services, gallery: ExampleGallery, canvas_server: CanvasServer) -> Steps:
    examples, upload, trim = _clip_choice(gallery, services.limits)
    gr.Markdown(text.STEP_OBJECTS)
    canvas = _canvas(canvas_server)
    gr.Markdown(text.STEP_MODELS)
    models, knock_outs = _model_choice(services.models)
    settings, copy_link, link = _settings()
    run = gr.Button(text.RUN, variant="primary", size="lg", elem_id="run")
    stop = gr.Button(text.STOP, variant="stop", size="lg", visible=False, elem_id="stop")
    return Steps(examples, upload, trim, canvas, [models, knock_outs, *settings], copy_link, link, run, stop)


def _canvas(canvas_server: CanvasServer) -> gr.HTML:
    def mark(question: dict[str, Any]) -> dict[str, Any]:  # Gradio marks the function, which a method cannot be
        return canvas_server.answer(question)

    palette = davis_palette()
    return gr.HTML(
        html_template='<div class="mask-canvas" hidden></div>',
        js_on_load=browser_files.mount_script("canvas"),
        server_functions=[mark],
        words=words.CANVAS_WORDS,
        colours={str(target): palette[target].tolist() for target in range(1, MOST_OBJECTS + 1)},
        elem_id="mask-canvas",
    )


def _clip_choice(gallery: ExampleGallery, limits: Limits) -> tuple[gr.Gallery, gr.UploadButton, gr.HTML]:
    gr.Markdown(text.STEP_CLIP)
    examples = gr.Gallery(
        gallery.pictures,
        label=text.EXAMPLES,
        show_label=False,
        columns=min(3, len(gallery.pictures)),
        height="auto",
        allow_preview=False,
        object_fit="cover",
        selected_index=0,
        format="png",
        buttons=[],
        elem_id="examples",
        interactive=False,
        container=False,
    )
    with gr.Column(elem_id="upload"):
        upload = uploads_only(gr.UploadButton(text.UPLOAD, file_types=list(FILE_TYPES), file_count="multiple"))
    gr.Markdown(text.limits(limits.megabytes, limits.side_in, limits.frames), elem_classes="hint")
    trim = gr.HTML(
        html_template='<div class="trim" hidden></div>',
        js_on_load=browser_files.mount_script("trim"),
        words=words.TRIM_WORDS,
        elem_id="trim",
    )
    return examples, upload, trim


def _model_choice(models: ModelProvider) -> tuple[gr.CheckboxGroup, gr.CheckboxGroup]:
    choices = models.choices()
    able = [choice for choice in choices if not choice.reason]
    chosen = [choice.name for choice in able if choice.name in TICKED] or [choice.name for choice in able[:2]]
    names = gr.CheckboxGroup(
        [("\n".join(filter(None, (choice.title, choice.difference, choice.facts))), choice.name) for choice in able],
        value=chosen,
        show_label=False,
        container=False,
        elem_id="models",
        elem_classes="cards",
    )
    if len(able) < len(choices):
        gr.HTML(html.missing(choices), elem_id="missing")
    gr.HTML(html.glossary(), elem_id="terms")
    with gr.Accordion(text.KNOCK_OUT_GROUP, open=False, elem_id="knock-outs"):
        gr.Markdown(text.KNOCK_OUT_NOTE, elem_classes="hint")
        offered = knock_outs_of([choice.name for choice in able])
        entries = [("\n".join(text.KNOCK_OUT_TITLES[split_entry(name)[1]]), name) for name in offered]
        knocked_out = gr.CheckboxGroup(
            entries,
            show_label=False,
            container=False,
            elem_classes="cards",
        )
    return names, knocked_out


def _slider(name: str, value: float, label: str, info: str) -> gr.Slider:
    offered = OFFERED[name]
    return gr.Slider(offered.low, offered.high, value, step=offered.step, label=label, info=info)


def _settings() -> tuple[list[Component], gr.Button, gr.Textbox]:
    with gr.Accordion(text.SETTINGS, open=False, elem_id="settings"):
        settings: list[Component] = [
            _slider("memory", DEFAULTS.memory_size, text.MEMORY_SIZE, text.MEMORY_SIZE_HELP),
            _slider("interval", DEFAULTS.interval, text.INTERVAL, text.INTERVAL_HELP),
            _slider("steps", DEFAULTS.steps_first, text.STEPS, text.STEPS_HELP),
            gr.Dropdown(
                [(f"{value:g}" if value else text.OWN_VALUE, value) for value in OFFERED["search"].values()],
                value=0,
                label=text.SEARCH,
                info=text.SEARCH_HELP,
                elem_id="search",
            ),
            gr.Checkbox(value=True, label=text.SHARED, elem_id="shared"),
        ]
        copy_link = gr.Button(text.COPY_LINK, size="sm", elem_id="copy-link")
        link = gr.Textbox(
            show_label=False, container=False, placeholder=text.LINK_HELP, interactive=False, elem_id="link"
        )
    return settings, copy_link, link


def _results(player_server: PlayerServer, inside_server: InsideServer) -> tuple[Results, gr.UploadButton]:
    title = gr.Markdown(text.RESULTS_EMPTY, elem_id="results-title")
    status = gr.HTML(elem_id="status")
    player = _player(player_server)
    undo = gr.Button(text.UNDO_REPAIR, size="sm", visible=False, elem_id="undo-repair")
    result_zips = ResultParts.build_upload()
    gr.Markdown(text.NUMBERS_NOTE, elem_classes="hint")
    gr.Markdown(f"{text.INSIDE}\n{text.INSIDE_INTRO}", elem_id="inside-title")
    _inside(inside_server)
    return Results(status, title, player, undo), result_zips


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
        with gr.Accordion(text.TABLE, open=False, elem_id="table"):
            gr.Markdown(text.TABLE_INTRO, elem_classes="hint")
            gr.HTML(html.ablation(rows))
