"""Interlaced frames become whole ones, with FFmpeg's bwdif filter; progressive ones pass untouched."""

from __future__ import annotations

from typing import Any

import av
import av.filter


class Deinterlacer:
    """Pass decoded frames through in order, each once; from the first interlaced one on they go through the filter."""

    used: bool  # whether an interlaced frame has come

    def __init__(self) -> None:
        self.used = False
        self._graph: Any = None
        self._form: tuple[int, int, str] | None = None

    def feed(self, frame: Any) -> list[Any]:
        """Take a frame and return those that are ready: the filter holds one back."""
        if not self.used and not frame.interlaced_frame:
            return [frame]
        self.used = True
        form = (frame.width, frame.height, frame.format.name)
        done = self.flush() if form != self._form else []
        if self._graph is None:
            self._graph, self._form = _graph(frame), form
        self._graph.push(frame)
        return done + self._pull()

    def flush(self) -> list[Any]:
        """Return what the filter still holds."""
        if self._graph is None:
            return []
        self._graph.push(None)
        done, self._graph = self._pull(), None
        return done

    def _pull(self) -> list[Any]:
        done = []
        while True:
            try:
                done.append(self._graph.pull())
            except (av.error.BlockingIOError, av.error.EOFError):
                return done


def _graph(frame: Any) -> Any:
    graph = av.filter.Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    filters = [source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink")]
    for before, after in zip(filters, filters[1:], strict=False):
        before.link_to(after)
    graph.configure()
    return graph
