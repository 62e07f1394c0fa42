"""A reverse proxy, as a lab's own server has one: it serves a page below a path of another address."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

HOP_BY_HOP = {"connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding"}


@contextmanager
def proxied(url: str, path: str) -> Iterator[str]:
    """Serve the page at `url` below `path` (``/tool``) of another port; yield its address there.

    The path is taken off, and what the browser asked for is told in ``X-Forwarded-Host`` and ``X-Forwarded-Proto``.
    Nothing else is answered: a request that forgets the path fails.
    """
    client = httpx.AsyncClient(base_url=url, timeout=None)

    async def forward(request: Request) -> Response:
        headers = {key: value for key, value in request.headers.items() if key not in HOP_BY_HOP}
        headers |= {"x-forwarded-host": request.headers["host"], "x-forwarded-proto": "http"}
        target = httpx.URL(path=request.url.path.removeprefix(path) or "/", query=request.url.query.encode())
        asked = client.build_request(request.method, target, headers=headers, content=await request.body())
        answer = await client.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            try:
                async for chunk in answer.aiter_bytes():
                    yield chunk
            finally:
                await answer.aclose()

        kept = {key: value for key, value in answer.headers.items() if key not in HOP_BY_HOP}
        return StreamingResponse(body(), answer.status_code, kept)

    routes = [Route(path + below, forward, methods=["GET", "HEAD", "POST"]) for below in ("", "/{rest:path}")]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{path}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
