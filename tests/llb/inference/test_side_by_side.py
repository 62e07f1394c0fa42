"""Models side by side: in order, a core for each, and nothing of it left in the rest of the program."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator

import pytest
import torch

from llb.inference import side_by_side
from llb.inference.side_by_side import run_side_by_side

CORES = 2


@pytest.fixture(autouse=True)
def two_cores() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(CORES)
    side_by_side._thread_pool.cache_clear()
    yield
    side_by_side._thread_pool.cache_clear()
    torch.set_num_threads(before)


def cores(name: str) -> tuple[int, str]:
    torch.ones(4).sum()
    return torch.get_num_threads(), threading.current_thread().name


def test_names_come_in_order_each_on_one_core() -> None:
    found = dict(run_side_by_side(["a", "b", "c"], cores, first_is_ahead=True))
    assert list(found) == ["a", "b", "c"]
    assert all(number == 1 and thread.startswith("model") for number, thread in found.values())


def test_the_first_one_goes_ahead_on_all_cores() -> None:
    first, *others = dict(run_side_by_side(["a", "b", "c"], cores, first_is_ahead=False)).values()
    assert first == (CORES, threading.current_thread().name)
    assert [number for number, _ in others] == [1, 1]
    assert dict(run_side_by_side(["a"], cores, first_is_ahead=True)) == {"a": first}


def test_other_threads_keep_all_cores() -> None:
    list(run_side_by_side(["a", "b"], cores, first_is_ahead=True))
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert found == [torch.get_num_threads()] == [CORES]


def test_an_error_comes_through_once_the_others_are_done() -> None:
    begun, done = threading.Event(), threading.Event()

    def work(name: str) -> None:
        if name == "a":
            assert begun.wait(5)
            raise ValueError("broken")
        begun.set()
        time.sleep(0.1)
        done.set()

    with pytest.raises(ValueError, match="broken"):
        list(run_side_by_side(["a", "b"], work, first_is_ahead=True))
    assert done.is_set()


def test_one_core_runs_them_in_turn() -> None:
    torch.set_num_threads(1)
    found = dict(run_side_by_side(["a", "b"], cores, first_is_ahead=True))
    assert found == dict.fromkeys("ab", (1, threading.current_thread().name))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="processes do not fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # that threads are there is the point
def test_a_fork_has_threads_of_its_own() -> None:
    def work() -> None:
        assert list(dict(run_side_by_side(["a", "b"], str.upper, first_is_ahead=True)).values()) == ["A", "B"]

    work()
    fork = multiprocessing.get_context("fork").Process(target=work)
    fork.start()
    fork.join(20)
    ended = fork.exitcode
    fork.kill()
    assert ended == 0
