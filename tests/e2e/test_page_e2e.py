"""A visitor's way through the page in a real browser, with stand-in models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo import text
from tests.e2e.driver import (
    LONG,
    choose,
    draw,
    opened,
    run,
    set_memory_size,
    stored,
    told,
    upload_disc,
)
from tests.support.page_fakes import FakeModels, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def fake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fake")


@pytest.fixture(scope="module")
def fake(fake_folder: Path, browser: Browser) -> Iterator[str]:
    """Serve stand-in models that take a moment per frame."""
    with served(FakeModels(seconds=0.3), fake_folder) as url:
        yield url


@pytest.fixture
def slow(tmp_path: Path, browser: Browser) -> Iterator[str]:
    """Serve stand-in models that leave time for a click on Stop, on a busy machine too."""
    with served(FakeModels(seconds=2.0), tmp_path) as url:
        yield url


def test_a_knock_out_and_settings_reach_the_run(page: Page, fake: str, fake_folder: Path) -> None:
    opened(page, fake)
    page.click("#knock-outs button")
    page.locator("#knock-outs label").first.click()
    set_memory_size(page, "3")
    page.locator("#shared input").uncheck()
    page.locator("#again input").check()
    run(page)
    assert page.locator(".player .badge").all_inner_texts() == [text.KNOCK_OUT_BADGE]
    settings = stored(page, fake_folder).settings
    assert (settings.memory_size, settings.shared_regions, settings.search_again) == (3, False, True)


def test_two_painted_objects_are_told_apart(page: Page, fake: str, tmp_path: Path) -> None:
    opened(page, fake)
    upload_disc(page, tmp_path)
    draw(page, (0.35, 0.4), (0.4, 0.4))
    choose(page, "brush", 3)
    draw(page, (0.55, 0.6), (0.65, 0.6))
    assert page.locator(".mask-canvas .chip").count() == 2
    run(page)
    assert page.locator(".inside .target option").all_inner_texts() == ["1", "3"]


def test_stop_keeps_what_is_done(page: Page, slow: str) -> None:
    page.goto(slow)
    page.wait_for_selector(".mask-canvas .chip", timeout=LONG)
    page.click("#run")
    page.wait_for_selector(".player .panes canvas[data-frame]", timeout=LONG)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator("#stop").evaluate("node => node.getBoundingClientRect().right") < 390, "whole on a phone"
    page.click("#stop")
    page.wait_for_selector(f"#stop >> text={text.STOPPING}", timeout=LONG)
    page.wait_for_selector("#results-title >> text=stopped after", timeout=LONG)
    assert page.locator(".player .panes canvas").count() == 2
    assert page.locator("#run").is_visible()
    assert not page.locator("#stop").is_visible()


def test_a_bad_file_gets_one_sentence_and_nothing_is_lost(page: Page, fake: str, tmp_path: Path) -> None:
    opened(page, fake)
    card = page.inner_text(".mask-canvas .card")
    (tmp_path / "bad.mp4").write_text("#!/bin/sh\n")
    page.locator("#upload input[type=file]").set_input_files(tmp_path / "bad.mp4")
    page.wait_for_selector("text=not a video that can be read", timeout=LONG)
    assert "Traceback" not in page.inner_text("body")
    assert page.locator("[data-testid='status-tracker'] .error:visible").count() == 0, "the clips stay in view"
    assert page.inner_text(".mask-canvas .card") == card
    assert page.locator(".mask-canvas .chip").count() == 1


def test_two_visitors_do_not_see_each_other(page: Page, browser: Browser, fake: str, tmp_path: Path) -> None:
    opened(page, fake)
    with browser.new_context() as context:
        other = opened(context.new_page(), fake)
        upload_disc(page, tmp_path)
        assert "One disc" in other.inner_text(".mask-canvas .card")
        run(other)
        assert "One disc" in other.inner_text("#results-title")
        assert "mine" in page.inner_text(".mask-canvas .card")
        assert told(page)["token"] != told(other)["token"]
