"""What holds for every component: exact object numbers, errors in words, and a page that is not at the root."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI

from demo.clips.clip import Clip
from demo.masks.annotations import Annotations
from demo.masks.canvas_server import chosen_clip
from demo.page.layout import launch_options
from demo.runs.session import SessionStore
from demo.serve import assemble
from tests.e2e.driver import LONG, choose, draw, go_to, opened, stored, told
from tests.support.page_fakes import FakeModels, fake_shelf, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

SERVER = re.compile("component_server")  # where the components' questions go
NOISE = """
for (const kind of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
  const read = kind.prototype.getImageData;
  kind.prototype.getImageData = function (...place) {
    const found = read.apply(this, place);
    found.data.forEach((value, i) => { found.data[i] = value ^ (i % 3); });
    return found;
  };
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("components")


@pytest.fixture(scope="module")
def url(folder: Path, browser: Browser) -> Iterator[str]:
    with served(FakeModels(), folder) as address:
        yield address


def test_a_browser_that_adds_noise_to_canvases_keeps_the_objects(page: Page, url: str, folder: Path) -> None:
    page.add_init_script(NOISE)
    opened(page, url)
    choose(page, "polygon", 5)
    choose(page, "brush", 5)
    draw(page, (0.8, 0.9), (0.9, 0.9))
    session = SessionStore(folder / "sessions").open(told(page)["token"])
    clip = chosen_clip(session)
    labels, truth = Annotations.of(session, clip).labels(0), clip.truth(0)
    assert labels is not None
    assert truth is not None
    assert set(np.unique(labels)) == {0, 1, 5}
    assert ((labels == 1) == (truth == 1)).all()


@pytest.mark.parametrize("what", ["diagram", "detail", "pixel", "filmstrip"])
def test_the_inside_says_what_went_wrong_and_goes_on(page: Page, url: str, what: str) -> None:
    def refuse(route: Route) -> None:
        if f'"what":"{what}"' in (route.request.post_data or ""):
            route.fulfill(json={"error": "This comparison is no longer there."})
        else:
            route.continue_()

    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    opened(page, url)
    page.locator(".player .panes canvas").first.click()
    page.wait_for_selector(".looked[data-pixel] section", timeout=LONG)
    page.route(SERVER, refuse)
    go_to(page, 2)
    page.wait_for_selector(".inside .absent >> text=no longer there", timeout=LONG)
    page.unroute(SERVER)
    go_to(page, 3)
    page.wait_for_selector('.looked[data-frame="3"]', timeout=LONG)
    assert page.locator(".inside .absent >> text=no longer there").count() == 0
    assert page.locator(".inside .flow img").count() > 0
    assert failures == []


def test_the_canvas_says_that_the_server_does_not_answer(page: Page, url: str) -> None:
    opened(page, url)
    page.route(SERVER, lambda route: route.abort())
    draw(page, (0.2, 0.8), (0.3, 0.8))
    page.wait_for_selector(".mask-canvas .trouble >> text=does not answer", timeout=LONG)
    page.unroute(SERVER)
    draw(page, (0.2, 0.7), (0.3, 0.7))
    assert page.inner_text(".mask-canvas .trouble") == ""


@pytest.fixture
def behind_a_path(tmp_path: Path) -> Iterator[str]:
    """Serve the page as a part of a larger site."""
    page = assemble(FakeModels(), fake_shelf(tmp_path), SessionStore(tmp_path / "sessions"), tmp_path)
    options = {**launch_options(tmp_path, tmp_path / "sessions"), "path": "/some/where"}
    app = gr.mount_gradio_app(FastAPI(), page, **options)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/some/where"
    server.should_exit = True
    thread.join(30)


def test_a_page_that_is_not_at_the_root_works_whole(page: Page, behind_a_path: str, tmp_path: Path) -> None:
    opened(page, behind_a_path)
    assert stored(page, tmp_path).frames == len(Clip.open(stored(page, tmp_path).clip_folder))
