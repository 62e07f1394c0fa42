"""One visitor's work: an unguessable token and a folder on disk that goes away by itself."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_AGE = 3600.0  # seconds without a sign of the visitor
QUOTA = 5_000_000_000  # bytes per visitor
GRACE = 600.0  # seconds that a closed tab's session waits: phones drop the connection of a tab in the background
KEEP = {"clip": 2, "run": 6}  # newest folders of a kind that stay; a repair is a run that shares most of its files


@dataclass(frozen=True)
class Session:
    """A visitor's folder. Folders inside it are numbered: ``clip-1``, ``run-1``, ``run-2``, ..."""

    token: str
    folder: Path
    quota: int = QUOTA

    def new_folder(self, kind: str, needed: Container[Path] = ()) -> Path:
        """Make the next numbered folder of a kind; drop the oldest ones of it beyond `KEEP` that are not `needed`."""
        known = self.folders(kind)
        number = int(known[-1].name.rpartition("-")[2]) + 1 if known else 1
        folder = self.folder / f"{kind}-{number}"
        folder.mkdir()
        for old in known[: max(0, len(known) + 1 - KEEP[kind])]:
            if old not in needed:
                shutil.rmtree(old, ignore_errors=True)
        return folder

    def folders(self, kind: str) -> list[Path]:
        """Return the folders of a kind, oldest first."""
        found = [path for path in self.folder.glob(f"{kind}-*") if path.is_dir()]
        return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))

    def notes(self) -> dict[str, Any]:
        """Return the small facts kept with `note`, e.g. which clip is chosen."""
        path = self.folder / "notes.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def note(self, **facts: Any) -> None:
        """Keep small facts (JSON values) beside those already kept."""
        draft = self.folder / "notes.part"
        draft.write_text(json.dumps({**self.notes(), **facts}))
        draft.replace(self.folder / "notes.json")

    def used_bytes(self) -> int:
        """Return the size of everything in the folder."""
        sizes = {}
        for path in self.folder.rglob("*"):
            if path.is_file():
                facts = path.stat()
                sizes[facts.st_ino] = facts.st_size  # runs share files: each counts once
        return sum(sizes.values())

    def over_quota(self) -> bool:
        """Tell whether the visitor's folder is full."""
        return self.used_bytes() > self.quota

    def touch(self) -> None:
        """Note that the visitor is still there."""
        os.utime(self.folder)


class SessionStore:
    """All visitors' folders under one root.

    Args:
        root: folder for the sessions; made when the first one starts.
        max_age: seconds without a sign of a visitor after which the folder goes.
        quota: bytes per visitor.
    """

    def __init__(self, root: Path, max_age: float = MAX_AGE, quota: int = QUOTA) -> None:
        self._root, self._max_age, self._quota = root, max_age, quota

    def create(self) -> Session:
        """Start a session; sweep out the ones that are over."""
        self.sweep()
        token = secrets.token_urlsafe(32)
        folder = self._root / token
        folder.mkdir(parents=True, mode=0o700)
        return Session(token, folder, self._quota)

    def open(self, token: str | None) -> Session:
        """Return the session of a token; raise ValueError if there is none (any more)."""
        if not isinstance(token, str) or not TOKEN.fullmatch(token) or not (self._root / token).is_dir():
            raise ValueError("Your session has ended: reload the page to start a new one.")
        session = Session(token, self._root / token, self._quota)
        session.touch()
        return session

    def remove(self, token: str | None) -> None:
        """Delete a session and all it holds; an unknown token is nothing to do."""
        if isinstance(token, str) and TOKEN.fullmatch(token):
            shutil.rmtree(self._root / token, ignore_errors=True)

    def leave(self, token: str | None) -> None:
        """Note that a visitor's tab closed: without a new sign the session goes after `GRACE` seconds."""
        if isinstance(token, str) and TOKEN.fullmatch(token) and (self._root / token).is_dir():
            closing = time.time() - max(0.0, self._max_age - GRACE)
            os.utime(self._root / token, (closing, closing))

    def watch(self, every: float = 60.0) -> None:
        """Sweep again and again in the background."""

        def loop() -> None:
            while True:
                time.sleep(every)
                self.sweep()

        threading.Thread(target=loop, daemon=True).start()

    def sweep(self) -> None:
        """Delete the sessions that gave no sign for `max_age` seconds."""
        limit = time.time() - self._max_age
        for folder in self._root.glob("*"):
            if TOKEN.fullmatch(folder.name) and folder.stat().st_mtime < limit:
                self.remove(folder.name)
