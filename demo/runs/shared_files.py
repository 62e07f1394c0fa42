"""Files that several runs share: hard links, which cost no room.

A shared file is never written into: whoever changes one replaces it (`demo.whole_file`).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from demo.whole_file import DRAFTS, whole_file


def share_file(source: str | Path, target: str | Path) -> None:
    """Let `target` be the same file as `source`, in place of what it was; on another disk it is a copy."""
    try:
        os.link(source, target)
        return
    except FileExistsError:
        if os.path.samefile(source, target):
            return
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        pass
    with whole_file(Path(target)) as draft:
        try:
            os.link(source, draft)
        except OSError:
            shutil.copyfile(source, draft)


def share_folder(source: Path, target: Path, leave: str = "", keep: bool = False) -> None:
    """Share all files of a folder that is there, but for those called `leave`.

    What the target has already is replaced, unless it is to `keep` that.
    """

    def share_lacking(one: str, other: str) -> None:
        if not os.path.exists(other):
            share_file(one, other)

    if source.is_dir():
        shutil.copytree(
            source,
            target,
            copy_function=share_lacking if keep else share_file,
            ignore=shutil.ignore_patterns(f"{DRAFTS}*", leave),
            dirs_exist_ok=True,
        )
