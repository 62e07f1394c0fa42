"""Shared fixtures, and run-time checking of every shape string in `llb` (in the tests only)."""

from __future__ import annotations

import ast
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import settings
from jaxtyping import install_import_hook

from tests.support import chromium, typecheck
from tests.support.one_at_a_time import one_at_a_time

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

install_import_hook("llb", f"{typecheck.__name__}.check")

torch.set_num_threads(1)  # the tests' tensors are small: more threads only wait for each other on a busy machine

if sys.version_info < (3, 12, 2):
    # These Pythons mix up two threads that parse at once, as for two tracebacks, and raise SystemError.
    ast.parse = one_at_a_time(ast.parse)

# Two processes of tests must not write each other's files while Gradio serves them.
gradio_files = tempfile.TemporaryDirectory(prefix="llb-tests-gradio-", ignore_cleanup_errors=True)
os.environ["GRADIO_TEMP_DIR"] = gradio_files.name

# Nor look for a free port in the same range: a page whose port is taken that moment cannot start on another one (MCP).
if "PYTEST_XDIST_WORKER" in os.environ:
    worker = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    os.environ["GRADIO_SERVER_PORT"] = str(7860 + 100 * worker)

# At its first page a visitor's tab forgets what the visitors before kept in the browser.
FORGET = "if (!sessionStorage.begun) { localStorage.clear(); sessionStorage.begun = 'yes'; }"

settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for the session; without one the test is skipped, or fails where LLB_REQUIRE_BROWSER=1."""
    executable = chromium.executable()
    if executable is None:
        reason = "no Chromium on this machine: install the package chromium"
        if os.environ.get("LLB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=list(chromium.FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A profile for all tests of a module: what it has loaded and compiled once makes their pages open faster."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A fresh page of a fresh visitor, 1280 x 900."""
    there = set(profile.pages)
    page = profile.new_page()
    page.add_init_script(FORGET)
    yield page
    profile.set_offline(False)
    for opened in set(profile.pages) - there:
        opened.close()
