"""Take the README's pictures of a served page.

Run as ``python -m tests.e2e.screenshot http://127.0.0.1:7860 docs/pictures``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.support import chromium

READY = (".player canvas[data-frame]", ".inside .flow img", ".mask-canvas .chip")


BEE = (0.547, 0.311)  # where LLB sees the bee in the first example's story: part of a pane's width and height


def screenshots(url: str, folder: Path) -> None:
    """Save what a visitor sees at first, on a phone as well, a part in detail and what a clicked pixel shows."""
    executable = chromium.executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.FLAGS))
        page = _opened(browser, f"{url}/?__theme=light", {"width": 1440, "height": 1200})
        page.screenshot(path=folder / "page.png")
        canvas = page.locator(".player .panes canvas").first
        box = canvas.bounding_box()
        assert box is not None
        canvas.click(position={"x": BEE[0] * box["width"], "y": BEE[1] * box["height"]})
        computed = "() => document.querySelectorAll('.looked[data-pixel] img').length > 4"  # and frames of the memory
        page.wait_for_function(computed, timeout=300_000)
        page.wait_for_timeout(1000)
        page.locator(".looked").screenshot(path=folder / "pixel.png")
        page.locator(".inside .details").screenshot(path=folder / "part.png")
        phone = _opened(browser, f"{url}/?__theme=dark", {"width": 390, "height": 844})
        phone.screenshot(path=folder / "phone.png")
        browser.close()


def _opened(browser: Browser, address: str, size: ViewportSize) -> Page:
    """Open the page and wait until the first comparison is on show."""
    page = browser.new_page(viewport=size)
    page.goto(address, timeout=120_000)
    for selector in READY:
        page.wait_for_selector(selector, state="attached", timeout=120_000)
    page.wait_for_timeout(2000)
    return page


if __name__ == "__main__":
    screenshots(sys.argv[1], Path(sys.argv[2]))
