"""The part of the page where models, knock-outs and settings are chosen."""

from __future__ import annotations

import gradio as gr

from demo import model_text, text
from demo.models.provider import ModelProvider
from demo.models.settings import OFFERED, Settings, split_entry
from demo.page import html
from demo.page.choice import knock_outs_of
from demo.page.model_grid import in_grid_order
from demo.runs.ready_runs import GREETING

Chosen = gr.CheckboxGroup | gr.Slider | gr.Dropdown | gr.Checkbox  # what holds a value of a `Choice`


def model_choice(models: ModelProvider) -> tuple[gr.CheckboxGroup, gr.CheckboxGroup]:
    """Lay out the grid of models, and the knock-outs."""
    choices = models.choices()
    able = in_grid_order([choice for choice in choices if not choice.reason])
    chosen = [choice.name for choice in able if choice.name in GREETING] or [choice.name for choice in able[:2]]
    gr.Markdown(text.MODELS_HINT, elem_classes="hint")
    with gr.Column(elem_id="model-grid"):
        gr.HTML(html.model_grid(choices))
        names = gr.CheckboxGroup(
            [(model_text.model_label(choice.title, choice.difference, choice.facts), choice.name) for choice in able],
            value=chosen,
            label=text.MODELS,
            show_label=False,
            container=False,
            elem_id="models",
        )
    gr.HTML(html.model_details(choices), elem_id="model-details")
    if len(able) < len(choices):
        gr.HTML(html.missing(choices), elem_id="missing")
    with gr.Accordion(text.KNOCK_OUT_GROUP, open=False, elem_id="knock-outs"):
        gr.HTML(html.paragraph(text.KNOCK_OUT_NOTE), elem_classes="hint")
        offered = knock_outs_of([choice.name for choice in able])
        entries = [("\n".join(text.KNOCK_OUT_TITLES[split_entry(name)[1]]), name) for name in offered]
        knocked_out = gr.CheckboxGroup(
            entries,
            label=text.KNOCK_OUT_GROUP,
            show_label=False,
            container=False,
            elem_classes="cards",
        )
    return names, knocked_out


def _slider(name: str, value: float, label: str, info: str) -> gr.Slider:
    offered = OFFERED[name]
    return gr.Slider(offered.low, offered.high, value, step=offered.step, label=label, info=info)


def settings_choice() -> tuple[list[Chosen], gr.Button, gr.Textbox]:
    """Lay out the settings of a run, and the button and the field of a link to the choice."""
    defaults = Settings()
    with gr.Accordion(text.SETTINGS, open=False, elem_id="settings"):
        settings: list[Chosen] = [
            _slider("memory", defaults.memory_size, text.MEMORY_SIZE, text.MEMORY_SIZE_HELP),
            _slider("interval", defaults.interval, text.INTERVAL, text.INTERVAL_HELP),
            _slider("steps", defaults.steps_first, text.STEPS, text.STEPS_HELP),
            gr.Dropdown(
                [(f"{value:g}" if value else text.OWN_VALUE, value) for value in OFFERED["search"].values()],
                value=0,
                label=text.SEARCH,
                info=text.SEARCH_HELP,
                elem_id="search",
            ),
            gr.Checkbox(value=defaults.shared_regions, label=text.SHARED, elem_id="shared"),
            gr.Checkbox(value=defaults.search_again, label=text.SEARCH_AGAIN, elem_id="again"),
        ]
        copy_link = gr.Button(text.COPY_LINK, size="sm", elem_id="copy-link")
        link = gr.Textbox(
            show_label=False, container=False, placeholder=text.LINK_HELP, interactive=False, elem_id="link"
        )
    return settings, copy_link, link
