"""Questions of the page's components: how a server reads one, and answers in a sentence where something is wrong."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from demo import text


@contextmanager
def reading_question() -> Iterator[None]:
    """Turn what is missing or of a wrong kind in a question into a ValueError with the sentence for it.

    For the reading of a question alone, also as a decorator: the same errors later are faults of ours.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(text.INCOMPLETE) from error


def answer_in_words(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return an answer, or one sentence under ``error`` if the visitor asked what cannot be answered.

    That is a ValueError, a file that went meanwhile (a session may be swept at any time), or a disk that is full.
    """
    try:
        return answer()
    except ValueError as error:
        return {"error": str(error)}
    except FileNotFoundError:
        return {"error": text.GONE}
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return {"error": text.DISK_FULL}
