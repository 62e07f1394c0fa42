"""JSON from outside, read value by value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

DIGITS = re.compile(r"-?[0-9]{1,9}")
LONGEST_NAME = 200  # characters of a name or a choice
LARGEST_NUMBER = 1_000_000_000


def read_number(entries: Mapping[str, Any], key: str, largest: int = LARGEST_NUMBER) -> int:
    """Return a whole number of at most `largest`.

    Raises:
        KeyError: there is nothing under this key.
        ValueError: it is no whole number, or a huge one.
    """
    return to_number(entries[key], key, largest)


def to_number(value: object, name: str, largest: int = LARGEST_NUMBER) -> int:
    """Return a whole number that came as JSON, be it 3, 3.0 or "3"; raise ValueError for others and huge ones."""
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value % 1:
        raise ValueError(f"{name} has to be a whole number: give one.")
    if abs(value) > largest:
        raise ValueError(f"{name} is out of every range: give a smaller number.")
    return int(value)


def to_real(value: object, name: str) -> float:
    """Return a number that came as JSON; raise ValueError for anything else, NaN and infinity among them."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} has to be a number: give one.")
    return float(value)


def read_text(entries: Mapping[str, Any], key: str, longest: int = LONGEST_NAME) -> str:
    """Return a text of at most `longest` characters.

    Raises:
        KeyError: there is nothing under this key.
        ValueError: it is no text, or too long.
    """
    return to_text(entries[key], key, longest)


def to_text(value: object, name: str, longest: int = LONGEST_NAME) -> str:
    """Return a text that came as JSON; raise ValueError for anything else or one of over `longest` characters."""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"{name} has to be a text of at most {longest} characters: give one.")
    return value
