"""The room on disk that all visitors share: how much there is, how much each takes, and who gives way."""

from __future__ import annotations

import errno
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

BUDGET = 20_000_000_000  # bytes of all visitors together, where there is as much
PART_OF_FREE = 0.8
RECENT = 10.0  # seconds for which a folder in use is not counted again
QUIET = 120.0  # seconds without a change after which a folder is not counted again at all


def default_budget(root: Path) -> int:
    """Return the bytes for all visitors: LLB_DISK_GB, else `BUDGET` or most of what they have and is free at `root`.

    Raises:
        ValueError: LLB_DISK_GB is no number above 0.
    """
    asked = os.environ.get("LLB_DISK_GB")
    if asked is None:
        return min(BUDGET, int(PART_OF_FREE * (shutil.disk_usage(root).free + count_bytes(root))))
    try:
        budget = int(float(asked) * 1e9)
    except (ValueError, OverflowError):
        budget = 0
    if budget <= 0:
        raise ValueError(f"LLB_DISK_GB is {asked!r}: give the gigabytes for all visitors together, such as 20.")
    return budget


def is_disk_full(error: OSError) -> bool:
    """Tell whether there was no room to write."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def count_bytes(folder: Path) -> int:
    """Return the size of everything in a folder; what goes meanwhile does not count.

    Files that runs share (hard links) count once, and those shared with other folders for the part that is this one's.
    """
    sizes: dict[int, float] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                facts = os.stat(os.path.join(place, name), follow_symlinks=False)
            except FileNotFoundError:
                continue
            sizes[facts.st_ino] = sizes.get(facts.st_ino, 0) + facts.st_size / facts.st_nlink
    return round(sum(sizes.values()))


@dataclass(frozen=True)
class _Count:
    """A folder's size, when it was counted, and whether the folder had been quiet by then."""

    size: int
    at: float
    quiet: bool


@dataclass
class FolderSizes:
    """The sizes of visitors' folders, each counted only when its visitor has been there since.

    A folder's own time of change is its visitor's last sign (`demo.runs.session.Session.touch`).
    """

    _counts: dict[Path, _Count] = field(default_factory=dict)

    def count(self, folder: Path) -> int:
        """Count a folder now."""
        now, changed = time.time(), _changed(folder)
        size = count_bytes(folder)
        self._counts[folder] = _Count(size, now, now - changed > QUIET)
        return size

    def recent(self, folder: Path) -> int:
        """Return a folder's size as it was a few seconds ago at most."""
        known = self._counts.get(folder)
        if known is not None:
            unchanged = known.quiet and _changed(folder) <= known.at
            if unchanged or time.time() - known.at < RECENT:
                return known.size
        return self.count(folder)

    def forget_all_but(self, folders: set[Path]) -> None:
        """Drop what is known of folders that are gone."""
        for folder in self._counts.keys() - folders:
            self._counts.pop(folder, None)


def _changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
