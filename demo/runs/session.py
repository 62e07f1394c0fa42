"""One visitor's work: an unguessable token and a folder on disk that goes away by itself."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection, Container, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from demo import text
from demo.runs.at_work import AtWork
from demo.runs.disk import BUDGET, FolderSizes
from demo.runs.notes import Notes
from demo.runs.repeat import repeat
from demo.runs.run import Run
from demo.runs.run_cache import RunCache
from demo.whole_file import write_whole

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
GONE = "gone-"  # beginning of the name of a visitor's folder that is being deleted
MAX_AGE = 3600.0  # seconds without a sign of the visitor
QUOTA = 5_000_000_000  # bytes per visitor
GRACE = 600.0  # seconds that a closed tab's session waits: phones drop the connection of a tab in the background
IDLE = 300.0  # seconds without a sign after which a visitor's folder may make room for others
MOST_SESSIONS = 2000  # at a time; one that nobody uses is some 10 kB
KEEP = {"clip": 2, "run": 6, "view": 4}  # newest folders of a kind that stay; runs share most of their files

_writing = threading.Lock()  # numbers and notes are read, changed and written in one go


@dataclass(frozen=True)
class Session:
    """A visitor's folder. Folders inside it are numbered: ``clip-1``, ``run-1``, ``run-2``, ..."""

    token: str
    folder: Path
    store: SessionStore

    def new_folder(self, kind: str, needed: Container[Path] = ()) -> Path:
        """Make the next numbered folder of a kind; drop the oldest ones of it beyond `KEEP` that are not `needed`.

        A number is never used twice, also not after its folder is gone.

        Raises:
            ValueError: the disk is full, and nothing can go to make room.
        """
        self.store.make_room(self, needed)
        with _writing:
            folder = self._next_folder(kind)
        known = self.folders(kind)
        for old in known[: max(0, len(known) - KEEP[kind])]:
            if old not in needed:
                shutil.rmtree(old, ignore_errors=True)
        return folder

    def _next_folder(self, kind: str) -> Path:
        counter = self.folder / f"{kind}.count"
        last = int(counter.read_text()) if counter.exists() else 0
        number = max([last, *map(_number, self.folders(kind))])
        while True:
            number += 1
            write_whole(counter, str(number))
            folder = self.folder / f"{kind}-{number}"
            try:
                folder.mkdir()
            except FileExistsError:  # another process was first
                continue
            return folder

    def folders(self, kind: str) -> list[Path]:
        """Return the folders of a kind, oldest first."""
        found = [path for path in self.folder.glob(f"{kind}-*") if path.is_dir()]
        return sorted(found, key=_number)

    def runs(self) -> list[Run]:
        """Return the runs, oldest first; a folder in which none is written down (yet) is passed over."""
        found = []
        for folder in self.folders("run"):
            try:
                found.append(Run.open(folder))
            except ValueError:  # a begin that failed, or a run that goes at this moment
                continue
        return found

    def notes(self) -> Notes:
        """Return what was kept with `note`."""
        return Notes.read(self.folder)

    def note(self, *, clip: Path | None = None, source: Sequence[Path] | None = None) -> None:
        """Keep a chosen clip's folder, or uploaded files; what is not given stays as it is."""
        with _writing:
            known = self.notes()
            source = known.source if source is None else tuple(source)
            replace(known, clip=clip or known.clip, source=source).write(self.folder)

    def note_newest(self, newest: str, shown: str = "") -> None:
        """Keep the visitor's newest result at the moment when the clip was chosen, and what a link shows (`Notes`)."""
        with _writing:
            replace(self.notes(), newest=newest, shown=shown).write(self.folder)

    def over_quota(self) -> bool:
        """Tell whether the visitor's folder, or the disk that all visitors share, is full."""
        return self.store.is_full(self)

    def at_work(self) -> AbstractContextManager[None]:
        """Keep the session while a block does something for the visitor that may take minutes."""
        return self.store.at_work.work(self.token)

    def own_storage_full(self) -> bool:
        """Tell whether it is the visitor's own folder that is full."""
        return self.store.own_is_full(self)

    def touch(self) -> None:
        """Note that the visitor is still there."""
        os.utime(self.folder)


