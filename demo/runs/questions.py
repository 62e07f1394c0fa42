"""Questions of the page's components: how a server reads one, and answers in a sentence where something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2

from demo import text
from demo.browser_json import browser_json
from demo.runs.disk import is_disk_full
from demo.runs.memory import is_memory_full


@contextmanager
def reading_question() -> Iterator[None]:
    """Turn what is missing or of a wrong kind in a question into a ValueError with the sentence for it.

    For the reading of a question alone, also as a decorator: the same errors later are faults of ours.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(text.INCOMPLETE) from error


@contextmanager
def shortages_as_sentences() -> Iterator[None]:
    """Turn what the machine refuses into a ValueError that a visitor can read: no server path is in it.

    That is a file that went meanwhile (a session may be swept at any time), a full disk, or memory that is used up.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise ValueError(text.GONE) from error
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise ValueError(text.DISK_FULL) from error
    except (MemoryError, RuntimeError, cv2.error) as error:
        if not is_memory_full(error):
            raise
        raise ValueError(text.MEMORY_FULL) from error


def answer_in_words(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return an answer as a browser can read it, or one sentence under ``error`` where there is none."""
    try:
        with shortages_as_sentences():
            return dict(browser_json(answer()))
    except ValueError as error:
        return {"error": str(error)}
