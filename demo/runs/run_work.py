"""The work of a run, step by step, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace

from demo import text
from demo.models.provider import ModelProvider
from demo.runs.compare import Progress, RunFailed, execute_run
from demo.runs.gpu_run import Execute
from demo.runs.price import Prices, Workload
from demo.runs.shared_run import STOP_FILE, SharedRun

CHECK_EVERY = 5.0  # seconds between two looks at the visitors' storage


@dataclass(frozen=True)
class RunWork:
    """A run, the models that do it, how much there is to do, and what does it (`demo.runs.gpu_run`)."""

    shared: SharedRun
    models: ModelProvider
    load: Workload
    execute: Execute

    def steps(
        self, prices: Prices, check_storage: Callable[[SharedRun], None]
    ) -> Generator[Progress | None, None, None]:
        """Do it, and yield after each step the newest progress of a frame that all models have finished.

        `prices` learn how long it took; `check_storage` is called now and then.
        """
        run = self.shared.work
        stop, last = run.folder / STOP_FILE, run.variants[-1].name
        complete: Progress | None = None
        loading: float | None = None  # seconds until the first step: they are no part of the price
        begun = checked = time.monotonic()
        aside = worked = 0.0  # seconds while others had their turn, and the rest
        with closing(self.execute(run, self.models, stop)) as steps:
            for step in steps:
                now = time.monotonic()
                worked = now - begun - aside
                loading = worked if loading is None else loading
                if now - checked > CHECK_EVERY:
                    checked = now
                    check_storage(self.shared)
                self.shared.share_step(step)
                if step.variant == last:
                    complete = replace(step, seconds_left=step.seconds_left * worked / max(worked + aside, 1e-9))
                yield complete
                aside += time.monotonic() - now
        if complete and self.execute is execute_run and not stop.exists():
            prices.learn(complete.run, self.load, worked - (loading or 0.0))


def explain(error: Exception) -> str:
    """Return the visitor's sentence for an error that ended a run."""
    return str(error) if isinstance(error, RunFailed) else text.RUN_FAILED


def seconds_left(latest: Progress | None) -> float | None:
    """Return how long a run will still take, as its newest progress tells."""
    return latest.seconds_left if latest else None
