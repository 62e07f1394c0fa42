"""How the page's modules reach the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from demo.components import browser_files

FOLDER = Path(browser_files.__file__).parent
COMPONENTS = ("canvas", "inside", "player", "trim")


def address(name: str) -> str:
    found = re.search(r'root \+ "(/components/[^"]+)"', browser_files.mount_script(name))
    assert found is not None
    return found[1]


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[browser_files.route()]))


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_and_all_that_it_imports_are_served(client: TestClient, name: str) -> None:
    waiting, seen = [address(name)], set()
    while waiting:
        url = waiting.pop()
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
        seen.add(url)
        for imported in re.findall(r"from '([^']+)'", answer.text):
            target = str(answer.url.join(imported).path)
            waiting += [target] if target not in seen else []
    assert len(seen) > 2


@pytest.mark.parametrize("path", ["words.py", "player/player.css", "../serve.py", "%2e%2e/serve.py", "player", ""])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    base = address("player").removesuffix("player/player.js")
    assert client.get(base + path).status_code == 404


def test_the_address_changes_with_the_modules_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fresh(text: str, other: str) -> str:
        (tmp_path / "player").mkdir(exist_ok=True)
        (tmp_path / "player" / "player.js").write_text(text)
        (tmp_path / "player" / "words.py").write_text(other)
        browser_files.read_modules.cache_clear()
        return address("player")

    monkeypatch.setattr(browser_files, "FOLDER", tmp_path)
    first = fresh("one", "a")
    assert fresh("one", "b") == first
    assert fresh("two", "b") != first
    browser_files.read_modules.cache_clear()


def test_no_path_of_the_server_is_on_the_page() -> None:
    assert not any(str(FOLDER) in browser_files.mount_script(name) for name in COMPONENTS)


@pytest.fixture
def behind_a_proxy() -> Iterator[TestClient]:
    """Serve a page as a proxy does that adds a path."""
    with gr.Blocks() as page:
        gr.HTML("here")
    inner = gr.routes.App.create_app(page, app_kwargs={"routes": [browser_files.route()]})
    yield TestClient(Starlette(routes=[Mount("/some/where", inner)]))
    page.close(verbose=False)


def test_a_page_behind_a_path_serves_them_too(behind_a_proxy: TestClient) -> None:
    assert behind_a_proxy.get("/some/where" + address("player")).status_code == 200
