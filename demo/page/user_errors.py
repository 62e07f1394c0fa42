"""What goes wrong below, in words for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from demo.runs.questions import shortages_as_sentences

HINT, FAULT = "Please note", "That did not work"  # above the sentence


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a ValueError from below, a full disk or used up memory into the page's one clear sentence.

    What the visitor can act on is a hint and not shown as an error, as what another error below has caused is. Either
    way the event ends here, and a program that calls it gets the sentence as its error.
    """
    try:
        with shortages_as_sentences():
            yield
    except ValueError as error:
        is_fault = error.__cause__ is not None and not isinstance(error.__cause__, ValueError)
        if not is_fault:
            gr.Info(str(error), title=HINT)
        raise gr.Error(str(error), title=FAULT, visible=is_fault, print_exception=False) from error
