"""The page for everyone: axe-core finds nothing on it, and a keyboard reaches and keeps everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from demo.clips.examples import ExampleShelf
from demo.glossary import TERMS
from tests.e2e.driver import LONG, at, opened, settled_frame
from tests.e2e.test_ready_e2e import ShippedInName, wait_for_example
from tests.support.axe import violations
from tests.support.page_fakes import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """Serve all models in name, with the examples and what is shipped of them."""
    folder = tmp_path_factory.mktemp("everyone")
    with served(ShippedInName(), folder, ExampleShelf.own(folder)) as url:
        yield url


def open_panels(page: Page) -> None:
    """Open everything that can be unfolded, and ask what the models look at."""
    for panel in ("#knock-outs", "#settings"):
        page.click(f"{panel} > button")
    page.evaluate("document.querySelectorAll('details').forEach(found => (found.open = true))")
    page.locator(".player .panes canvas").first.click()
    page.wait_for_selector(".looked [data-model]", timeout=LONG)


@pytest.mark.parametrize(("theme", "width", "height"), [("light", 1440, 900), ("dark", 1440, 900), ("light", 390, 844)])
def test_axe_finds_nothing(page: Page, url: str, theme: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, f"{url}?__theme={theme}")
    open_panels(page)
    assert violations(page) == []


def test_axe_finds_nothing_at_first_on_the_large_canvas_and_in_a_presentation(page: Page, url: str) -> None:
    opened(page, f"{url}?__theme=dark")
    assert violations(page) == []
    page.click(".mask-canvas .enlarge")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.click("#present")
    page.wait_for_selector("#present-end", timeout=LONG)
    assert violations(page) == []


def focused(page: Page) -> str:
    """Return what has the focus: its tag, and what tells it from others."""
    return page.evaluate("""() => {
      const { tagName, id, className, dataset } = document.activeElement;
      return [tagName, id, className, ...Object.values(dataset)].join(' '); }""")


def test_tab_goes_through_the_page_in_its_order(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("Tab")
    skip = page.locator(".skip a").first.bounding_box()
    assert skip is not None
    assert skip["x"] >= 0  # it is visible while it has the focus
    stops = []
    while focused(page).split()[0] != "BODY" and len(stops) < 200:
        stops.append(focused(page))
        page.evaluate("document.activeElement.dataset.stop = document.querySelectorAll('[data-stop]').length")
        page.keyboard.press("Tab")
    numbers = page.locator("[data-stop]").evaluate_all("all => all.map(node => Number(node.dataset.stop))")
    assert numbers == list(range(len(stops)))  # in the order of the document, nothing twice
    assert len(stops) > 40
    for group in ("#examples", ".objects", ".mask-canvas .tools [role=radiogroup]", ".tabs", ".flow"):
        alone = page.locator(group).first.locator("button[data-stop]:not(.term)").count()
        assert alone == (6 if group == "#examples" else 1), group
    for place in (".player", ".player .panes canvas", ".chart", ".mask-canvas .stage", ".table", "#run"):
        assert page.locator(place).first.get_attribute("data-stop"), place


ENTERED = (
    "#examples button >> nth=1",
    "#examples button >> nth=0",
    ".player .tabs [role=tab]",
    ".player .story button",
    ".inside [data-part=label]",  # of the story's frame, whose inside is shipped
    ".inside .past-frame",
    ".player .play",
    ".player .play",
    ".player .uncertain",
    ".player .repair-here",
    ".mask-canvas .enlarge",
    ".mask-canvas [data-tool=polygon]",
    ".mask-canvas .clear",
    ".mask-canvas .undo",
    "#copy-link",
    "#run",
)


def give_focus(page: Page, control: str) -> None:
    """Focus a control; what was done before may still draw it anew on a busy machine."""
    for _ in range(40):
        page.locator(control).first.focus()
        page.wait_for_timeout(50)
        if page.locator(control).first.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"{control} does not keep the focus")


def test_enter_never_loses_the_focus(page: Page, url: str) -> None:
    opened(page, url)
    open_panels(page)
    for control in ENTERED:
        if "story" in control:
            page.locator(".player").focus()
            page.keyboard.press("End")  # its button is for other frames than its own
        give_focus(page, control)
        page.keyboard.press("Enter")
        page.wait_for_timeout(400)
        assert not focused(page).startswith("BODY"), control
        if control.startswith("#examples"):
            wait_for_example(page, int(control[-1]))


def test_a_pixel_is_chosen_by_keyboard(page: Page, url: str) -> None:
    opened(page, url)
    at(page, settled_frame(page))  # the story's
    page.locator(".player .panes canvas").first.focus()
    before = page.inner_text(".player .counter")
    for key in ("Shift+ArrowRight", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector(".looked [data-model]", timeout=LONG)
    assert page.inner_text(".player .counter") == before
    assert focused(page).startswith("CANVAS")


def test_a_term_explains_itself_on_focus_hover_and_tap(page: Page, url: str) -> None:
    opened(page, url)
    note = page.locator(".term-note")
    page.locator("#inside-intro .term").nth(1).hover()
    assert note.inner_text() == TERMS["Memory"]
    page.mouse.move(5, 5)
    assert not note.is_visible()
    page.evaluate("scrollTo(0, 0)")
    page.locator("#inside-intro .term").first.focus()  # scrolls it into view
    page.wait_for_timeout(200)
    assert note.inner_text() == TERMS["Matching"]
    page.keyboard.press("Escape")
    assert not note.is_visible()
    page.locator("#model-grid .term").first.click()
    assert note.inner_text() == TERMS["Branches added"]


def test_a_zoom_of_200_per_cent_needs_no_sideways_scroll(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 720, "height": 450})
    opened(page, url)
    open_panels(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
