"""Finished runs by their keys (`demo.runs.run_key`), so that a question that was asked before is answered from disk."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

from demo.runs.run import COLOURS, SERIES, Run
from demo.runs.shared_files import share_file, share_folder

KEY = re.compile(r"[0-9a-f]{64}")
WORK = "work-"  # beginning of the name of the folder of a run that is being computed
GONE = "gone-"  # beginning of the name of an entry that is being deleted
DEAD = 86_400.0  # seconds without a change after which a run's folder is of a server that died
PART = 0.25  # of the disk that all visitors share: most that the cache takes


class RunCache:
    """One folder per key below `root`; an entry is there whole or not at all.

    Args:
        root: folder of the cache; made when something is written.
        most: bytes that the entries may take; the ones that nobody asked for longest go first.
    """

    root: Path

    def __init__(self, root: Path, most: int) -> None:
        self.root, self._most = root, most
        self._sizes: dict[str, int] = {}
        self._changing = threading.Lock()
        self._remove_leftovers()

    def find(self, key: str) -> Run | None:
        """Return the finished run of a key, None if there is none; whoever asked last keeps it longest.

        An entry that is not whole, as after a power cut, is deleted.
        """
        folder = self.root / key
        if not KEY.fullmatch(key) or not folder.is_dir():
            return None
        try:
            run = Run.open(folder)
            os.utime(folder)
            whole = run.state == "done" and run.series_length == run.frames and _has_labels(run)
        except (ValueError, KeyError, TypeError, OSError):  # torn, or evicted this moment
            whole = False
        if not whole:
            self._remove(folder)
            return None
        return run

    def new_folder(self) -> Path:
        """Make a folder for a run that is to be computed, on the disk of the cache; `keep` takes it in."""
        folder = self.root / f"{WORK}{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder

    def keep(self, run: Run) -> Run:
        """Take in a finished run, folder and all, by its key; nothing in it tells whose it was. Then make room.

        A run that lacks its inside gives way to one that has it; else the first one of a key stays.
        """
        run = run.save(clip_folder=Path(), names={})
        folder = self.root / run.key
        with self._changing:
            if folder.is_dir() and not run.inside_missing and self._lacks_inside(folder):
                self._remove(folder)
            try:
                os.replace(run.folder, folder)
            except OSError:
                if not folder.is_dir():
                    raise
                shutil.rmtree(run.folder, ignore_errors=True)
        self.shrink_to(self._most, but=run.key)
        return replace(run, folder=folder)

    def used_bytes(self) -> int:
        """Return the size of all entries."""
        return sum(size for size, _ in self._by_last_use())

    def shrink_by(self, excess: int) -> None:
        """Delete entries of so many bytes, as far as there are any, the longest unused first."""
        if excess > 0:
            self.shrink_to(self.used_bytes() - excess)

    def shrink_to(self, most: int, but: str = "") -> None:
        """Delete entries until they take at most so many bytes, the longest unused first, `but` for one."""
        entries = self._by_last_use()
        used = sum(size for size, _ in entries)
        for size, folder in entries:
            if used <= most:
                return
            if folder.name != but:
                self._remove(folder)
                used -= size

    def _by_last_use(self) -> list[tuple[int, Path]]:
        """Return size and folder of every entry, the longest unused first."""
        found = []
        for folder in self.root.glob("*"):
            try:
                if KEY.fullmatch(folder.name):
                    found.append((folder.stat().st_mtime, folder))
            except FileNotFoundError:
                continue
        return [(self._size(folder), folder) for _, folder in sorted(found)]

    def _size(self, folder: Path) -> int:
        if folder.name not in self._sizes:
            self._sizes[folder.name] = sum(file.stat().st_size for file in folder.rglob("*"))
        return self._sizes[folder.name]

    def _remove(self, folder: Path) -> None:
        """Delete an entry; nobody finds it half deleted, and the files that runs share with it stay theirs."""
        gone = self.root / f"{GONE}{secrets.token_hex(8)}"
        self._sizes.pop(folder.name, None)
        try:
            folder.rename(gone)
        except OSError:  # another call was quicker
            return
        shutil.rmtree(gone, ignore_errors=True)

    def _lacks_inside(self, folder: Path) -> bool:
        try:
            return Run.open(folder).inside_missing
        except ValueError:
            return True

    def _remove_leftovers(self) -> None:
        """Delete what servers that died left half written or half deleted."""
        for folder in (*self.root.glob(f"{WORK}*"), *self.root.glob(f"{GONE}*")):
            if folder.stat().st_mtime < time.time() - DEAD:
                shutil.rmtree(folder, ignore_errors=True)


def _has_labels(run: Run) -> bool:
    """Tell whether the last labels of every model are there, which are written first of all in a frame."""
    return all(run.labels_file(record.name, run.frames - 1).stat().st_size > 0 for record in run.variants)


def give_results(entry: Run, run: Run) -> Run:
    """Give a run that is written down all that an entry of the cache found; its files are shared."""
    for record in entry.variants:
        share_folder(entry.model_folder(record.name), run.model_folder(record.name))
    for name in (SERIES, COLOURS):
        if (entry.folder / name).exists():
            share_file(entry.folder / name, run.folder / name)
    return run.save(
        state=entry.state, variants=entry.variants, key=entry.key, inside_missing=entry.inside_missing, answered=True
    )


def give_inside(entry: Run, run: Run) -> Run:
    """Give a run the traces of every frame that the entry of its question has; those of a repair stay."""
    for record in entry.variants:
        share_folder(entry.traces(record.name).folder, run.traces(record.name).folder, keep=run.repair is not None)
    return run.save(inside_missing=False)
