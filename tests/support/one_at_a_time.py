"""A function that threads call one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


def one_at_a_time(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Return the function with a lock around each call."""
    lock = threading.RLock()

    @wraps(function)
    def locked(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with lock:
            return function(*args, **kwargs)

    return locked
