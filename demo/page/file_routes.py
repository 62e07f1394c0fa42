"""The files of sessions, examples and the greeting comparison at their addresses (`demo.runs.file_address`).

Frames, labels and downloads are given out, and nothing else. An address is a pattern of names below an owner's folder;
a session's is its unguessable token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from demo.runs.file_address import EXAMPLES_FOLDER, PREFIX, SHOWCASE_FOLDER
from demo.runs.run import Run
from demo.runs.session import TOKEN

NAME = r"[A-Za-z0-9][A-Za-z0-9 _.~-]{0,99}"
FRAME = r"[0-9]{5}"
CLIP = rf"(?:{TOKEN.pattern}/clip-[0-9]+|{EXAMPLES_FOLDER.pattern}/{NAME})"
RUN = rf"(?:{TOKEN.pattern}/run-[0-9]+|{SHOWCASE_FOLDER.pattern})"
FRAMES = re.compile(rf"{CLIP}/(?:previews/{FRAME}\.jpg|truth/{FRAME}\.png)")
LABELS = re.compile(rf"{RUN}/{NAME}/labels/{FRAME}\.png")
DOWNLOADS = re.compile(rf"{RUN}/downloads/{NAME}/{NAME}")

ENDED = ("done", "stopped")  # states of a run that changes no more
NEVER_CHANGES = "private, max-age=31536000, immutable"
MAY_CHANGE = "private, no-store"
AS_THEY_ARE = {"X-Content-Type-Options": "nosniff"}
NO_PAGE = {**AS_THEY_ARE, "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": MAY_CHANGE}


@dataclass(frozen=True)
class FileRoutes:
    """Gives out the files of the owners that lie directly in the `roots`."""

    roots: Sequence[Path]

    def route(self) -> Route:
        """Return the route for the page's app."""
        return Route(f"{PREFIX}/{{address:path}}", self._answer, methods=["GET"])

    def _answer(self, request: Request) -> Response:
        """Answer with a file; what is not there, and what is nobody's to read, are alike for the asker."""
        address = request.path_params["address"]
        path = self._find(address)
        if path is None:
            raise HTTPException(404)
        if DOWNLOADS.fullmatch(address):
            return FileResponse(
                path,
                filename=path.name,
                media_type="application/octet-stream",
                headers=NO_PAGE,
                stat_result=path.stat(),
            )
        kept = NEVER_CHANGES if FRAMES.fullmatch(address) or _has_ended(path.parents[2]) else MAY_CHANGE
        media_type = "image/jpeg" if path.suffix == ".jpg" else "image/png"
        try:
            return Response(path.read_bytes(), media_type=media_type, headers={**AS_THEY_ARE, "Cache-Control": kept})
        except FileNotFoundError as error:  # swept meanwhile
            raise HTTPException(404) from error

    def _find(self, address: str) -> Path | None:
        """Return the file at an address; None if there is none, or it is not for the browser."""
        if not any(pattern.fullmatch(address) for pattern in (FRAMES, LABELS, DOWNLOADS)):
            return None
        owner, _, rest = address.partition("/")
        for root in self.roots:
            path = root / owner / rest
            if path.is_file() and path.resolve().is_relative_to((root / owner).resolve()):
                return path
        return None


def _has_ended(folder: Path) -> bool:
    """Tell whether nothing of a run will be written any more."""
    try:
        return Run.open(folder).state in ENDED
    except ValueError:  # swept meanwhile
        return False
