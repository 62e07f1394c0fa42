"""Take the README's pictures of a served page.

Run as ``python -m tests.e2e.screenshot http://127.0.0.1:7860 docs/pictures``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support import chromium

READY = (".player canvas[data-frame]", ".inside .flow img", ".mask-canvas .chip")


def screenshots(url: str, folder: Path) -> None:
    """Wait for the greeting comparison and save what a visitor sees: the page, a part in detail, a clicked pixel."""
    executable = chromium.executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 1600})
        page.goto(f"{url}/?__theme=light")
        for selector in READY:
            page.wait_for_selector(selector, timeout=120_000)
        page.wait_for_timeout(2000)
        page.screenshot(path=folder / "page.png")
        canvas = page.locator(".player .panes canvas").first
        box = canvas.bounding_box()
        assert box is not None
        canvas.click(position={"x": 0.78 * box["width"], "y": 0.57 * box["height"]})  # on the bee
        page.wait_for_selector(".looked[data-pixel]")
        page.wait_for_timeout(1000)
        page.locator(".inside .details").screenshot(path=folder / "part.png")
        page.locator(".looked").screenshot(path=folder / "pixel.png")
        browser.close()


if __name__ == "__main__":
    screenshots(sys.argv[1], Path(sys.argv[2]))
