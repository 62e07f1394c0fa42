"""What the page's callbacks work with; none of it belongs to one visitor."""

from __future__ import annotations

from dataclasses import dataclass

from demo.clips.examples import ExampleShelf
from demo.clips.upload import Limits
from demo.models.provider import ModelProvider
from demo.page.live_run import LiveRuns
from demo.page.viewed_results import ViewedResults
from demo.runs.ready_runs import ReadyRuns
from demo.runs.session import SessionStore


@dataclass(frozen=True)
class Services:
    """Models, example clips and their comparisons, all visitors' sessions and runs, and the limits on uploads.

    `viewed` is what `llb view` was started with.
    """

    models: ModelProvider
    sessions: SessionStore
    shelf: ExampleShelf
    ready: ReadyRuns
    live: LiveRuns
    limits: Limits = Limits()
    viewed: ViewedResults | None = None
