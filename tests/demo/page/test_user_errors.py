"""What a visitor is told of an error below."""

from __future__ import annotations

import errno

import gradio as gr
import pytest

from demo import text
from demo.page.user_errors import user_errors


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("Tick a model."), "Tick a model."),
        (OSError(errno.ENOSPC, "No space left on device", "/srv/sessions/token/clip-1"), text.DISK_FULL),
        (FileNotFoundError(errno.ENOENT, "No such file", "/srv/sessions/token/run-1/run.json"), text.GONE),
        (MemoryError("Unable to allocate 8 GiB"), text.MEMORY_FULL),
    ],
)
def test_an_error_is_one_sentence_without_a_path(error: Exception, sentence: str) -> None:
    with pytest.raises(gr.Error) as told, user_errors():
        raise error
    assert told.value.message == sentence
    assert told.value.visible == (not isinstance(error, ValueError)), "a hint is told in another colour"


def test_another_error_is_a_fault_and_goes_on() -> None:
    with pytest.raises(PermissionError), user_errors():
        raise PermissionError(errno.EACCES, "Permission denied")
