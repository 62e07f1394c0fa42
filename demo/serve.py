"""Put the parts of the page together and serve it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import gradio as gr

from demo.clips.examples import ExampleShelf
from demo.models.combined import all_models
from demo.models.provider import ModelProvider
from demo.page.layout import build_page, launch_options
from demo.page.services import Services
from demo.runs.cache_folders import CacheFolders
from demo.runs.disk import default_budget
from demo.runs.session import SessionStore
from demo.runs.showcase import Showcase


def assemble(models: ModelProvider, shelf: ExampleShelf, sessions: SessionStore, cache: Path) -> gr.Blocks:
    """Build the page, ready to launch.

    `cache` keeps the greeting comparison, which is prepared in the background if it is not there yet.
    """
    showcase = Showcase(cache, models, shelf)
    folders = CacheFolders(cache, (shelf.root, showcase.folder))
    folders.remove_old()
    sessions.watch(also=folders.touch)
    page = build_page(Services(models, sessions, shelf, showcase))
    showcase.start()
    return page.queue(max_size=16, default_concurrency_limit=4)


def serve(host: str | None, port: int | None, specs: Sequence[str] = ()) -> None:
    """Serve the page's models, and those that `specs` name, until the program is stopped.

    Raises:
        ValueError: the port is taken, LLB_DISK_GB is no size, or a spec names no model (`demo.models.custom`).
    """
    models = all_models(specs)
    root = Path(tempfile.mkdtemp(prefix="llb-sessions-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    cache = Path(os.environ.get("LLB_CACHE", Path.home() / ".cache" / "llb")) / "page"
    sessions = SessionStore(root, budget=default_budget(root))
    page = assemble(models, ExampleShelf.own(cache), sessions, cache)
    with taken_port_named(port):
        page.launch(server_name=host, server_port=port, **launch_options(cache, root))


@contextmanager
def taken_port_named(port: int | None) -> Iterator[None]:
    """Turn launch's OSError for a port that is taken into a ValueError that says what to do."""
    try:
        yield
    except OSError as error:
        taken = port or os.environ.get("GRADIO_SERVER_PORT", "7860")
        raise ValueError(f"The page cannot listen on port {taken}: choose another one with --port.") from error
