"""Reading and writing beside the model: order, bounds, errors, and an early end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from llb.io.prefetch import BackgroundWriter, prefetch


def test_items_come_in_order_from_another_thread() -> None:
    threads: set[str] = set()

    def items() -> Iterator[int]:
        for number in range(20):
            threads.add(threading.current_thread().name)
            yield number

    assert list(prefetch(items(), 3)) == list(range(20))
    assert threads.isdisjoint({threading.current_thread().name})


def test_reading_keeps_within_bounds_and_ends_with_its_user() -> None:
    taken: list[int] = []
    before = threading.active_count()

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    reader = prefetch(items(), 2)
    assert next(reader) == 0
    time.sleep(0.05)
    assert len(taken) <= 1 + 2 + 1  # in use, waiting, in hand
    reader.close()  # type: ignore[attr-defined]
    assert len(taken) <= 6
    assert threading.active_count() == before


def test_an_error_of_reading_comes_after_what_was_read() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken off")

    reader = prefetch(items())
    assert next(reader) == 1
    with pytest.raises(ValueError, match="broken off"):
        next(reader)


def test_everything_is_written_in_order_before_the_end() -> None:
    written: list[int] = []

    def write(item: int) -> None:
        time.sleep(0.002)
        written.append(item)

    with BackgroundWriter(write, 3) as writer:
        for number in range(20):
            writer.put(number)
            assert number - len(written) <= 4
    assert written == list(range(20))


def test_an_error_of_writing_is_raised() -> None:
    def write(item: int) -> None:
        if item == 1:
            raise OSError("disk full")

    def write_all(count: int) -> None:
        with BackgroundWriter(write, 1) as writer:
            for number in range(count):
                writer.put(number)

    for count in (2, 5):  # noticed on leaving, noticed on the way
        with pytest.raises(OSError, match="disk full"):
            write_all(count)
