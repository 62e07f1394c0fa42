"""Reading and writing beside the model: each in a thread of its own, with a bounded number of items under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from threading import Event, Thread
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
END = object()


def prefetch(items: Iterable[T], most: int = 4) -> Iterator[T]:
    """Yield what another thread takes from `items`, at most `most` of them early; its errors are raised here."""
    queue: Queue[object] = Queue(most)
    given_up = Event()

    def take() -> None:
        end: object = END
        try:
            for item in items:
                queue.put(item)
                if given_up.is_set():
                    return
        except Exception as error:  # noqa: BLE001 (raised where the items are used)
            end = error
        queue.put(end)

    thread = Thread(target=take, daemon=True)
    thread.start()
    try:
        while (item := queue.get()) is not END:
            if isinstance(item, Exception):
                raise item
            yield item  # type: ignore[misc]
    finally:
        given_up.set()
        while thread.is_alive():  # it may wait for a place
            while not queue.empty():
                queue.get()
            thread.join(0.01)


class BackgroundWriter(Generic[T]):
    """Call `write` with each item in another thread, in order; use it in a ``with`` statement.

    At most `most` items wait. An error of `write` is raised at a later `put` or on leaving.
    """

    def __init__(self, write: Callable[[T], object], most: int = 4) -> None:
        self._write, self._most = write, most
        self._pool = ThreadPoolExecutor(1, "write")
        self._pending: list[Future[object]] = []

    def put(self, item: T) -> None:
        """Hand over an item; wait while too many are under way."""
        while len(self._pending) >= self._most or (self._pending and self._pending[0].done()):
            self._pending.pop(0).result()
        self._pending.append(self._pool.submit(self._write, item))

    def __enter__(self) -> BackgroundWriter[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        if error is None:
            for future in self._pending:
                future.result()
