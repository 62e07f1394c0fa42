"""Runs from Run pressed to their end: priced, queued and worked, whether somebody watches or not."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from demo import text
from demo.clips.clip import Clip
from demo.models.provider import ModelProvider
from demo.runs.compare import Progress, RunFailed, execute_run
from demo.runs.disk import is_disk_full
from demo.runs.gpu_run import Execute, GpuRuns
from demo.runs.passes import marked_objects, whole_clip
from demo.runs.price import Prices, Workload
from demo.runs.queue import Job, Place, RunQueue
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest, start_repair, start_run
from demo.runs.session import Session

STOP_FILE = "stop"  # in the run's folder; asks a run that another process works (`demo.runs.gpu_run`) to end
CHECK_EVERY = 5.0  # seconds between two looks at the visitor's storage

log = logging.getLogger(__name__)


@dataclass
class LiveRuns:
    """The runs of all visitors that wait or work. A visitor has one at a time.

    Their queue's items are the newest `Progress` of a frame that all models of a run have finished, or None before.
    """

    models: ModelProvider
    queue: RunQueue[Progress | None] = field(default_factory=RunQueue)
    prices: Prices = field(default_factory=Prices)
    gpu: GpuRuns = field(default_factory=GpuRuns)
    _starting: set[str] = field(default_factory=set)  # tokens
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, session: Session, request: RunRequest) -> Run:
        """Write a run down and queue it.

        Raises:
            ValueError: the visitor has a run already or a clip that is being read, the request is not in order
                (`start_run`), it would take too long, or too many runs wait.
        """
        session.store.at_work.check_no_reading(session.token)

        def new_folder() -> Path:
            passes = whole_clip(marked_objects(request.marked), len(request.clip))
            self.prices.check(Workload.of(request.entries, passes))
            return session.new_folder("run")

        with self._only_one_of(session):
            return self._submit(session, start_run(request, self.models, new_folder))

    def repair(self, session: Session, request: RepairRequest) -> Run:
        """Write a repair down and queue it.

        Raises:
            ValueError: the visitor has a run already, the request is not in order (`start_repair`), it would take too
                long, or too many runs wait.
        """
        base = request.base

        def new_folder() -> Path:
            length = len(Clip.open(base.clip_folder))
            passes = base.repair_passes(request.marked, request.repair, length)
            self.prices.check(Workload.of([record.name for record in base.variants], passes))
            return session.new_folder("run", [base.folder])

        with self._only_one_of(session):
            return self._submit(session, start_repair(request, new_folder))

    def place(self, folder: Path) -> Place[Progress | None] | None:
        """Return where the run in a folder stands; None if it ended long ago or before the server started."""
        return self.queue.place(str(folder))

    def of(self, session: Session) -> Run | None:
        """Return the visitor's run that waits or works."""
        for folder in reversed(session.folders("run")):
            place = self.place(folder)
            if place and not place.ended:
                with suppress(ValueError):  # cancelled this moment
                    return Run.open(folder)
        return None

    def check_idle(self, session: Session) -> None:
        """Raise ValueError while a run of the visitor waits or works."""
        if self.queue.busy(session.token):
            raise ValueError(text.RUN_BUSY)

    def stop(self, session: Session) -> None:
        """End the visitor's run: one that waits goes at once, one at work keeps the frames that it has finished."""
        run = self.of(session)
        if run is None:
            return
        place = self.place(run.folder)
        if place and place.state != "waiting":
            with suppress(FileNotFoundError):  # it went this moment
                (run.folder / STOP_FILE).touch()
        self.queue.cancel(str(run.folder))

    def has_ended(self, run: Run, patience: float) -> bool:
        """Wait for a run's end, so many seconds at most; tell whether it has come."""
        return self.queue.wait(str(run.folder), patience)

    def wait(self, run: Run) -> Run:
        """Wait until a run has ended, and return it.

        Raises:
            ValueError: it failed.
        """
        while not self.has_ended(run, CHECK_EVERY):
            pass
        place = self.place(run.folder)
        if place and place.state == "failed":
            raise ValueError(place.reason)
        return Run.open(run.folder)

    @contextmanager
    def _only_one_of(self, session: Session) -> Iterator[None]:
        """Refuse a second run of a visitor, also one that is begun at the same moment."""
        with self._lock:
            self.check_idle(session)
            if session.token in self._starting:
                raise ValueError(text.RUN_BUSY)
            self._starting.add(session.token)
        try:
            yield
        finally:
            with self._lock:
                self._starting.discard(session.token)

    def _submit(self, session: Session, run: Run) -> Run:
        names = [record.name for record in run.variants]
        discard = partial(shutil.rmtree, run.folder, ignore_errors=True)
        try:
            load = Workload.of(names, run.passes(len(Clip.open(run.clip_folder))))
            seconds = self.prices.seconds(load)
            work = partial(self._work, session, run, load, self.gpu.execution(load, seconds))
            self.queue.submit(Job(str(run.folder), session.token, seconds, work, discard, _seconds_left, _explain))
        except ValueError:
            discard()
            raise
        return run

    def _work(
        self, session: Session, run: Run, load: Workload, execute: Execute
    ) -> Generator[Progress | None, None, None]:
        """Work a run and leave it ended on disk, however that comes; the queue takes a turn from yield to yield.

        A repair that did not come to its first frame goes, so that the result before it stays on show.
        """
        begun = False
        try:
            with closing(self._steps(session, run, load, execute)) as steps:
                for complete in steps:
                    begun = True
                    yield complete
        except OSError as error:
            if not is_disk_full(error):
                raise
            raise RunFailed(text.RUN_DISK_FULL) from error
        finally:
            if run.repair and not begun:
                shutil.rmtree(run.folder, ignore_errors=True)
            else:
                _end_on_disk(run.folder)

    def _steps(
        self, session: Session, run: Run, load: Workload, execute: Execute
    ) -> Generator[Progress | None, None, None]:
        """Do a run step by step; it ends early when the visitor's storage is full."""
        stop, last = run.folder / STOP_FILE, run.variants[-1].name
        complete: Progress | None = None
        loading: float | None = None  # seconds until the first step: they are no part of the price
        begun = checked = time.monotonic()
        aside = worked = 0.0  # seconds while others had their turn, and the rest
        with closing(execute(run, self.models, stop)) as steps:
            for step in steps:
                now = time.monotonic()
                worked = now - begun - aside
                loading = worked if loading is None else loading
                if now - checked > CHECK_EVERY:
                    checked = now
                    if session.over_quota():
                        stop.touch()
                if step.variant == last:
                    complete = replace(step, seconds_left=step.seconds_left * worked / max(worked + aside, 1e-9))
                yield complete
                aside += time.monotonic() - now
        if complete and execute is execute_run and not stop.exists():
            self.prices.learn(complete.run, load, worked - (loading or 0.0))


def _explain(error: Exception) -> str:
    """Return the visitor's sentence for an error that ended a run."""
    return str(error) if isinstance(error, RunFailed) else text.RUN_FAILED


def _end_on_disk(folder: Path) -> None:
    """Note that a run is stopped whose worker died before it could."""
    try:
        run = Run.open(folder)
        if run.state == "running":
            run.as_left().save()
    except ValueError:  # it was swept meanwhile
        return
    except OSError:  # there is no room for that either
        log.exception("The end of the run %s could not be written.", folder)


def _seconds_left(latest: Progress | None) -> float | None:
    return latest.seconds_left if latest else None
