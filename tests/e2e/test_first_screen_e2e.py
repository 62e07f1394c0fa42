"""What is in view before anybody scrolls, the choice of models, a clip without results, and the presentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo import text
from demo.clips.examples import ExampleShelf
from demo.runs.ready_runs import GREETING
from tests.e2e.driver import LONG, opened, upload_disc
from tests.e2e.test_ready_e2e import TITLES, ShippedInName
from tests.support.page_fakes import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

NAMED = "#models input"
CUT_NAMES = """all => all.filter(box => {
  const name = document.createRange();
  name.setStart(box.firstChild, 0);
  name.setEnd(box.firstChild, box.textContent.indexOf('\\n'));
  return name.getBoundingClientRect().right > box.getBoundingClientRect().right;
}).map(box => box.textContent)"""  # the first line of each box that is wider than the box
VARIANTS = ("joint", "llb-1", "llb-2", "llb-3", "llb-4", "llb")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """Serve all models in name, with the examples and what is shipped of them."""
    folder = tmp_path_factory.mktemp("first")
    with served(ShippedInName(), folder, ExampleShelf.own(folder)) as url:
        yield url


def in_view(page: Page, found: Locator) -> bool:
    box, size = found.bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return box["x"] >= 0 and box["y"] >= 0 and right <= size["width"] and bottom <= size["height"]


def ticked(page: Page) -> list[str]:
    return list(page.locator(f"{NAMED}:checked").evaluate_all("all => all.map(box => box.name)"))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (390, 844)])
def test_what_the_page_does_and_run_are_in_view_at_once(page: Page, url: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, url)
    page.wait_for_selector(".plan b", timeout=LONG)
    for selector in ("h1", "#examples button[aria-pressed='true']", ".plan", "#run", "#results-title"):
        assert in_view(page, page.locator(selector)), selector
    panes = page.locator(".player .panes canvas")
    assert panes.count() == 2
    assert in_view(page, panes.first)
    assert in_view(page, panes.last)
    tops = panes.evaluate_all("all => all.map(pane => pane.getBoundingClientRect().top)")
    assert tops[0] == tops[1]
    assert page.locator("#models label span").evaluate_all(CUT_NAMES) == []
    page.mouse.wheel(0, 1500)
    page.wait_for_function("scrollY > 500", timeout=LONG)
    assert in_view(page, page.locator("#run"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_headings_have_an_order_and_clips_have_names(page: Page, url: str) -> None:
    opened(page, url)
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(found => Number(found.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    assert page.get_by_role("button", name=TITLES[1], exact=True).count() == 1


def test_no_figure_of_the_table_is_cut_off_on_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, url)
    cut_off = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"
    assert page.locator("#table td").count() > 0
    assert page.locator("#table td").evaluate_all(cut_off) == []


def test_models_are_chosen_in_the_grid_by_keyboard_and_in_a_link(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, url)
    assert sorted(ticked(page)) == sorted(GREETING)
    boxes = {name: page.locator(f'#models label:has(input[name="lite/{name}"])').bounding_box() for name in VARIANTS}
    tops = {name: round(box["y"]) for name, box in boxes.items() if box}
    assert tops["joint"] == tops["llb-2"] == tops["llb-4"] < tops["llb-1"] == tops["llb-3"] == tops["llb"]
    found = page.get_by_role("checkbox", name="LLB-4 label from the mask · ViTAE · branches weighted by gates")
    found.focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".plan b >> text=LLB-4", timeout=LONG)
    opened(page, f"{url}?models=lite/llb-1,lite/llb-3,lite/llb~gates")
    page.wait_for_selector(".plan b >> text=LLB-1, LLB-3, LLB, gates = 1", timeout=LONG)
    assert ticked(page) == ["lite/llb-1", "lite/llb-3"]


def test_run_without_a_model_leads_to_the_models_and_says_so_beside_itself(page: Page, url: str) -> None:
    opened(page, url)
    for name in ticked(page):
        page.locator(f'#models input[name="{name}"]').uncheck()
    page.wait_for_selector(f".plan[data-place='model-grid'] >> text={text.NO_MODEL}", timeout=LONG)
    page.evaluate("scrollTo(0, 0)")
    page.click("#run")
    page.wait_for_function("document.activeElement.closest('#model-grid') !== null", timeout=LONG)
    page.wait_for_timeout(800)  # until it has scrolled
    assert in_view(page, page.locator(NAMED).first)
    assert in_view(page, page.locator(".plan"))


def test_an_own_clip_shows_what_to_do_and_nothing_of_another_clip(page: Page, url: str, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    page.wait_for_selector(f"#status >> text={text.MARK_FIRST}", timeout=LONG)
    assert not page.locator(".player").is_visible()
    assert not page.locator("#inside-title").is_visible()
    assert page.inner_text("#examples button[aria-pressed='true']") == text.own_clip("mine")
    page.locator("#examples button").first.click()
    page.wait_for_selector(f"#results-title >> text=Results: {TITLES[0]}", timeout=LONG)
    page.wait_for_selector("#inside-title", timeout=LONG)


def test_a_presentation_shows_the_results_alone(page: Page, url: str) -> None:
    opened(page, url)
    page.click("#present")
    page.wait_for_function("location.search.includes('present=1')", timeout=LONG)
    assert not page.locator("#steps").is_visible()
    assert not page.locator("#run").is_visible()
    assert page.locator(".player .panes canvas").last.is_visible()
    page.reload()
    page.wait_for_selector("#present-end", timeout=LONG)
    page.wait_for_selector(".player canvas[data-frame]", timeout=LONG)
    page.keyboard.press("Escape")
    page.wait_for_selector("#steps", timeout=LONG)
    assert "present" not in page.url
