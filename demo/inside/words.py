"""Captions of the pictures of the inside."""

from __future__ import annotations

SHARE = "share let through, by size of each channel"
CONTRIBUTION = "size, summed over channels"


def mean_of_live(live: int, channels: int) -> str:
    """Say over which channels a mean was taken."""
    return f"mean over {channels} channels" if live in (0, channels) else f"mean over the {live} live channels"


def max_of(channels: int) -> str:
    """Say that each place shows its largest channel."""
    return f"max over {channels} channels"
