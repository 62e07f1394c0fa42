"""Where GPUs are lent, and where not; runs that borrow one are in `tests/demo/runs/test_gpu_run.py`."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from demo.models.shipped import ShippedModels
from demo.models.zerogpu import device, is_lent, on_gpu


def test_the_environment_tells_where_gpus_are_lent(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, lent in {"true": True, "1": True, "false": False, "": False}.items():
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
        assert is_lent() is lent
    monkeypatch.delenv("SPACES_ZERO_GPU")
    assert not is_lent()


def test_elsewhere_a_function_is_left_alone() -> None:
    def work() -> Iterator[int]:
        yield 1

    assert on_gpu(lambda: 1)(work) is work


def test_a_server_that_borrows_has_no_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert device() == "cuda"
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert device() == "cpu"


def test_the_models_cross_without_their_weights() -> None:
    models = ShippedModels()
    copied = pickle.loads(pickle.dumps(models))
    assert [choice.name for choice in copied.choices()] == [choice.name for choice in models.choices()]
