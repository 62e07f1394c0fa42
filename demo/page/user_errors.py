"""What goes wrong below, in words for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from demo.runs.questions import disk_sentence


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a ValueError from below, a file that is gone or a full disk into the page's one clear sentence."""
    try:
        yield
    except (ValueError, OSError) as error:
        sentence = disk_sentence(error) if isinstance(error, OSError) else str(error)
        raise gr.Error(sentence, title="That did not work", print_exception=False) from error
