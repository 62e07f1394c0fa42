"""A run that crosses a process, as on ZeroGPU: everything that goes in and out is pickled."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from demo.models.shipped import ShippedModels
from demo.models.zerogpu import on_gpu
from demo.runs.compare import execute_run
from demo.runs.run import Run, VariantRecord
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf


def lend(duration: int) -> Callable[[Callable[..., Iterator[Any]]], Callable[..., Iterator[Any]]]:
    """Stand in for `spaces.GPU`."""

    def wrap(generator: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def call(*arguments: Any) -> Iterator[Any]:
            for item in generator(*pickle.loads(pickle.dumps(arguments))):
                yield pickle.loads(pickle.dumps(item))

        return call

    return wrap


def test_without_the_package_nothing_changes() -> None:
    assert on_gpu(execute_run) is execute_run


def test_a_run_crosses_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spaces = ModuleType("spaces")
    spaces.GPU = lend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spaces)
    clip = fake_shelf(tmp_path).clip("disc")
    run = Run(tmp_path / "run-1", clip.folder, (1,), (VariantRecord("lite/llb", "LLB"),)).save()
    truth = clip.truth(0)
    assert truth is not None
    run.save_marked_masks({0: truth})
    lent = on_gpu(execute_run)
    assert lent is not execute_run
    assert len(list(lent(run, FakeModels(), tmp_path / "stop"))) == FRAMES
    assert Run.open(run.folder).state == "done"


def test_the_models_cross_without_their_weights() -> None:
    models = ShippedModels()
    copied = pickle.loads(pickle.dumps(models))
    assert [choice.name for choice in copied.choices()] == [choice.name for choice in models.choices()]
