"""The components' JavaScript modules and styles: how they reach the browser."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.components import words

FOLDER = Path(__file__).parent
NEVER_CHANGES = "public, max-age=31536000, immutable"  # the address holds the content's hash


def styles() -> list[Path]:
    """Return the components' style sheets."""
    return sorted(FOLDER.glob("*/*.css"))


def mount_script(name: str) -> str:
    """Return the `js_on_load` of a component: import its module and mount it."""
    failed = json.dumps(words.NOT_LOADED)
    return (
        f"import({_module_address(name)})"
        ".then(module => module.mount({element, props, trigger, server, watch}))"
        f".catch(error => {{ console.error(error); element.append({failed}); }});"
    )


def preload_script(name: str) -> str:
    """Return the `js` of the page's opening that loads a component's module, so that no later event waits for it."""
    return f"async () => {{ await import({_module_address(name)}); }}"


def call_script(name: str, function: str) -> str:
    """Return the `js` of an event: call a function of a component's module with the event's values."""
    return f"async (...values) => (await import({_module_address(name)})).{function}(...values)"


def route() -> Route:
    """Return the route that serves the modules to the page; nothing else of the folder is served."""
    return Route(f"{_address()}/{{name:path}}", _answer, methods=["GET"])


def _answer(request: Request) -> Response:
    try:
        module = read_modules()[request.path_params["name"]]
    except KeyError as error:
        raise HTTPException(404) from error
    return Response(module, media_type="text/javascript", headers={"Cache-Control": NEVER_CHANGES})


def _module_address(name: str) -> str:
    """Return a component's module as JavaScript has it; from the page's own root, to hold behind a proxy's path too."""
    return f"window.gradio_config.root + {json.dumps(f'{_address()}/{name}/{name}.js')}"


@cache
def read_modules() -> dict[str, bytes]:
    """Return every module by its path in this folder."""
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in sorted(FOLDER.glob("*/*.js"))}


def _address() -> str:
    digest = hashlib.sha256()
    for name, module in read_modules().items():
        digest.update(f"{name}\n{len(module)}\n".encode() + module)
    return f"/components/{digest.hexdigest()[:16]}"
