"""A run at work for all who asked the same: each gets its files, as they come, in a folder of the visitor's own."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from demo.runs.compare import SAVE_EVERY, Progress
from demo.runs.queue import REMEMBERED
from demo.runs.run import SERIES, Run
from demo.runs.session import Session
from demo.runs.shared_files import share_file, share_folder
from demo.whole_file import write_whole

STOP_FILE = "stop"  # in the run's folder; asks a run that another process works (`demo.runs.gpu_run`) to end

log = logging.getLogger(__name__)


@dataclass
class Asker:
    """A visitor who waits for a run, and the run in the visitor's folder."""

    session: Session
    run: Run
    series: int = 0  # inode of the series that was copied last
    saved: float = field(default_factory=time.monotonic)


@dataclass
class SharedRun:
    """The run is computed in `work.folder`, which is the asker's own where it is not shared (a repair).

    Attributes:
        work: the run that is computed.
        over: whether nothing more will come.
        left: the askers' runs that ended before it did, and how.
    """

    work: Run
    over: bool = False
    left: dict[Path, Literal["stopped", "cancelled"]] = field(default_factory=dict)
    _askers: dict[Path, Asker] = field(default_factory=dict)
    _begun: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def name(self) -> str:
        """Its key in the queue."""
        return str(self.work.folder)

    def join(self, session: Session, run: Run) -> bool:
        """Give a visitor's run all that is done and all that will come; False if it is over."""
        with self._lock:
            if not self.over:
                asker = self._askers[run.folder] = Asker(session, run)
                if self._begun:
                    self._share_all(asker)
            return not self.over

    def askers(self, but: Path | None = None) -> list[Asker]:
        """Return who waits for it, without the one of a folder."""
        with self._lock:
            return [asker for folder, asker in self._askers.items() if folder != but]

    def share_step(self, step: Progress) -> None:
        """Give everybody what a step of the work has left on disk."""
        with self._lock:
            for folder, asker in list(self._askers.items()):
                try:
                    if self._begun:
                        self._share_frame(asker, step)
                    else:
                        self._share_all(asker)
                except FileNotFoundError:
                    if folder.exists():
                        raise
                    del self._askers[folder]  # the visitor's session has ended
            self._begun = True

    def leave(self, folder: Path) -> None:
        """End it for one visitor, who keeps what is done; the others' goes on."""
        with self._lock:
            asker = self._askers.pop(folder)
            self.left[folder] = "stopped" if self._begun else "cancelled"
            if self._begun:
                self._share_all(asker)
                asker.run.as_left().save()
                (folder / STOP_FILE).touch()
            else:
                shutil.rmtree(folder, ignore_errors=True)

    def discard(self) -> None:
        """Delete it everywhere: it will not be begun."""
        with self._lock:
            self.over = True
            for folder in (self.work.folder, *self._askers):
                shutil.rmtree(folder, ignore_errors=True)

    def ask_to_stop(self) -> None:
        """Let the work end after its current step."""
        with suppress(FileNotFoundError):  # it went this moment
            (self.work.folder / STOP_FILE).touch()
            for asker in self.askers():
                (asker.run.folder / STOP_FILE).touch()

    def end(self) -> Run | None:
        """Leave the work ended on disk, however it ended, give it to everybody, and return it; None if it is gone.

        A repair that did not come to its first frame goes, so that the result before it stays on show.
        """
        with self._lock:
            self.over = True
            if self.work.repair and not self._begun:
                shutil.rmtree(self.work.folder, ignore_errors=True)
            try:
                final = self._ended()
            except ValueError:  # it was swept meanwhile
                return None
            for folder, asker in self._askers.items():
                try:
                    self._share_all(asker)
                except FileNotFoundError:
                    if folder.exists():
                        raise
            return final

    def _ended(self) -> Run:
        """Note that the work is stopped if it died before it could; where there is no room for that, it only counts."""
        run = Run.open(self.work.folder)
        if run.state == "running":
            run = run.as_left()
            try:
                run.save()
            except OSError:
                log.exception("The end of the run %s could not be written.", run.folder)
        return run

    def seen_by(self, folder: Path, step: Progress) -> Progress:
        """Return a step with the run as it is in a visitor's folder."""
        with self._lock:
            asker = self._askers.get(folder)
        if asker is None or self._is_own(asker):
            return step
        return replace(step, run=replace(asker.run, state=step.run.state, variants=step.run.variants))

    def _is_own(self, asker: Asker) -> bool:
        return asker.run.folder == self.work.folder

    def _share_all(self, asker: Asker) -> None:
        if self._is_own(asker):
            return
        for record in self.work.variants:
            share_folder(self.work.model_folder(record.name), asker.run.model_folder(record.name))
        self._share_series(asker)
        self._save(asker, Run.open(self.work.folder))

    def _share_frame(self, asker: Asker, step: Progress) -> None:
        if self._is_own(asker):
            return
        run, name = asker.run, step.variant
        trace = self.work.traces(name).path(step.frame)
        for source in (self.work.labels_file(name, step.frame), trace):
            target = run.model_folder(name) / source.parent.name / source.name
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                share_file(source, target)
        if name == self.work.variants[-1].name:
            self._share_series(asker)
        if time.monotonic() - asker.saved >= SAVE_EVERY:
            self._save(asker, step.run)

    def _share_series(self, asker: Asker) -> None:
        """Copy the lines that are new, after the files that they are about; all of them if earlier ones changed."""
        source, target = self.work.folder / SERIES, asker.run.folder / SERIES
        if not source.exists():
            return
        if asker.series != source.stat().st_ino:
            asker.series = source.stat().st_ino
            write_whole(target, source.read_bytes())
            return
        with source.open("rb") as lines, target.open("ab") as copied:
            lines.seek(copied.tell())
            copied.write(lines.read())

    def _save(self, asker: Asker, run: Run) -> None:
        asker.run = asker.run.save(state=run.state, variants=run.variants, cpu_share=run.cpu_share)
        asker.saved = time.monotonic()


@dataclass
class SharedRuns:
    """All that are at work, by their keys, and those that visitors' folders belong to, the newest `REMEMBERED`."""

    _at_work: dict[str, SharedRun] = field(default_factory=dict)
    _by_folder: dict[Path, SharedRun] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at_work(self, key: str) -> SharedRun | None:
        """Return the run of a key that waits or works."""
        with self._lock:
            return self._at_work.get(key)

    def of(self, folder: Path) -> SharedRun | None:
        """Return the run that a visitor's folder belongs to."""
        with self._lock:
            return self._by_folder.get(folder)

    def visitors(self) -> frozenset[str]:
        """Return the tokens of all who wait for a run or have one at work."""
        with self._lock:
            live = [shared for shared in self._by_folder.values() if not shared.over]
        return frozenset(asker.session.token for shared in live for asker in shared.askers())

    def add(self, shared: SharedRun) -> None:
        """Note that a run waits; one without a key is not to be found by it."""
        if shared.work.key:
            with self._lock:
                self._at_work[shared.work.key] = shared

    def remember(self, folder: Path, shared: SharedRun) -> None:
        """Note to which run a visitor's folder belongs; forget the oldest that are over."""
        with self._lock:
            self._by_folder[folder] = shared
            over = [known for known, each in self._by_folder.items() if each.over]
            for known in over[: max(0, len(self._by_folder) - REMEMBERED)]:
                del self._by_folder[known]

    def forget(self, shared: SharedRun) -> None:
        """Note that nobody can join a run any more."""
        with self._lock:
            if self._at_work.get(shared.work.key) is shared:
                del self._at_work[shared.work.key]
