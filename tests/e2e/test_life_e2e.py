"""The life of a run in a real browser: waiting, cancelling, reloading, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo import text
from llb.io.video_reader import write_video
from tests.e2e.driver import LONG, choose, draw, opened, run, told, upload_disc
from tests.support.page_fakes import FakeModels, render_disc, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

WAITS = "#status .live >> text=it begins in about"


@pytest.fixture
def quick(tmp_path: Path, browser: Browser) -> Iterator[str]:
    with served(FakeModels(seconds=0.05), tmp_path) as url:
        yield url


@pytest.fixture
def busy(tmp_path: Path, browser: Browser) -> Iterator[str]:
    """Serve models of which another visitor's run keeps the queue at work for a while."""
    yield from kept_busy(FakeModels(seconds=1.5), tmp_path, browser)


@pytest.fixture
def long_busy(tmp_path: Path, browser: Browser) -> Iterator[str]:
    """Serve models of which another visitor's run keeps the queue at work as long as a test takes."""
    yield from kept_busy(FakeModels(seconds=10.0), tmp_path, browser)


def kept_busy(models: FakeModels, folder: Path, browser: Browser) -> Iterator[str]:
    with served(models, folder) as url, browser.new_context() as context:
        other = context.new_page()
        other.goto(f"{url}?models=lite/llb&memory=7")  # another question than everybody else's
        other.wait_for_selector(".mask-canvas .chip", timeout=LONG)
        other.click("#run")
        other.wait_for_selector("#status .live", timeout=LONG)
        yield url
        other.click("#stop", timeout=1000) if other.locator("#stop").is_visible() else None


def visit(page: Page, url: str, settings: str = "") -> None:
    page.goto(f"{url}?models=lite/llb{settings}")  # not what an example shows: that would be answered at once
    page.wait_for_selector(".mask-canvas .chip", timeout=LONG)


def seconds_told(page: Page) -> int:
    found = re.search(r"about (\d+) s", page.inner_text("#status .live"))
    assert found
    return int(found[1])


def test_a_place_is_told_and_counted_down_and_a_reload_keeps_it(page: Page, busy: str) -> None:
    visit(page, busy)
    page.click("#run")
    page.wait_for_selector(WAITS, timeout=LONG)
    assert "Your run is the next one" in page.inner_text("#status .live")
    told = "parseInt(document.querySelector('#status .live')?.innerText.match(/about (\\d+) s/)?.[1])"
    page.wait_for_function(f"{told} > 3", timeout=LONG)  # once the run at work has told its own pace
    first = seconds_told(page)
    page.wait_for_function(f"first => {told} < first", arg=first, timeout=LONG)
    page.reload()
    page.wait_for_selector(WAITS, timeout=LONG)
    assert page.locator("#stop").is_visible()
    assert not page.locator("#run").is_visible()
    page.wait_for_selector("#results-title >> text=Results: One disc", timeout=LONG)
    page.wait_for_selector("#run", timeout=LONG)
    page.wait_for_function("JSON.parse(document.querySelector('.player').dataset.run).run === 'run-1'", timeout=LONG)


def test_a_run_that_waits_is_cancelled_at_once_and_the_one_behind_it_moves_up(
    page: Page, browser: Browser, long_busy: str
) -> None:
    visit(page, long_busy)
    page.click("#run")
    page.wait_for_selector(WAITS, timeout=LONG)
    with browser.new_context() as context:
        behind = context.new_page()
        visit(behind, long_busy, "&memory=9")  # who asks the same would share one run
        behind.click("#run")
        behind.wait_for_selector("#status .live >> text=number 2 of 2 waiting", timeout=LONG)
        behind.reload()
        behind.wait_for_selector("#status .live >> text=number 2 of 2 waiting", timeout=LONG)
        page.click("#stop")
        page.wait_for_selector(f"#status >> text={text.RUN_CANCELLED}", timeout=3000)
        behind.wait_for_selector("#status .live >> text=Your run is the next one", timeout=3000)
    assert page.locator("#run").is_visible()
    assert not page.locator("#stop").is_visible()


def test_no_repair_is_offered_while_a_run_waits(page: Page, browser: Browser, quick: str) -> None:
    opened(page, quick)
    run(page)
    page.locator(".player .repair-here").first.click()
    choose(page, "brush")
    draw(page, (0.2, 0.2), (0.3, 0.3))
    page.wait_for_selector(".mask-canvas .repair", timeout=LONG)
    page.evaluate("document.querySelector('#run').click()")
    page.wait_for_selector("#stop", timeout=LONG)
    assert not page.locator(".mask-canvas .repair").is_visible()


def test_a_reload_brings_an_own_clip_its_marks_and_its_results_back(page: Page, quick: str, tmp_path: Path) -> None:
    opened(page, quick)
    upload_disc(page, tmp_path)
    draw(page, (0.35, 0.45), (0.4, 0.55), (0.45, 0.5))
    run(page)
    token = told(page)["token"]
    page.reload()
    page.wait_for_selector(".mask-canvas .card >> text=mine", timeout=LONG)
    page.wait_for_selector("#results-title >> text=Results: mine", timeout=LONG)
    page.wait_for_selector(".mask-canvas .chip", timeout=LONG)
    assert told(page)["token"] == token
    assert token not in page.url
    entries = page.locator("#examples button")
    assert entries.count() == 4
    entries.nth(1).click()
    page.wait_for_selector(".mask-canvas .card >> text=Second disc", timeout=LONG)
    page.locator("#examples button").nth(3).click()
    page.wait_for_selector(".mask-canvas .card >> text=mine", timeout=LONG)
    page.wait_for_selector(".mask-canvas .chip", timeout=LONG)


def test_a_tab_that_was_closed_is_taken_up_by_a_new_one_and_an_open_one_is_not(page: Page, quick: str) -> None:
    opened(page, quick)
    token = told(page)["token"]
    beside = opened(page.context.new_page(), quick)
    other = told(beside)["token"]
    assert other != token
    beside.close()
    again = opened(page.context.new_page(), quick)
    assert told(again)["token"] == other


def test_leaving_is_asked_about_while_a_file_is_sent_or_a_run_works(page: Page, quick: str, tmp_path: Path) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    asks = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    opened(page, quick)
    assert page.evaluate(asks) is False
    page.route(re.compile(r"/upload(\?|$)"), hold)
    write_video(tmp_path / "mine.mp4", render_disc("mine").frames, 10.0)
    page.locator("#upload input[type=file]").set_input_files(tmp_path / "mine.mp4")
    page.wait_for_function(asks, timeout=LONG)
    held[0].continue_()
    page.wait_for_selector(".mask-canvas .card >> text=mine", timeout=LONG)
    page.wait_for_function(f"!({asks})", timeout=LONG)
    page.locator("#examples button").first.click()
    page.wait_for_selector(".mask-canvas .card >> text=One disc", timeout=LONG)
    page.click("#run")
    page.wait_for_selector("#stop", timeout=LONG)
    assert page.evaluate(asks) is True
    page.wait_for_selector("#run", timeout=LONG)
    assert page.evaluate(asks) is False
