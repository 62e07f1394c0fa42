"""The number of threads follows the company: fewer while cores are missing, more for a try, and nothing is left over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from benchmarks.scene import Scene
from llb import InferenceConfig, VideoSegmenter, load_model
from llb.inference import segmenter, threads
from llb.inference.threads import REST, WINDOW, AdaptiveThreads, use_all_cores, use_one_core


@pytest.fixture(autouse=True)
def four_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def number(adaptive: AdaptiveThreads) -> int:
    """Return how many threads a piece of work gets that is too short to be judged."""
    with adaptive.adapt():
        return torch.get_num_threads()


def calm(adaptive: AdaptiveThreads, windows: int) -> None:
    for _ in range(windows):
        adaptive.note(number(adaptive), WINDOW, WINDOW)


def disturb(adaptive: AdaptiveThreads) -> None:
    adaptive.note(number(adaptive), WINDOW, WINDOW / 2)


def test_undisturbed_work_has_all_threads() -> None:
    adaptive = AdaptiveThreads()
    calm(adaptive, 100)
    assert number(adaptive) == 4


def test_a_thread_without_a_core_halves_the_number() -> None:
    adaptive = AdaptiveThreads()
    numbers = []
    for _ in range(4):
        with adaptive.adapt():
            numbers.append(torch.get_num_threads())
            time.sleep(1.1 * WINDOW)  # as little of a core as beside very much other work
        assert torch.get_num_threads() == 4
    assert numbers == [4, 2, 1, 1]


def test_a_short_disturbance_changes_nothing() -> None:
    adaptive = AdaptiveThreads()
    for _ in range(10):
        adaptive.note(4, 0.2 * WINDOW, 0.1 * WINDOW)
        adaptive.note(4, 0.9 * WINDOW, 0.9 * WINDOW)
    assert number(adaptive) == 4


def test_more_threads_are_tried_after_a_while_and_later_each_time_in_vain() -> None:
    adaptive = AdaptiveThreads()
    rests = []
    for _ in range(5):
        disturb(adaptive)
        assert number(adaptive) == 2
        rest = 0
        while number(adaptive) == 2:
            calm(adaptive, 1)
            rest += 1
        rests.append(rest)
    assert rests == [min(REST[0] * 2**tries, REST[1]) for tries in range(1, 6)]
    calm(adaptive, REST[1])  # in peace for long: the next disturbance is a first one again
    disturb(adaptive)
    calm(adaptive, 2 * REST[0])
    assert number(adaptive) == 4


def test_where_one_thread_waits_for_a_core_no_more_are_tried() -> None:
    adaptive = AdaptiveThreads()
    for _ in range(100):
        disturb(adaptive)
    assert number(adaptive) == 1
    calm(adaptive, REST[1])
    assert number(adaptive) == 2


def test_an_error_leaves_the_number_as_it_was() -> None:
    adaptive = AdaptiveThreads()
    disturb(adaptive)
    with pytest.raises(RuntimeError, match="broken"), adaptive.adapt():
        assert torch.get_num_threads() == 2
        raise RuntimeError("broken")
    assert torch.get_num_threads() == 4


def test_a_thread_of_one_core_is_left_alone() -> None:
    adaptive = AdaptiveThreads()
    torch.set_num_threads(1)
    with adaptive.adapt():
        time.sleep(1.1 * WINDOW)
    torch.set_num_threads(4)
    assert number(adaptive) == 4


def test_a_thread_says_how_many_cores_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "AT_START", 4)
    torch.set_num_threads(2)  # as in the middle of a frame beside other work
    found: list[int] = []

    def ask() -> None:
        use_one_core()
        found.append(torch.get_num_threads())
        use_all_cores()
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [1, 4]


def test_a_frame_is_computed_on_fewer_threads_with_the_same_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    model, scene = load_model("lite/llb", precision="fp32"), Scene(1)
    torch.set_num_threads(2)
    found = []
    for halvings in (0, 1):
        monkeypatch.setattr(segmenter.THREADS, "_halvings", halvings)
        monkeypatch.setattr(segmenter.THREADS, "note", lambda *_: None)
        engine = VideoSegmenter(model, InferenceConfig(memory_size=3))
        engine.start(scene.frame(0), scene.masks(0))
        found.append([engine.step(scene.frame(index)) for index in range(1, 8)])
    for two, one in zip(*found, strict=True):
        assert (two.labels == one.labels).all()
        assert np.abs(two.prob - one.prob).max() < 1e-3
