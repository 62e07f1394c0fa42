"""What goes wrong below, in words for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a ValueError from below into the page's one clear sentence."""
    try:
        yield
    except ValueError as error:
        raise gr.Error(str(error), title="That did not work", print_exception=False) from error
