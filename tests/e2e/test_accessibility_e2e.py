"""The page for everyone: axe-core finds nothing on it, and a keyboard reaches and keeps everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from demo.clips.examples import ExampleShelf
from tests.e2e.driver import LONG, opened
from tests.e2e.test_first_screen_e2e import wide_disc
from tests.e2e.test_ready_e2e import ShippedInName
from tests.support.axe import violations
from tests.support.page_fakes import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """Serve all models in name, with small examples."""
    folder = tmp_path_factory.mktemp("everyone")
    titles = {"disc": "One disc", "disc two": "Second disc"}
    with served(ShippedInName(), folder, ExampleShelf(folder / "examples", titles, wide_disc)) as url:
        yield url


def open_panels(page: Page) -> None:
    """Open everything that can be unfolded, and ask what the models look at."""
    for panel in ("#knock-outs", "#settings"):
        page.click(f"{panel} > button")
    page.evaluate("document.querySelectorAll('details').forEach(found => (found.open = true))")
    page.locator(".player .panes canvas").first.click()
    page.wait_for_selector(".looked [data-model]", timeout=LONG)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing(page: Page, url: str, theme: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, f"{url}?__theme={theme}")
    assert violations(page) == []
    open_panels(page)
    assert violations(page) == []


def test_axe_finds_nothing_on_the_large_canvas_and_in_a_presentation(page: Page, url: str) -> None:
    opened(page, f"{url}?__theme=light")
    page.click(".mask-canvas .enlarge")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('present').click()")
    page.wait_for_selector("#present-end", timeout=LONG)
    assert violations(page) == []
