"""The mask canvas when the server fails, is late or cannot be reached: nothing that is painted is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from demo.runs.session import SessionStore
from llb.io.label_png import write_labels
from tests.e2e.driver import (
    LONG,
    answered,
    choose,
    draw,
    kept,
    marked,
    no_failures,
    opened,
    pixels_of,
    run,
    slide_to,
    stored,
    stroke,
    to_frame,
    told,
)
from tests.support.page_fakes import SIZE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


UNSAVED = ".mask-canvas .unsaved >> text=Not saved yet"


def test_what_is_painted_without_a_network_is_said_and_saved_when_it_returns(
    page: Page, url: str, folder: Path
) -> None:
    with no_failures(page):
        opened(page, url)
        page.context.set_offline(True)
        stroke(page, (0.8, 0.8), (0.9, 0.8))
        page.wait_for_selector(UNSAVED, timeout=LONG)
        choose(page, "brush", 3)
        stroke(page, (0.1, 0.8), (0.2, 0.8))
        assert not (marked(page, folder) == 3).any()
        page.context.set_offline(False)
        page.wait_for_selector(".mask-canvas .unsaved", state="hidden", timeout=LONG)
        assert (marked(page, folder) == 3).sum() == pixels_of(page, 3) > 0
        assert (marked(page, folder) == 1).sum() == pixels_of(page, 1)


def test_a_run_does_not_start_with_an_older_mask(page: Page, url: str, folder: Path) -> None:
    with no_failures(page):
        opened(page, url)
        before = told(page)["stamp"]
        choose(page, "brush", 4)
        with answered(page, "save", lambda route: route.fulfill(status=500)):
            stroke(page, (0.8, 0.8), (0.9, 0.8))
            page.wait_for_selector(UNSAVED, timeout=LONG)
            page.click("#run")
            page.wait_for_selector(".mask-canvas .trouble >> text=so this did not start", timeout=LONG)
            assert page.is_visible("#run")
            assert told(page)["stamp"] == before
        run(page)
        assert (stored(page, folder).marked_masks()[0] == 4).sum() == pixels_of(page, 4) > 0
        assert page.locator(".mask-canvas .trouble >> text=so this did not start").count() == 0


def test_a_run_waits_for_a_slow_save_and_the_newest_paint_wins(page: Page, url: str, folder: Path) -> None:
    held: list[Route] = []
    with no_failures(page):
        opened(page, url)
        choose(page, "brush", 5)
        with answered(page, "save", held.append):
            for y in (0.7, 0.8, 0.9):
                stroke(page, (0.8, y), (0.9, y))
            page.click("#run")
            page.wait_for_selector(".mask-canvas .unsaved >> text=Saving", timeout=LONG)
            page.click("#run")
            assert len(held) == 1  # the next one waits for its answer
            assert page.is_visible("#run")
            held[0].continue_()
            page.wait_for_timeout(300)
            assert len(held) == 2  # of the two that waited only the newest is sent
            held[1].continue_()
            page.wait_for_selector("#status .live", timeout=LONG)
        page.wait_for_selector("#status .live", state="detached", timeout=LONG)
        assert (stored(page, folder).marked_masks()[0] == 5).sum() == pixels_of(page, 5) > 0
        session = SessionStore(folder / "sessions").open(told(page)["token"])
        assert len(session.folders("run")) == 1  # the second click did not count


def test_labels_that_do_not_load_are_said_and_tried_again(page: Page, url: str, folder: Path) -> None:
    with no_failures(page):
        opened(page, url)
        to_frame(page, 3)
        choose(page, "brush", 2)
        draw(page, (0.2, 0.8), (0.4, 0.8))
        painted = marked(page, folder, 3)
        with answered(page, "labels", lambda route: route.fulfill(status=500)):
            slide_to(page, 0)
            page.wait_for_selector(".mask-canvas .failed >> text=Frame 0 could not be loaded", timeout=LONG)
            stroke(page, (0.8, 0.2), (0.9, 0.2))
            page.wait_for_selector(".mask-canvas .note >> text=still loading", timeout=LONG)
            slide_to(page, 3)
            page.wait_for_selector(".mask-canvas .failed >> text=Frame 3 could not be loaded", timeout=LONG)
        page.click(".mask-canvas .try-again")
        page.wait_for_selector('.mask-canvas[data-frame="3"]', timeout=LONG)
        page.wait_for_selector(".mask-canvas .failed", state="hidden", timeout=LONG)
        draw(page, (0.6, 0.8), (0.8, 0.8))
        assert (marked(page, folder, 3)[painted == 2] == 2).all()
        assert (marked(page, folder, 3) == 2).sum() > (painted == 2).sum()


def test_paint_that_is_not_saved_is_there_when_the_visitor_returns_to_its_frame(page: Page, url: str) -> None:
    with no_failures(page):
        opened(page, url)
        choose(page, "brush", 6)
        with answered(page, "save", lambda route: route.abort()):
            stroke(page, (0.2, 0.8), (0.4, 0.8))
            painted = pixels_of(page, 6)
            to_frame(page, 2)
            to_frame(page, 0)
            assert pixels_of(page, 6) == painted > 0
        kept(page)


def test_what_is_drawn_while_an_outline_is_being_found_is_done_next(page: Page, url: str) -> None:
    held: list[Route] = []
    with no_failures(page):
        opened(page, url)
        to_frame(page, 4)
        choose(page, "box", 2)
        with answered(page, "box", held.append):
            stroke(page, (0.3, 0.2), (0.9, 0.8))
            page.wait_for_selector(".mask-canvas .working >> text=Finding the outline", timeout=LONG)
            choose(page, "click", 3)
            stroke(page, (0.1, 0.1))
            page.wait_for_selector(".mask-canvas .working >> text=1 more waiting", timeout=LONG)
            choose(page, "brush", 4)
            stroke(page, (0.05, 0.9), (0.1, 0.9))
            assert len(held) == 1
            held[0].fulfill(json={"error": "Nothing stands out in this box."})
            page.wait_for_selector(".mask-canvas .trouble >> text=Nothing stands out", timeout=LONG)
        kept(page)
        assert pixels_of(page, 2) == 0
        assert pixels_of(page, 3) > 0
        assert pixels_of(page, 4) > 0


@pytest.fixture(scope="module")
def troubled(profile: BrowserContext, url: str) -> Iterator[Page]:
    """A page on which one question after the other goes wrong."""
    page = opened(profile.new_page(), url)
    page.click(".mask-canvas .more summary")
    yield page
    page.close()


@pytest.mark.parametrize("what", ["save", "labels", "truth", "box", "hints", "import", "rename", "proposal"])
def test_the_canvas_says_what_went_wrong_with_every_question(troubled: Page, tmp_path: Path, what: str) -> None:
    page, sentence = troubled, "The server is out of order."

    def ask() -> None:
        if what == "save":
            stroke(page, (0.8, 0.8), (0.9, 0.8))
        elif what == "labels":
            slide_to(page, 2)
            slide_to(page, 0)
        elif what in ("box", "hints"):
            choose(page, "box" if what == "box" else "scribble")
            stroke(page, (0.2, 0.2), (0.8, 0.8))
        elif what == "import":
            write_labels(tmp_path / "mask.png", np.ones(SIZE, np.uint8))
            page.locator(".mask-canvas input[type=file]").set_input_files(tmp_path / "mask.png")
        elif what == "rename":
            page.fill(".mask-canvas .name", "the cat")
            page.press(".mask-canvas .name", "Enter")
        elif what == "truth":
            page.click(".mask-canvas .truth")
        else:
            page.locator(".player .repair-here").first.click()

    with no_failures(page):
        with answered(page, what, lambda route: route.fulfill(json={"error": sentence})):
            ask()
            page.wait_for_selector(f".mask-canvas .trouble >> text={sentence}", timeout=LONG)
        page.evaluate("dispatchEvent(new Event('online'))")
        kept(page)
        page.wait_for_selector(".mask-canvas .failed", state="hidden", timeout=LONG)
        for tool in ("brush", "eraser"):  # leaves the canvas as it was
            choose(page, tool, 7)
            draw(page, (0.5, 0.9), (0.7, 0.9))
            assert page.locator(f".mask-canvas .trouble >> text={sentence}").count() == 0
