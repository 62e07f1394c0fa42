"""What leads through the page: links to what is on show, and the lesson."""

from __future__ import annotations

from dataclasses import asdict

import gradio as gr

from demo.components import browser_files, words
from demo.inside.diagram import BOXES
from demo.lesson.pages import PAGES


def view_link() -> gr.HTML:
    """Lay out the button that copies a link; it keeps the page's address, too (demo/components/address)."""
    return gr.HTML(
        html_template='<div class="view-link"></div>',
        js_on_load=browser_files.mount_script("address"),
        words=words.ADDRESS_WORDS,
        boxes=[*BOXES],
        elem_id="view-link",
    )


def lesson() -> gr.HTML:
    """Lay out the lesson's button; its panel opens beside the page (demo/components/lesson)."""
    return gr.HTML(
        html_template='<div class="lesson"></div>',
        js_on_load=browser_files.mount_script("lesson"),
        words=words.LESSON_WORDS,
        pages=[asdict(page) for page in PAGES],
        elem_id="lesson",
    )
