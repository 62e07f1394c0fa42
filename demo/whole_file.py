"""Files and folders that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFTS = ".draft-"  # beginning of the name of a folder in which a file is written


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield where to write a draft (of the same name, so of the same kind); at the end it takes the place of `path`.

    Each writer has a draft of its own. An error leaves `path` as it was. A file that is a hard link to another one is
    replaced and never written into.

    Raises:
        FileNotFoundError: the folder of `path` is not there (any more).
    """
    with tempfile.TemporaryDirectory(prefix=DRAFTS, dir=path.parent, ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / path.name
        yield draft
        os.replace(draft, path)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write bytes, or text in UTF-8, to a file in one step."""
    with whole_file(path) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; at the end it becomes `path`, unless another writer of the same was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=DRAFTS, dir=path.parent, ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / path.name
        draft.mkdir()
        yield draft
        try:
            os.replace(draft, path)
        except OSError:
            if not path.is_dir():
                raise
