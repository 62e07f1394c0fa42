"""A run at work as its page watches it: not every step of it, and no longer than the visitor's storage lasts."""

from __future__ import annotations

import time
from collections.abc import Iterator

from demo.models.provider import ModelProvider
from demo.models.zerogpu import on_gpu
from demo.runs.compare import Progress, execute_run
from demo.runs.run import Run
from demo.runs.session import Session

STOP_FILE = "stop"  # in the run's folder; asks the run to end
LIVE_EVERY = 0.25  # seconds between two reports of a run
QUOTA_EVERY = 5.0  # seconds between two looks at how full the visitor's storage is


def work_live(run: Run, models: ModelProvider, session: Session) -> Iterator[Progress]:
    """Work a run; yield when all models have finished a frame, at most every `LIVE_EVERY` seconds.

    The run is asked to end when the visitor's storage is full.
    """
    reported, looked, stop = 0.0, time.monotonic(), run.folder / STOP_FILE
    last = run.variants[-1].name
    for step in on_gpu(execute_run)(run, models, stop):
        if time.monotonic() - looked > QUOTA_EVERY:
            looked = time.monotonic()
            if session.over_quota():
                stop.touch()
        if step.variant == last and time.monotonic() - reported >= LIVE_EVERY:
            session.touch()
            yield step
            reported = time.monotonic()
