"""The files of sessions, examples and the greeting comparison at their addresses (`demo.runs.file_address`).

Frames, labels (`demo.page.frame_chunks`) and downloads are given out, and nothing else. An address is a pattern of
names below an owner's folder; a session's is its unguessable token.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from demo.page.frame_chunks import ENDED, RANGE, FrameChunk, clip_chunk, labels_chunk
from demo.runs.file_address import EXAMPLES_FOLDER, PREFIX, SHOWCASE_FOLDER
from demo.runs.session import TOKEN

NAME = r"[A-Za-z0-9][A-Za-z0-9 _.~-]{0,99}"
CLIP = rf"(?:{TOKEN.pattern}/clip-[0-9]+|{EXAMPLES_FOLDER.pattern}/{NAME})"
RUN = rf"(?:{TOKEN.pattern}/(?:run|view)-[0-9]+|{SHOWCASE_FOLDER.pattern})"
PREVIEW = re.compile(rf"{CLIP}/previews/[0-9]{{5}}\.jpg")
DOWNLOAD = re.compile(rf"{RUN}/downloads/{NAME}/{NAME}")
CLIP_CHUNK = re.compile(rf"(?P<folder>{CLIP}/(?:previews|truth))/(?P<frames>{RANGE})")
LABELS_CHUNK = re.compile(rf"(?P<folder>{RUN})/labels/(?P<state>running|{'|'.join(ENDED)})/(?P<frames>{RANGE})")

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
        try:
            if PREVIEW.fullmatch(address):
                content = self._find(address).read_bytes()
                return Response(content, media_type="image/jpeg", headers=_headers(NEVER_CHANGES))
            if DOWNLOAD.fullmatch(address):
                return _download(self._find(address))
            if chunk := self._chunk(address):
                return _packed(chunk, request.headers.get("accept-encoding", ""))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:  # also one that was swept meanwhile
            raise HTTPException(404) from error
        raise HTTPException(404)

    def _chunk(self, address: str) -> FrameChunk | None:
        """Return the frames at an address; None for an address that is no chunk's."""
        if found := CLIP_CHUNK.fullmatch(address):
            return clip_chunk(self._find(found["folder"]), found["frames"])
        if found := LABELS_CHUNK.fullmatch(address):
            return labels_chunk(self._find(found["folder"]), found["state"], found["frames"])
        return None

    def _find(self, address: str) -> Path:
        """Return the file or folder at an address; raise FileNotFoundError if there is none in its owner's folder."""
        owner, _, rest = address.partition("/")
        for root in self.roots:
            path = root / owner / rest
            if path.exists() and path.resolve().is_relative_to((root / owner).resolve()):
                return path
        raise FileNotFoundError(address)


def _download(path: Path) -> Response:
    if not path.is_file():
        raise FileNotFoundError(path)
    return FileResponse(
        path, filename=path.name, media_type="application/octet-stream", headers=NO_PAGE, stat_result=path.stat()
    )


def _packed(chunk: FrameChunk, accepted: str) -> Response:
    headers = _headers(NEVER_CHANGES if chunk.is_final else MAY_CHANGE)
    content = chunk.content
    if chunk.is_alike and "gzip" in accepted:
        content = gzip.compress(content, compresslevel=1)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _headers(kept: str) -> dict[str, str]:
    return {**AS_THEY_ARE, "Cache-Control": kept}
