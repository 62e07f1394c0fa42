"""What is wrong with a question is one sentence; what is wrong with us is not hidden."""

from __future__ import annotations

import errno
from typing import Any

import cv2
import pytest

from demo import text
from demo.runs.questions import answer_in_words, reading_question


@reading_question()
def read(question: dict[str, Any]) -> int:
    return int(question["index"])


@pytest.mark.parametrize("question", [{}, {"index": None}, {"index": [1]}, {"index": float("inf")}, None])
def test_a_question_that_lacks_something(question: Any) -> None:
    assert answer_in_words(lambda: {"index": read(question)}) == {"error": text.INCOMPLETE}


def raising(error: Exception) -> dict[str, Any]:
    raise error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("Do this."), "Do this."),
        (FileNotFoundError(2, "No such file", "/srv/secret"), text.GONE),
        (OSError(errno.ENOSPC, "No space left on device"), text.DISK_FULL),
        (MemoryError(), text.MEMORY_FULL),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."), text.MEMORY_FULL),
        (cv2.error("OpenCV(4.13.0) error: (-4:Insufficient memory) Failed to allocate 8 bytes"), text.MEMORY_FULL),
    ],
)
def test_what_a_visitor_can_do_nothing_about_is_a_sentence_too(error: Exception, sentence: str) -> None:
    assert answer_in_words(lambda: raising(error)) == {"error": sentence}


@pytest.mark.parametrize(
    "error", [KeyError("ours"), TypeError("ours"), PermissionError(13, "ours"), RuntimeError("ours")]
)
def test_faults_of_ours_are_not_hidden(error: Exception) -> None:
    with pytest.raises(type(error)):
        answer_in_words(lambda: raising(error))
