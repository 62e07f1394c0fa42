"""Take a picture of a served page: ``python -m tests.e2e.screenshot http://127.0.0.1:7860 docs/page.png``."""

from __future__ import annotations

import shutil
import sys

from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES


def screenshot(url: str, path: str, width: int = 1440, height: int = 1180) -> None:
    """Wait for the greeting comparison and save what a visitor sees."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(f"{url}/?__theme=light")
        for selector in (".player canvas[data-frame]", ".inside .flow img", "#editor canvas", "#legend .chip"):
            page.wait_for_selector(selector, timeout=120_000)
        page.wait_for_timeout(3000)
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    screenshot(*sys.argv[1:3])
