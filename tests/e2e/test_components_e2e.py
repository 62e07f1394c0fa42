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
from demo.masks.chosen_clip import chosen_clip
from demo.page.layout import launch_options
from demo.runs.session import SessionStore
from demo.serve import assemble
from tests.e2e.driver import (
    LONG,
    SERVER,
    answered,
    at,
    choose,
    draw,
    drawn,
    go_to,
    no_failures,
    opened,
    panes,
    run,
    stored,
    stroke,
    told,
    upload_disc,
)
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

ABSENT = ":is(.inside, .looked) .absent:visible"

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


@pytest.fixture(scope="module")
def looked_at(profile: BrowserContext, url: str) -> Iterator[Page]:
    """A page on which a pixel has been clicked."""
    page = opened(profile.new_page(), url)
    page.locator(".player .panes canvas").first.click()
    page.wait_for_selector(".looked[data-pixel] section", timeout=LONG)
    yield page
    page.close()


@pytest.mark.parametrize(("what", "frame"), [("diagram", 1), ("detail", 3), ("pixel", 5)])
def test_the_inside_says_what_went_wrong_and_goes_on(looked_at: Page, what: str, frame: int) -> None:
    page = looked_at
    with no_failures(page):
        with answered(page, what, lambda route: route.fulfill(json={"error": "This comparison is no longer there."})):
            go_to(page, frame)
            page.wait_for_selector(f'.looked[data-frame="{frame}"]', timeout=LONG)
            page.wait_for_selector(f"{ABSENT} >> text=no longer there", timeout=LONG)
        go_to(page, frame + 1)
        page.wait_for_selector(f'.looked[data-frame="{frame + 1}"]', timeout=LONG)
        assert page.locator(f"{ABSENT} >> text=no longer there").count() == 0
        assert page.locator(".inside .flow img").count() > 0


def test_what_the_server_did_not_answer_is_asked_again_when_the_network_returns(page: Page, url: str) -> None:
    with no_failures(page):
        opened(page, url)
        with answered(page, "diagram", lambda route: route.abort()):
            go_to(page, 2)
            page.wait_for_selector(".inside .absent >> text=does not answer", timeout=LONG)
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_selector(".inside .diagrams .flow img", timeout=LONG)
        assert page.locator(".inside .absent >> text=does not answer").count() == 0


def test_while_it_plays_only_the_diagram_is_asked_for_and_seldom(page: Page, url: str) -> None:
    opened(page, url)
    go_to(page, 0)
    page.wait_for_selector('.details .large[data-frame="0"]', timeout=LONG)
    page.wait_for_timeout(1500)  # what was asked for before is answered
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if SERVER.search(request.url) else None)
    page.click(".player .play")
    page.wait_for_timeout(2000)
    inside = [question for question in asked if '"how":' in question]
    assert not any('"what":"detail"' in question for question in inside)
    assert 2 <= len(inside) <= 2 * 5  # of two models, twice a second
    page.click(".player .play")
    page.wait_for_selector(".inside:not(.playing) .details", timeout=LONG)


@pytest.mark.parametrize("what", ["figures", "uncertain", "video"])
def test_the_player_says_what_went_wrong_and_goes_on(page: Page, url: str, what: str) -> None:
    trouble = ".player .trouble >> text=This comparison is no longer there."
    pressed = {"uncertain": ".player .uncertain", "video": ".player .download"}
    with no_failures(page):
        with answered(page, what, lambda route: route.fulfill(json={"error": "This comparison is no longer there."})):
            opened(page, url)
            if what in pressed:
                page.locator(pressed[what]).first.click()
            page.wait_for_selector(trouble, timeout=LONG)
        if what in pressed:
            page.locator(pressed[what]).first.click()
        page.wait_for_selector(trouble, state="detached", timeout=LONG)


