"""The memory that all visitors share: how it shows that there is none left, and how unused memory goes back."""

from __future__ import annotations

import ctypes
import gc

SIGNS = ("can't allocate memory", "not enough memory", "insufficient memory", "failed to allocate", "start new thread")


def is_memory_full(error: BaseException) -> bool:
    """Tell whether there was no memory left; torch and OpenCV say so in words alone."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in SIGNS)


def give_back() -> None:
    """Give the system the memory that is not in use.

    Figures and pictures leave behind what refers to itself, which waits long for the collector, and glibc keeps what
    was freed. Where there is no glibc, only the collector is called.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
