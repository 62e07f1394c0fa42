"""The words that several components show."""

from __future__ import annotations

NOT_LOADED = "This part of the page did not load: reload the page."
UNREACHABLE = "The server does not answer: try again in a moment."
