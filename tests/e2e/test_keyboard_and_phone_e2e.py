"""The page by keyboard alone, and on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from demo.components import words
from tests.e2e.driver import LONG, at, opened
from tests.support.page_fakes import FRAMES, FakeModels, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """Serve stand-in models that take a moment per frame."""
    with served(FakeModels(seconds=0.3), tmp_path_factory.mktemp("fake")) as url:
        yield url


def test_a_keyboard_is_enough(page: Page, fake: str) -> None:
    opened(page, f"{fake}?models=lite/llb")  # not what the example shows: that would be answered at once
    page.locator("#run").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#status .live", timeout=LONG)
    page.wait_for_function("document.activeElement.id === 'results-title'", timeout=LONG)
    page.keyboard.press("Enter")  # an impatient second one stops nothing
    page.wait_for_selector("#status .live", state="detached", timeout=LONG)
    assert "stopped" not in page.inner_text("#results-title")
    assert page.evaluate("document.activeElement.id") == "results-title"
    page.locator(".player").focus()
    page.keyboard.press("End")
    at(page, FRAMES - 1)
    page.keyboard.press("ArrowLeft")
    at(page, FRAMES - 2)
    page.keyboard.press(" ")
    page.wait_for_selector(f'.player .play[aria-label="{words.PLAYER_WORDS["pause"]}"]', timeout=LONG)
    page.keyboard.press(" ")
    page.locator('.inside [data-part="label"]').first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('.details[data-part="label"]', timeout=LONG)
    focused = "document.activeElement.dataset.part"
    assert page.evaluate(focused) == "label"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "weight"
    page.evaluate("document.querySelector('.player .play').click()")  # the diagram is drawn anew meanwhile
    page.wait_for_timeout(1200)
    assert page.evaluate(focused) == "weight"


def test_a_narrow_screen_has_no_sideways_scroll(page: Page, fake: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, fake)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#run").is_visible()