class SessionStore:
    """All visitors' folders under one root.

    Args:
        root: folder for the sessions; made when the first one starts.
        max_age: seconds without a sign of a visitor after which the folder goes.
        quota: bytes per visitor.
        budget: bytes of all visitors together.

    Attributes:
        alive: returns the tokens of visitors who wait for a run or have one at work: they stay, however long that is.
        at_work: what else is under way for visitors; they stay, too.
        budget: bytes of all visitors together, and of the cache of finished runs.
        cache: the finished runs that are kept; they give way to visitors' files.
    """

    alive: Callable[[], Collection[str]]
    at_work: AtWork
    budget: int
    cache: RunCache | None

    def __init__(self, root: Path, max_age: float = MAX_AGE, quota: int = QUOTA, budget: int = BUDGET) -> None:
        self._root, self._max_age, self._quota, self.budget = root, max_age, quota, budget
        self.cache = None
        self._sizes = FolderSizes()
        self._making_room = threading.Lock()
        self._sweeper: threading.Thread | None = None
        self.alive, self.at_work = frozenset, AtWork()

    def create(self) -> Session:
        """Start a session.

        Raises:
            ValueError: there are `MOST_SESSIONS` already, and all are in use.
        """
        self._limit_number()
        token = secrets.token_urlsafe(32)
        folder = self._root / token
        folder.mkdir(parents=True, mode=0o700)
        return Session(token, folder, self)

    def open(self, token: str | None) -> Session:
        """Return the session of a token; raise ValueError if there is none (any more)."""
        ended = "Your session has ended: reload the page to start a new one."
        if not isinstance(token, str) or not TOKEN.fullmatch(token) or not (self._root / token).is_dir():
            raise ValueError(ended)
        session = Session(token, self._root / token, self)
        try:
            session.touch()
        except FileNotFoundError as error:  # it was swept in this moment
            raise ValueError(ended) from error
        return session

    def remove(self, token: str | None) -> None:
        """Delete a session and all it holds; an unknown token is nothing to do."""
        if isinstance(token, str) and TOKEN.fullmatch(token):
            gone = self._root / f"{GONE}{token}"
            try:
                (self._root / token).rename(gone)  # so that nobody opens what is half deleted
            except OSError:
                return
            shutil.rmtree(gone, ignore_errors=True)

    def leave(self, token: str | None) -> None:
        """Note that a visitor's tab closed: without a new sign the session goes after `GRACE` seconds."""
        if isinstance(token, str) and TOKEN.fullmatch(token) and (self._root / token).is_dir():
            closing = time.time() - max(0.0, self._max_age - GRACE)
            os.utime(self._root / token, (closing, closing))

    def is_full(self, session: Session) -> bool:
        """Tell whether a visitor's own folder or that of all visitors together is full."""
        return self._sizes.count(session.folder) > self._quota or self.used_bytes() > self.budget

    def own_is_full(self, session: Session) -> bool:
        """Tell whether a visitor's own folder was full a few seconds ago."""
        return self._sizes.recent(session.folder) > self._quota

    def used_bytes(self) -> int:
        """Return the size of all sessions and the cache together, as it was a few seconds ago at most."""
        folders = [folder for _, folder in self._by_last_sign()]
        self._sizes.forget_all_but({*folders})
        cached = self.cache.used_bytes() if self.cache else 0
        return cached + sum(self._sizes.recent(folder) for folder in folders)

    def make_room(self, session: Session, needed: Container[Path] = ()) -> None:
        """See to it that a visitor may write more.

        Finished runs in the cache go first, then sessions that nobody uses, the oldest first of all; then the visitor's
        own oldest runs, but for the newest one and those that are `needed`.

        Raises:
            ValueError: it is still too full.
        """
        with self._making_room:
            if self.cache:
                self.cache.shrink_by(self.used_bytes() - self.budget)
            for token in self._idle_tokens(session):
                if self.used_bytes() <= self.budget:
                    break
                self.remove(token)
            for folder in _old_runs(session, needed):
                if not self.is_full(session):
                    return
                shutil.rmtree(folder, ignore_errors=True)
        if self.is_full(session):
            raise ValueError(text.OWN_STORAGE_FULL if self.own_is_full(session) else text.DISK_FULL)

    def watch(self, *also: Callable[[], object], every: float = 60.0) -> None:
        """Sweep, and do what else is to be done, again and again in one background thread, whatever goes wrong."""
        if self._sweeper is None:
            self._sweeper = repeat(every, self.sweep, *also)

    def sweep(self) -> None:
        """Delete the sessions that gave no sign for `max_age` seconds; one that waits or works gives one now."""
        alive, limit = self._tokens_alive(), time.time() - self._max_age
        for last_sign, folder in self._by_last_sign():
            if folder.name in alive:
                _touch(folder)
            elif last_sign < limit:
                self.remove(folder.name)
        for rest in self._root.glob(f"{GONE}*"):
            shutil.rmtree(rest, ignore_errors=True)

    def _by_last_sign(self) -> list[tuple[float, Path]]:
        """Return when each session gave its last sign, and its folder, the longest silent one first."""
        found = []
        for folder in self._root.glob("*"):
            try:
                if TOKEN.fullmatch(folder.name):
                    found.append((folder.stat().st_mtime, folder))
            except FileNotFoundError:  # another visitor's call was quicker
                continue
        return sorted(found)

    def _tokens_alive(self) -> frozenset[str]:
        return frozenset(self.alive()) | self.at_work.tokens()

    def _idle_tokens(self, but: Session | None = None) -> list[str]:
        """Return the tokens of visitors who gave no sign for `IDLE` seconds, the longest silent first."""
        alive, limit = self._tokens_alive(), time.time() - IDLE
        own = but.folder if but else None
        return [
            folder.name
            for last_sign, folder in self._by_last_sign()
            if last_sign < limit and folder != own and folder.name not in alive
        ]

    def _limit_number(self) -> None:
        """Remove the longest silent session if there are `MOST_SESSIONS`; raise ValueError if all are in use."""
        if not self._root.exists() or len(os.listdir(self._root)) < MOST_SESSIONS:
            return
        idle = self._idle_tokens()
        if not idle:
            raise ValueError(text.TOO_MANY_VISITORS)
        self.remove(idle[0])


def _number(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


def _old_runs(session: Session, needed: Container[Path]) -> list[Path]:
    """Return the folders of a visitor's finished runs, oldest first, without the newest and those that are needed."""
    runs = session.runs()[:-1]
    return [run.folder for run in runs if run.state in ("done", "stopped") and run.folder not in needed]


def _touch(folder: Path) -> None:
    try:
        os.utime(folder)
    except FileNotFoundError:
        return