def test_a_frame_that_fails_keeps_the_last_picture_says_so_and_comes(page: Page, url: str) -> None:
    with no_failures(page):
        page.route(re.compile(r"/0000[0-7]-00007$"), lambda route: route.fulfill(status=500))
        opened(page, url)
        go_to(page, 0)
        before = drawn(page, "lite/llb")
        page.keyboard.press("End")
        page.wait_for_selector(".player .trouble >> text=Frame 7 could not be loaded", timeout=LONG)
        assert set(panes(page)) == {"0"}
        assert (drawn(page, "lite/llb") == before).all()
        page.unroute_all()
        at(page, 7)
        page.wait_for_selector(".player .trouble >> text=could not be loaded", state="detached", timeout=LONG)


def test_an_export_that_fails_says_why_and_can_be_pressed_once_at_a_time(page: Page, url: str) -> None:
    held: list[Route] = []
    with no_failures(page):
        opened(page, url)
        button = page.locator('[data-export="masks"]')
        with answered(page, "export", held.append):
            button.click()
            page.wait_for_selector('[data-export="masks"][aria-busy="true"]', timeout=LONG)
            button.click(force=True)
            page.wait_for_timeout(200)
            assert len(held) == 1
            held[0].fulfill(json={"error": "The disk is full."})
            page.wait_for_selector(".player .trouble >> text=The disk is full.", timeout=LONG)
        with page.expect_download(timeout=LONG):
            button.click()
        assert page.locator(".player .trouble >> text=The disk is full.").count() == 0


def test_answers_about_the_run_before_do_not_get_into_the_next(page: Page, url: str) -> None:
    held: list[Route] = []
    with no_failures(page):
        opened(page, url)
        first = told(page)["stamp"]
        with answered(page, "figures", held.append):
            run(page)
            second = told(page)["stamp"]
            run(page)
            assert len({first, second, told(page)["stamp"]}) == 3
            newest = told(page)["run"]
            made_up = {"figures": [{"lite/llb": {"objects": {"1": {"j": 0.777, "cosine": 0.777}}}}] * FRAMES}
            for route in reversed(held):  # the newest run's answer comes first
                if f'"run":"{newest}"' in (route.request.post_data or ""):
                    route.continue_()
                else:
                    route.fulfill(json=made_up)
        go_to(page, 5)
        page.wait_for_function(
            "[...document.querySelectorAll('.player .chart-value')].every(note => /^[01][.]/.test(note.textContent))",
            timeout=LONG,
        )
        page.wait_for_timeout(300)
        assert not any("0.78" in note for note in page.locator(".player .chart-value").all_inner_texts())


def test_a_part_of_a_clip_can_be_asked_for_again_after_a_failure(page: Page, url: str, tmp_path: Path) -> None:
    with no_failures(page):
        opened(page, url)
        upload_disc(page, tmp_path)
        with answered(page, "save", lambda route: route.abort()):
            stroke(page, (0.3, 0.5), (0.5, 0.5))
            page.select_option(".trim select", "2")
            page.click(".trim .use")
            page.wait_for_selector(".mask-canvas .trouble >> text=so this did not start", timeout=LONG)
        page.click(".trim .use")
        page.wait_for_selector(".mask-canvas .card >> text=4 frames", timeout=LONG)
        page.wait_for_selector('.mask-canvas .chip[data-object="1"]', timeout=LONG)


@pytest.fixture
def behind_a_path(tmp_path: Path) -> Iterator[str]:
    """Serve the page as a part of a larger site."""
    page = assemble(FakeModels(), fake_shelf(tmp_path), SessionStore(tmp_path / "sessions"), tmp_path)
    options = {**launch_options(tmp_path, tmp_path / "sessions"), "path": "/some/where"}
    app = gr.mount_gradio_app(FastAPI(), page, **options)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/some/where"
    server.should_exit = True
    thread.join(30)


def test_a_page_that_is_not_at_the_root_works_whole(behind_a_path: str, page: Page, tmp_path: Path) -> None:
    opened(page, behind_a_path)
    assert stored(page, tmp_path).frames == len(Clip.open(stored(page, tmp_path).clip_folder))
