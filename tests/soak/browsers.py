"""Visitors by browser: a real Chromium that uploads, marks, runs, repairs, reloads and downloads."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from tests.e2e.driver import at, choose, kept, on_stage, opened, settled_frame, upload
from tests.soak.clips import DrawnClip
from tests.soak.visitors import read_masks
from tests.support import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

WAIT = 240_000  # milliseconds that a run may wait for all others and work
ARRIVALS = 10  # times that a browser tries to open the page while it is too busy
TITLE = re.compile(r"Results: (\S+)(?: \(stopped after ([\d,]+) of ([\d,]+) frames\))?")


@dataclass(frozen=True)
class Shown:
    """What the title over the results says. `frames` are the finished ones, None for all."""

    clip: str
    frames: int | None


@dataclass
class BrowserVisitor:
    """One browser and its clip; what it downloads comes to `folder`."""

    page: Page
    url: str
    clip: DrawnClip
    folder: Path

    def arrive(self) -> None:
        """Open the page; come again while it is too busy to greet."""
        self.page.set_default_timeout(WAIT)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self._insist(lambda: opened(self.page, self.url))

    def upload(self) -> None:
        """Upload the clip and mark its object on the first frame."""
        height, width = self.clip.size
        clip, _ = self.clip.write(self.folder)
        upload(self.page, clip, f"{self.clip.name}: {width} × {height}, {self.clip.frames} frames")
        self._mark(0)

    def start_run(self) -> None:
        """Press Run and wait until it is in the queue or at work."""
        self.page.click("#run")
        self.page.wait_for_selector("#stop", state="visible", timeout=WAIT)

    def reload(self) -> None:
        """Load the page anew, as after a dropped connection; the page may be doing so by itself."""
        self._insist(self.page.reload)
        self.page.wait_for_selector(".mask-canvas .chip", timeout=WAIT)

    def results(self) -> Shown:
        """Wait until the results of this visitor's clip are on show and nothing runs."""
        self.page.wait_for_selector(f"#results-title >> text=Results: {self.clip.name}", timeout=WAIT)
        self.page.wait_for_selector("#run", state="visible", timeout=WAIT)
        at(self.page, settled_frame(self.page))
        return self.title()

    def title(self) -> Shown:
        """Read the title over the results."""
        found = TITLE.search(self.page.inner_text("#results-title"))
        assert found, f"the title over the results is {self.page.inner_text('#results-title')!r}"
        return Shown(found[1], int(found[2].replace(",", "")) if found[2] else None)

    def repair(self, index: int) -> None:
        """Mark the object anew on a frame, go on from there, and wait for the end."""
        self.page.locator(".player").focus()
        self.page.keyboard.press("Home")
        for _ in range(index):
            self.page.keyboard.press("ArrowRight")
        at(self.page, index)
        self.page.locator(".player .repair-here").first.click()
        self.page.wait_for_selector(f'.mask-canvas[data-frame="{index}"]', timeout=WAIT)
        self._mark(index, 2)
        self.page.select_option(".mask-canvas .repair select", "forwards")
        self.page.click(".mask-canvas .go-on")
        self.page.wait_for_selector("#undo-repair", state="visible", timeout=WAIT)
        self.results()

    def check_download(self, frames: int) -> float:
        """Take the masks away; return their least IoU with the truth. Raise AssertionError if they are others."""
        with self.page.expect_download(timeout=WAIT) as waiting:
            self.page.click('[data-export="masks"]')
        archive = self.folder / "masks.zip"
        waiting.value.save_as(archive)
        masks = read_masks(archive.read_bytes())
        assert {len(found) for found in masks.values()} == {frames}, f"the zip holds not {frames} frames of each model"
        return min(self.clip.check(found) for found in masks.values())

    def sees(self) -> str:
        """Return what the page says in words at this moment, for the report of a fault."""
        places = ("#results-title", "#status", ".mask-canvas .card", ".mask-canvas .trouble", ".toast-body")
        texts = [text for place in places for text in self.page.locator(place).all_inner_texts()]
        return " / ".join(" ".join(text.split()) for text in texts if text.strip())

    def _insist(self, load: Callable[[], object]) -> None:
        """Load the page; try again while that fails."""
        for left in range(ARRIVALS, 0, -1):
            try:
                load()
                return
            except BrowserError:
                if left == 1:
                    raise
                self.page.wait_for_timeout(3_000)

    def _mark(self, index: int, margin: int = 0) -> None:
        """Draw a polygon around the object, `margin` pixels away from it."""
        height, width = self.clip.size
        (row, column), side = self.clip.corner(index), self.clip.side
        top, left, bottom, right = row - margin, column - margin, row + side + margin, column + side + margin
        corners = [(top, left), (top, right), (bottom, right), (bottom, left)]
        choose(self.page, "polygon", 1)
        for place in on_stage(self.page, *((column / width, row / height) for row, column in corners)):
            self.page.mouse.click(*place)
        self.page.keyboard.press("Enter")
        kept(self.page)


@contextmanager
def browser_visitor(url: str, clip: DrawnClip, folder: Path) -> Iterator[BrowserVisitor]:
    """Start a Chromium of its own for a visitor who has arrived; Playwright wants one thread for each."""
    executable = chromium.executable()
    assert executable, "there is no Chromium on this machine: install the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.FLAGS))
        visitor = BrowserVisitor(browser.new_page(viewport={"width": 1280, "height": 900}), url, clip, folder)
        try:
            visitor.arrive()
            yield visitor
        except (AssertionError, BrowserError):
            print(f"{clip.name} sees: {visitor.sees()}", file=sys.stderr)
            raise
        finally:
            browser.close()
