"""The examples' results stand before anybody presses Run, and the same question is answered at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo import text
from demo.clips.examples import EXAMPLES, ExampleShelf
from demo.clips.stories import STORIES
from demo.models.combined import CombinedModels, models_of_examples
from demo.models.provider import ModelChoice, ModelFacts, Segmenter
from demo.models.settings import Settings
from demo.runs.session import SessionStore
from tests.e2e.driver import LONG, at, go_to, opened, panes, run, told
from tests.support.page_fakes import FakeSegmenter, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PROMPT = 5000  # milliseconds, on a machine that does much else at the same time
TITLES = [example.title for example in EXAMPLES.values()]


@dataclass
class ShippedInName:
    """The shipped models, as far as lists and records tell; what they compute is made up, in a moment."""

    shipped: CombinedModels = field(default_factory=models_of_examples)

    def choices(self) -> list[ModelChoice]:
        return self.shipped.choices()

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        return {name: FakeSegmenter(name, seconds=0.02) for name in names}

    def facts(self, name: str) -> ModelFacts:
        return self.shipped.facts(name)

    def network(self, name: str) -> None:
        return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ready")


@pytest.fixture(scope="module")
def url(folder: Path, browser: Browser) -> Iterator[str]:
    with served(ShippedInName(), folder, ExampleShelf.own(folder)) as url:
        yield url


def choose_example(page: Page, number: int) -> None:
    """Click an example and wait until its results are on show, whole."""
    page.locator("#examples button").nth(number).click()
    wait_for_example(page, number)


def wait_for_example(page: Page, number: int) -> None:
    """Wait until an example's results are on show, whole."""
    page.wait_for_selector(f"#results-title >> text=Results: {TITLES[number]}", timeout=LONG)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.player .panes canvas[data-frame]')].length === 2", timeout=LONG
    )


def test_a_fresh_server_shows_a_finished_comparison_at_once(page: Page, url: str) -> None:
    begun = time.monotonic()
    page.goto(url)
    page.wait_for_selector(f"#results-title >> text=Results: {TITLES[0]}", timeout=LONG)
    page.wait_for_selector(".player .panes canvas[data-frame]", timeout=LONG)
    print(f"{time.monotonic() - begun:.2f} s from the address to a finished comparison")
    assert time.monotonic() - begun < 3 * PROMPT / 1000
    page.wait_for_function("!document.querySelector('#status').innerText.trim()", timeout=PROMPT)  # Gradio's clock ends
    assert len(panes(page)) == 2


def test_a_click_on_an_example_shows_its_results_without_a_run(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    seen = {told(page)["stamp"]}
    for number in (1, 3):
        begun = time.monotonic()
        choose_example(page, number)
        print(f"{time.monotonic() - begun:.2f} s from the click to the results")
        seen.add(told(page)["stamp"])
    assert len(seen) == 3
    session = SessionStore(folder / "sessions").open(told(page)["token"])
    assert session.folders("run") == []
    page.reload()
    page.wait_for_selector(f"#results-title >> text=Results: {TITLES[3]}", timeout=LONG)


def test_run_on_an_example_is_answered_at_once_with_a_badge(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    choose_example(page, 2)
    run(page)
    assert text.ANSWERED in page.inner_text("#results-title")
    assert told(page)["run"] == "run-1"
    session = SessionStore(folder / "sessions").open(told(page)["token"])
    assert [found.answered for found in session.runs()] == [True]
    choose_example(page, 0)
    assert text.ANSWERED not in page.inner_text("#results-title")


def test_an_inside_that_is_not_there_yet_says_so_and_comes_by_itself(page: Page, url: str) -> None:
    opened(page, f"{url}?models=lite/llb-2,lite/llb-4")  # nobody has asked for the inside of these
    run(page)
    assert text.ANSWERED in page.inner_text("#results-title")
    page.wait_for_selector(f".inside .diagrams >> text={text.INSIDE_PENDING}", timeout=LONG)
    go_to(page, 5)
    at(page, 5)
    page.wait_for_function("() => document.querySelectorAll('.inside .diagrams .flow').length === 2", timeout=LONG)


def test_an_example_opens_on_its_story_and_tells_the_way_back(page: Page, url: str) -> None:
    opened(page, url)
    told_text = page.locator(".player .story p")
    at(page, STORIES["bee"].frame)
    assert told_text.is_visible()
    assert "both models keep only the middle of the bee: J\u00a00.40 with LLB" in told_text.inner_text()
    assert page.locator(".player .play").get_attribute("aria-label") == "Play"  # it stands
    go_to(page, 5)
    assert not told_text.is_visible()
    page.click(".player .story button")
    at(page, STORIES["bee"].frame)
    assert told_text.is_visible()
    choose_example(page, 5)
    page.wait_for_selector(".player .story p >> text=strips of blue sea", timeout=PROMPT)
    at(page, STORIES["biplane"].frame)
