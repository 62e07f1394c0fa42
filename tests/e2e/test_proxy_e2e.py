"""The page behind a proxy that serves it below a path, as docs/hosting.md says how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gradio_client import Client

from tests.e2e.driver import LONG, opened, run, upload_disc
from tests.support.page_fakes import FakeModels, served
from tests.support.reverse_proxy import proxied

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PATH = "/lab/tool"


@pytest.fixture
def address(tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GRADIO_ROOT_PATH", PATH)
    with served(FakeModels(), tmp_path) as url, proxied(url, PATH) as address:
        yield address


def test_everything_goes_through_the_proxy(page: Page, address: str, tmp_path: Path) -> None:
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    opened(page, f"{address}/")
    run(page)
    with page.expect_download(timeout=LONG) as waiting:
        page.click('[data-export="masks"]')
    assert waiting.value.path().stat().st_size > 0
    upload_disc(page, tmp_path)
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert (outside, failed) == ([], [])


def test_programs_go_through_the_proxy(address: str) -> None:
    token = Client(address, verbose=False).predict("", api_name="/arrive")[0]
    assert token
