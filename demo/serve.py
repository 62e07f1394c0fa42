"""Put the parts of the page together and serve it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import gradio as gr

from demo.clips import Limits
from demo.models import ModelProvider
from demo.session import SessionStore
from demo.shelf import ExampleShelf, Showcase
from demo.shipped import ShippedModels
from demo.ui import build_page, launch_options


def assemble(models: ModelProvider, shelf: ExampleShelf, cache: Path, limits: Limits | None = None) -> gr.Blocks:
    """Build the page, ready to launch; the sessions' folder goes when the program ends.

    `cache` keeps the greeting comparison, which is prepared in the background if it is not there yet.
    """
    root = Path(tempfile.mkdtemp(prefix="llb-sessions-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    sessions = SessionStore(root)
    sessions.watch()
    showcase = Showcase(cache, models, shelf)
    page = build_page(models, sessions, shelf, showcase, limits or Limits())
    showcase.start()
    return page.queue(max_size=16, default_concurrency_limit=4)


def serve() -> None:
    """Serve the shipped models until the program is stopped."""
    cache = Path(os.environ.get("LLB_CACHE", Path.home() / ".cache" / "llb")) / "page"
    page = assemble(ShippedModels(), ExampleShelf.generated(cache), cache)
    page.launch(**launch_options())
