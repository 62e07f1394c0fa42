"""Addresses of the files that the page shows: what a browser is told in place of a path on the server."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from demo.runs.session import TOKEN

PREFIX = "/llb"
SHOWCASE_FOLDER = re.compile(r"showcase-[0-9a-f]{12}")
EXAMPLES_FOLDER = re.compile(r"examples(-[0-9a-f]{12})?")
OWNERS = (TOKEN, SHOWCASE_FOLDER, EXAMPLES_FOLDER)


def address_of(path: Path) -> str:
    """Return the address of a file or folder of a session, of the examples or of the greeting comparison.

    It begins at the page's root and names nothing above the owner's folder: ``/llb/<token>/clip-1/previews``. No two
    folders that a visitor may read have the same one, so it serves as their id, too. `demo.page.file_routes` answers.
    """
    parts = path.parts
    owners = [at for at, part in enumerate(parts) if any(owner.fullmatch(part) for owner in OWNERS)]
    assert owners, "only what lies in a session or among the page's own clips has an address"
    return quote("/".join((PREFIX, *parts[owners[-1] :])))
