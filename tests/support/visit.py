"""A server's callbacks without Gradio, as a visit calls them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import gradio as gr
import numpy as np

from demo.page.example_gallery import ExampleGallery
from demo.page.handlers import Handlers
from demo.page.live_run import LiveRuns
from demo.page.run_handlers import RunHandlers
from demo.page.services import Services
from demo.page.updates import ArrivalUpdate, RunUpdate, StartUpdate
from demo.runs.session import Session, SessionStore
from llb.io.video_reader import write_video
from tests.support.page_fakes import FakeModels, fake_shelf, ready_runs

SETTINGS = (20, 5, 20, 0, True, False)


@dataclass(frozen=True)
class Tab:
    """What Gradio tells of a browser tab."""

    session_hash: str
    query_params: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """The callbacks of a server; another one on the same folder is the same server started anew."""

    folder: Path
    models: FakeModels

    def __post_init__(self) -> None:
        shelf, sessions = fake_shelf(self.folder), SessionStore(self.folder / "sessions")
        self.live = LiveRuns(self.models)
        showcase = ready_runs(self.folder, self.models, shelf)
        self.services = Services(self.models, sessions, shelf, showcase, self.live)
        self.runs = RunHandlers(self.services)
        self.handlers = Handlers(self.services, self.runs, ExampleGallery(shelf))

    def arrive(self, ticket: str = "", tab: str = "tab", query: Mapping[str, str] | None = None) -> ArrivalUpdate:
        return self.handlers.arrive(ticket, cast("gr.Request", Tab(tab, query or {})))

    def leave(self, tab: str = "tab") -> None:
        self.handlers.close_tab(cast("gr.Request", Tab(tab)))

    def session(self, token: str) -> Session:
        return self.services.sessions.open(token)

    def start(self, token: str) -> StartUpdate:
        return self.runs.start(token, ["lite/llb"], [], *SETTINGS)

    def watch(self, token: str, name: str) -> list[RunUpdate]:
        async def all_of_it() -> list[RunUpdate]:
            return [update async for update in self.runs.watch(token, name)]

        with ThreadPoolExecutor(1) as fresh:  # a browser test before this one may have left this thread an event loop
            return fresh.submit(asyncio.run, all_of_it()).result()

    def run(self, token: str) -> RunUpdate:
        return self.watch(token, self.start(token).watched)[-1]

    def upload(self, token: str, path: Path) -> Any:
        write_video(path, [np.full((90, 130, 3), 40 + 10 * index, np.uint8) for index in range(5)], 10.0)
        return self.handlers.upload(token, [str(path)], cast("gr.Progress", lambda *_, **__: None))

    def stop_all(self) -> None:
        for token in self.live.queue.visitors():
            self.live.stop(self.session(token))
