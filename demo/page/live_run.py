"""Runs from Run pressed to their end: answered from the cache, or priced, queued and worked, watched or not."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from demo import text
from demo.clips.clip import Clip
from demo.models.provider import ModelProvider
from demo.runs.answers import Answers
from demo.runs.compare import Progress, RunFailed, execute_run
from demo.runs.disk import is_disk_full
from demo.runs.gpu_run import GpuRuns
from demo.runs.job import Job, Place
from demo.runs.passes import marked_objects, whole_clip
from demo.runs.price import Prices, Workload
from demo.runs.queue import QueueFull, RunQueue
from demo.runs.run import MARKED, Run
from demo.runs.run_cache import RunCache, give_results
from demo.runs.run_key import make_key
from demo.runs.run_setup import RepairRequest, RunRequest, checked_variants, start_repair, start_run
from demo.runs.run_work import CHECK_EVERY, RunWork, explain, seconds_left
from demo.runs.session import Session
from demo.runs.shared_files import share_folder
from demo.runs.shared_run import SharedRun, SharedRuns

MOST_IN_BACKGROUND = 30  # runs that are still to be computed though nobody waits for them


@dataclass
class LiveRuns:
    """The runs of all visitors that wait or work. A visitor has one at a time; the same question is computed once.

    Their queue's items are the newest `Progress` of a frame that all models of a run have finished, or None before.

    Attributes:
        models: those that visitors choose from.
        answers: to questions that were asked before; None where every run is computed for itself.
    """

    models: ModelProvider
    queue: RunQueue[Progress | None] = field(default_factory=RunQueue)
    prices: Prices = field(default_factory=Prices)
    gpu: GpuRuns = field(default_factory=GpuRuns)
    answers: Answers | None = None
    _starting: set[str] = field(default_factory=set)  # tokens
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _runs: SharedRuns = field(default_factory=SharedRuns)
    _failed: set[str] = field(default_factory=set)  # keys of runs in the background
    _sharing: threading.RLock = field(default_factory=threading.RLock)  # who asks, joins, leaves or ends a shared run

    def start(self, session: Session, request: RunRequest) -> Run:
        """Write a run down; answer it from the cache, let it join one of the same key, or queue it.

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
            run = start_run(request, self.models, new_folder)
            if self.answers is None:
                return self._submit(session, run)
            run = run.save(key=make_key(request.clip, request.marked, run.variants, request.settings))
            with self._sharing:
                entry = self.answers.find(request, run.key)
                if entry is not None:
                    return give_results(entry, run)
                return self._join(session, run) or self._submit(session, run, self.answers.cache)

    def compute(self, request: RunRequest) -> float | None:
        """See to it that a run is computed for the cache when no visitor's is; tell how far it is, 0..1.

        None if it is not on its way: it failed before, too many wait, or the server is being closed.
        """
        if (answers := self.answers) is None:
            return None
        records = checked_variants(request.entries, request.settings, answers.models)
        key = make_key(request.clip, request.marked, records, request.settings)
        with self._sharing:
            shared = self._runs.at_work(key)
            if shared is None:
                if key in self._failed or self.queue.in_background() >= MOST_IN_BACKGROUND:
                    return None
                run = start_run(request, answers.models, answers.cache.new_folder).save(key=key)
                shared = SharedRun(run)
                try:
                    self._queue(shared, "", answers.models)
                except QueueFull:
                    shared.discard()
                    return None
        place = self.queue.place(shared.name)
        return place.latest.run.frames / len(request.clip) if place and place.latest else 0.0

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
        shared = self._runs.of(folder)
        place = self.queue.place(shared.name if shared else str(folder))
        if place is None or shared is None:
            return place
        latest = shared.seen_by(folder, place.latest) if place.latest else None
        return replace(place, state=shared.left.get(folder, place.state), latest=latest)

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
        if session.token in self.visitors():
            raise ValueError(text.RUN_BUSY)

    def visitors(self) -> frozenset[str]:
        """Return who waits for a run or has one at work."""
        return self._runs.visitors()

    def stop(self, session: Session) -> None:
        """End the visitor's run: one that waits goes at once, one at work keeps the frames that it has finished.

        Where others wait for the same, it goes on for them.
        """
        with self._sharing:
            run = self.of(session)
            shared = self._runs.of(run.folder) if run else None
            if run and shared:
                self._leave(shared, run.folder)

    def has_ended(self, run: Run, patience: float) -> bool:
        """Wait for a run's end, so many seconds at most; tell whether it has come."""
        shared = self._runs.of(run.folder)
        return shared is None or self.queue.wait(shared.name, patience)

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

    def close(self) -> None:
        """End all runs, before the server goes."""
        self.queue.close()

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

    def _join(self, session: Session, run: Run) -> Run | None:
        """Let a run take part in one of the same key that waits or works, if there is one."""
        shared = self._runs.at_work(run.key)
        if shared is None or not shared.join(session, run):
            return None
        if len(shared.askers()) == 1:  # it was nobody's: work in the background
            self.queue.hand_over(shared.name, session.token)
        self._runs.remember(run.folder, shared)
        return run

    def _leave(self, shared: SharedRun, folder: Path) -> None:
        others = shared.askers(but=folder)
        if others:
            shared.leave(folder)
            self.queue.hand_over(shared.name, others[0].session.token)
            return
        place = self.queue.place(shared.name)
        if place and place.state != "waiting":
            shared.ask_to_stop()
        self.queue.cancel(shared.name)

    def _submit(self, session: Session, run: Run, cache: RunCache | None = None) -> Run:
        """Queue a visitor's run; with a cache it is computed there, so that others may join it."""
        work = run
        if cache is not None:
            work = replace(run, folder=cache.new_folder(), names={}).save()
            share_folder(run.folder / MARKED, work.folder / MARKED)
        shared = SharedRun(work)
        shared.join(session, run)
        try:
            self._queue(shared, session.token, self.models)
        except ValueError:
            shared.discard()
            raise
        self._runs.remember(run.folder, shared)
        return run

    def _queue(self, shared: SharedRun, visitor: str, models: ModelProvider) -> None:
        """Queue the work of a run; without a visitor it is done in the background, on the CPU."""
        run = shared.work
        load = Workload.of([record.name for record in run.variants], run.passes(len(Clip.open(run.clip_folder))))
        seconds = self.prices.seconds(load)
        work = RunWork(shared, models, load, self.gpu.execution(load, seconds) if visitor else execute_run)
        job = Job(
            shared.name,
            visitor,
            seconds,
            partial(self._work, work),
            partial(self._discard, shared),
            seconds_left,
            explain,
            background=not visitor,
        )
        self.queue.submit(job)
        self._runs.add(shared)

    def _discard(self, shared: SharedRun) -> None:
        """Delete a run that was cancelled before it began."""
        with self._sharing:
            shared.discard()
            self._runs.forget(shared)

    def _work(self, work: RunWork) -> Generator[Progress | None, None, None]:
        """Work a run and give it to all who asked, however it ends; the queue takes a turn from yield to yield."""
        try:
            with closing(work.steps(self.prices, self._check_storage)) as steps:
                yield from steps
        except OSError as error:
            if not is_disk_full(error):
                raise
            raise RunFailed(text.RUN_DISK_FULL) from error
        finally:
            self._end(work.shared)

    def _check_storage(self, shared: SharedRun) -> None:
        """End a run for those whose storage is full."""
        for asker in shared.askers():
            if asker.session.over_quota():
                with self._sharing:
                    if shared.askers(but=asker.run.folder):
                        self._leave(shared, asker.run.folder)
                    else:
                        shared.ask_to_stop()

    def _end(self, shared: SharedRun) -> None:
        """Give a run to all who asked for it; keep it for those who will, if it is whole."""
        with self._sharing:
            final = shared.end()
            self._runs.forget(shared)
            if final is None or not final.key or self.answers is None:
                return
            if final.state == "done" and _as_asked(final, shared.work):
                self.answers.cache.keep(final)
            else:
                shutil.rmtree(final.folder, ignore_errors=True)
                if not shared.askers():
                    self._failed.add(final.key)


def _as_asked(run: Run, asked: Run) -> bool:
    """Tell whether a run was computed in the precision that its key names: on a lent GPU it may be another one."""
    return [record.precision for record in run.variants] == [record.precision for record in asked.variants]
