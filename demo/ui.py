"""The page's layout; what happens on a click stands in `events`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demo import panels, text
from demo.clips import Limits
from demo.events import Results, Steps, brush, connect
from demo.handlers import COLUMNS, Handlers
from demo.models import ModelProvider
from demo.session import SessionStore
from demo.shelf import GREETING, ExampleShelf, Showcase
from demo.visualize import thumbnail
from llb.ablation import ablation

CSS = Path(__file__).with_name("page.css")
FILE_TYPES = [".mp4", ".mov", ".webm", ".avi", ".gif", ".mkv", ".m4v"]


def build_page(
    models: ModelProvider, sessions: SessionStore, shelf: ExampleShelf, showcase: Showcase, limits: Limits
) -> gr.Blocks:
    """Build the page; it holds nothing of a visitor."""
    handlers = Handlers(models, sessions, shelf, showcase, limits, {})
    with gr.Blocks(title=text.TITLE, fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)) as page:
        token = gr.State(None)
        timer = gr.Timer(1.0, active=False)
        gr.HTML(text.INTRO, elem_id="intro")
        with gr.Row(elem_id="main"):
            with gr.Column(scale=4, min_width=340, elem_id="steps"):
                steps = _steps(models, shelf, limits)
            with gr.Column(scale=9, min_width=340, elem_id="results"):
                status, title, videos, replay, play = _results()
                inside, frame, target, pictures = _inside()
                _table()
        results = Results(status, title, videos, replay, inside, frame, target, pictures, play)
        connect(page, handlers, token, timer, steps, results)
    return page


def launch_options(cache: Path) -> dict[str, Any]:
    """Return what belongs to `launch`: looks, limits, and that the shared comparison in `cache` may be served."""
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
        "allowed_paths": [str(cache)],
        "max_file_size": f"{Limits().megabytes}mb",
        "ssr_mode": False,
        "footer_links": ["gradio", "settings"],
        "run_history": False,
    }


def _steps(models: ModelProvider, shelf: ExampleShelf, limits: Limits) -> Steps:
    examples, upload, card = _clip_choice(shelf, limits)
    gr.Markdown(text.STEP_OBJECTS)
    target = gr.Radio(
        list(range(1, panels.OBJECTS + 1)), value=1, label=text.OBJECT, container=False, elem_id="objects"
    )
    gr.Markdown(text.OBJECT_HELP, elem_classes="hint")
    editor = gr.ImageEditor(
        type="numpy",
        format="png",
        image_mode="RGBA",
        sources=(),
        transforms=(),
        show_label=False,
        height=300,
        layers=gr.LayerOptions(allow_additional_layers=False),
        brush=brush(1),
        eraser=gr.Eraser(default_size=20),
        buttons=["fullscreen"],
        elem_id="editor",
    )
    legend = gr.HTML(panels.legend(None, ready=False), elem_id="legend")
    clear = gr.Button(text.CLEAR_READY, size="sm", visible=False, elem_id="clear")
    gr.Markdown(text.STEP_MODELS)
    names = _model_choice(models)
    run = gr.Button(text.RUN, variant="primary", size="lg", elem_id="run")
    stop = gr.Button(text.STOP, variant="stop", size="lg", visible=False, elem_id="stop")
    return Steps(examples, upload, card, target, editor, legend, clear, names, run, stop)


def _clip_choice(shelf: ExampleShelf, limits: Limits) -> tuple[gr.Gallery, gr.UploadButton, gr.Markdown]:
    gr.Markdown(text.STEP_CLIP)
    pictures = _thumbnails(shelf)
    examples = gr.Gallery(
        pictures,
        label=text.EXAMPLES,
        show_label=False,
        columns=len(pictures),
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
        upload = gr.UploadButton(text.UPLOAD, file_types=FILE_TYPES)
    gr.Markdown(text.limits(limits.megabytes, limits.side_in, limits.frames), elem_classes="hint")
    card = gr.Markdown(elem_id="card")
    return examples, upload, card


def _model_choice(models: ModelProvider) -> gr.CheckboxGroup:
    choices = models.choices()
    able = [choice for choice in choices if not choice.reason]
    chosen = [choice.name for choice in able if choice.name in GREETING] or [choice.name for choice in able[:2]]
    names = gr.CheckboxGroup(
        [(f"{choice.title}: {choice.difference}", choice.name) for choice in able],
        value=chosen,
        show_label=False,
        container=False,
        elem_id="models",
    )
    if len(able) < len(choices):
        gr.HTML(panels.missing(choices), elem_id="missing")
    return names


def _results() -> tuple[gr.HTML, gr.Markdown, list[gr.Video], gr.Column, gr.Button]:
    title = gr.Markdown(text.RESULTS_EMPTY, elem_id="results-title")
    status = gr.HTML(elem_id="status")
    with gr.Row(elem_id="videos"):
        videos = [
            gr.Video(
                visible=False,
                interactive=False,
                autoplay=True,
                loop=True,
                min_width=300,
                buttons=["download"],
                elem_id=f"result-{number}",
            )
            for number in range(COLUMNS)
        ]
    with gr.Column(visible=False, elem_id="replay") as replay:
        play = gr.Button(text.REPLAY, size="sm")
        gr.Markdown(text.NUMBERS_NOTE, elem_classes="hint")
    return status, title, videos, replay, play


def _inside() -> tuple[gr.Column, gr.Slider, gr.Radio, gr.HTML]:
    with gr.Column(visible=False, elem_id="inside") as inside:
        gr.Markdown(f"{text.INSIDE}\n{text.INSIDE_INTRO}")
        with gr.Row(equal_height=True):
            frame = gr.Slider(0, 1, 0, step=1, label=text.FRAME, elem_id="frame", scale=4, buttons=[])
            target = gr.Radio([], label=text.SHOWN_OBJECT, elem_id="shown-object", scale=2)
        pictures = gr.HTML(elem_id="pictures")
    return inside, frame, target, pictures


def _table() -> None:
    """Lay the ablation table under everything; without results there is none."""
    rows = ablation()
    if rows:
        with gr.Accordion(text.TABLE, open=False, elem_id="table"):
            gr.Markdown(text.TABLE_INTRO, elem_classes="hint")
            gr.HTML(panels.ablation(rows))


def _thumbnails(shelf: ExampleShelf) -> list[tuple[Any, str]]:
    pictures = []
    for name in shelf.names():
        clip = shelf.clip(name)
        labels = clip.truth(0)
        assert labels is not None, "an example has exact masks"
        pictures.append((thumbnail(clip.frame(0), labels), clip.title))
    return pictures
