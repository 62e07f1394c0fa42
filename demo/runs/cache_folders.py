"""The folders of decoded examples, their comparisons and finished runs, which outlive the server: old ones go."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from demo.whole_file import DRAFTS

OWN = re.compile(rf"(examples|showcase|runs)-[0-9a-f]{{12}}|{re.escape(DRAFTS)}\w+")
UNUSED = 86_400.0  # seconds without a sign of a server after which a folder is nobody's


@dataclass(frozen=True)
class CacheFolders:
    """What a server uses of a cache that other servers, of this version or another, may use too."""

    cache: Path
    used: tuple[Path, ...]

    def touch(self) -> None:
        """Note that this server is there and uses its folders."""
        for folder in self.used:
            if folder.exists():
                os.utime(folder)

    def remove_old(self) -> None:
        """Delete the folders of our own naming that no server has used for a day; all else in the cache stays."""
        self.touch()
        for folder in self.cache.glob("*"):
            if OWN.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink() and self._unused(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _unused(self, folder: Path) -> bool:
        return folder not in self.used and folder.stat().st_mtime < time.time() - UNUSED
