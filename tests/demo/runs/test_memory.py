"""Memory that is used up shows in several ways; what is unused goes back to the system."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch

from demo.runs.memory import give_back, is_memory_full

FAR_TOO_MUCH = 1 << 48  # bytes; no machine has them


def test_torch_that_gets_no_memory_is_recognised() -> None:
    with pytest.raises(RuntimeError) as refused:
        torch.empty(FAR_TOO_MUCH, dtype=torch.uint8)
    assert is_memory_full(refused.value)


def test_another_error_is_none_of_memory() -> None:
    assert not is_memory_full(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_what_refers_to_itself_is_given_back() -> None:
    class Figure:
        def __init__(self) -> None:
            self.own = self

    gc.disable()  # the collector alone could come at any moment
    try:
        gone = weakref.ref(Figure())
        assert gone() is not None
        give_back()
        assert gone() is None
    finally:
        gc.enable()
