"""What goes wrong below, in words for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from demo.runs.questions import shortages_as_sentences


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a ValueError from below, a full disk or used up memory into the page's one clear sentence."""
    try:
        with shortages_as_sentences():
            yield
    except ValueError as error:
        raise gr.Error(str(error), title="That did not work", print_exception=False) from error
