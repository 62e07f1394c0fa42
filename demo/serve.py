"""Put the parts of the page together and serve it."""

from __future__ import annotations

import math
import os
import signal
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import gradio as gr

from demo.clips.examples import ExampleShelf
from demo.models.combined import all_models, models_of_examples
from demo.models.provider import ModelProvider
from demo.page.layout import build_page, launch_options
from demo.page.live_run import LiveRuns
from demo.page.services import Services
from demo.page.viewed_results import ViewedResults
from demo.runs.answers import Answers
from demo.runs.cache_folders import CacheFolders
from demo.runs.disk import default_budget
from demo.runs.job import Job
from demo.runs.memory import give_back
from demo.runs.price import LIMIT, Prices
from demo.runs.queue import WAITING, RunQueue
from demo.runs.ready_runs import ReadyRuns
from demo.runs.run_cache import PART, RunCache
from demo.runs.run_key import code_version
from demo.runs.session import SessionStore
from llb.evaluation.result_set import ResultSet

VIEWED_AGE = 30 * 86_400.0  # seconds: what `llb view` opened stays as long as the program runs
THREADS = WAITING + 68  # each event at work has one, and so has everybody who watches a run


def assemble(
    models: ModelProvider,
    shelf: ExampleShelf,
    sessions: SessionStore,
    cache: Path,
    models_of_examples: ModelProvider | None = None,
    viewed: ViewedResults | None = None,
) -> gr.Blocks:
    """Build the page, ready to launch.

    `cache` keeps the examples and finished runs. What is not there yet of the examples' results is computed in the
    background, with `models_of_examples`; None stands for `models`. With `viewed` the page opens with that, and nothing
    is computed for the examples.
    """
    found = RunCache(cache / f"runs-{code_version()}", int(PART * sessions.budget))
    answers = Answers(found, models_of_examples or models, shelf)
    ready = ReadyRuns(cache, answers)
    live = LiveRuns(models, RunQueue(), Prices(run_limit()), answers=answers)
    answers.compute = live.compute
    folders = CacheFolders(cache, (shelf.root, found.root, *ready.folders()))
    folders.remove_old()
    sessions.alive, sessions.cache = live.visitors, found
    sessions.watch(folders.touch, give_back)
    page = build_page(Services(models, sessions, shelf, ready, live, viewed=viewed))
    if viewed is None:
        live.queue.submit(Job("examples", "", 1.0, partial(_prepare, ready, page), background=True))
        page.on_close = live.close
    else:
        viewed.start()
        page.on_close = partial(_close_all, live, viewed)
    return page.queue(default_concurrency_limit=4)


def serve(host: str | None, port: int | None, specs: Sequence[str] = ()) -> None:
    """Serve the page's models, and those that `specs` name, until the program is stopped.

    Raises:
        ValueError: the port is taken, LLB_DISK_GB is no size, or a spec names no model (`demo.models.custom`).
    """
    models = all_models(specs)
    base = cache_folder()
    cache, root = base / "page", base / "sessions"  # the sessions outlive the server: a reload finds them
    root.mkdir(parents=True, mode=0o700, exist_ok=True)
    sessions = SessionStore(root, budget=default_budget(root))
    page = assemble(models, ExampleShelf.own(cache), sessions, cache, models_of_examples())
    try:
        with taken_port_named(port):
            page.launch(server_name=host, server_port=port, max_threads=THREADS, **launch_options(cache, root))
    finally:
        page.close(verbose=False)


def serve_results(results: ResultSet, host: str | None, port: int | None) -> None:
    """Serve the page with results of other programs on show, until the program is stopped.

    Its sessions are its own, and go with it.

    Raises:
        ValueError: the port is taken.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the folder goes, however the program is ended
    base = cache_folder()
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="view-", dir=base, ignore_cleanup_errors=True) as name:
        root, cache = Path(name), base / "page"
        sessions = SessionStore(root, max_age=VIEWED_AGE, budget=default_budget(root))
        viewed = ViewedResults(results)
        page = assemble(all_models(()), ExampleShelf.own(cache), sessions, cache, models_of_examples(), viewed)
        try:
            with taken_port_named(port):
                page.launch(server_name=host, server_port=port, max_threads=THREADS, **launch_options(cache, root))
        finally:
            page.close(verbose=False)


def cache_folder() -> Path:
    """Return where the page keeps examples, finished runs and sessions: LLB_CACHE, or a folder of the user's own."""
    return Path(os.environ.get("LLB_CACHE", Path.home() / ".cache" / "llb"))


def _close_all(live: LiveRuns, viewed: ViewedResults) -> None:
    viewed.close()
    live.close()


def _prepare(ready: ReadyRuns, page: gr.Blocks) -> Generator[None, None, None]:
    """See to the examples' results once the page is open: until then the processor is needed for that."""
    while not page.is_running:
        time.sleep(0.1)
        yield
    yield from ready.prepare()


def run_limit() -> float:
    """Return the seconds that a run may take: LLB_RUN_MINUTES, or `demo.runs.price.LIMIT`.

    Raises:
        ValueError: the variable is not a positive number.
    """
    given = os.environ.get("LLB_RUN_MINUTES", "")
    try:
        minutes = float(given) if given else LIMIT / 60
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < math.inf:
        raise ValueError(f"LLB_RUN_MINUTES is {given!r}: give a positive number of minutes.")
    return minutes * 60


@contextmanager
def taken_port_named(port: int | None) -> Iterator[None]:
    """Turn launch's OSError for a port that is taken into a ValueError that says what to do."""
    try:
        yield
    except OSError as error:
        taken = port or os.environ.get("GRADIO_SERVER_PORT", "7860")
        raise ValueError(f"The page cannot listen on port {taken}: choose another one with --port.") from error
