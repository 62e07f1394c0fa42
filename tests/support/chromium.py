"""Where Chromium is, and how it is started without a screen."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--use-gl=swiftshader",
    "--enable-unsafe-swiftshader",
)


def executable() -> str | None:
    """Return the path of this machine's Chromium, None without one."""
    return next(filter(None, map(shutil.which, NAMES)), None)
