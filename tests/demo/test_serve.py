"""Serving: where the page listens, where its sessions lie, and what it takes from the environment."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio_client import Client

from demo import serve
from demo.page.layout import launch_options
from demo.runs.session import SessionStore
from demo.serve import assemble, run_limit, taken_port_named
from tests.support.page_fakes import FakeModels, fake_shelf


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other, gr.Blocks(analytics_enabled=False) as page:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(ValueError, match=f"cannot listen on port {port}: choose another"),
            taken_port_named(port),
        ):
            page.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True)


def test_the_sessions_outlive_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[SessionStore] = []

    def assembled(_: object, __: object, sessions: SessionStore, *others: object) -> SimpleNamespace:
        given.append(sessions)
        return SimpleNamespace(launch=lambda **_: None, close=lambda **_: None)

    monkeypatch.setenv("LLB_CACHE", str(tmp_path))
    monkeypatch.setattr(serve, "assemble", assembled)
    serve.serve(None, None)
    token = given[0].create().token
    serve.serve(None, None)
    assert given[1].open(token).folder == tmp_path / "sessions" / token
    assert (tmp_path / "sessions").stat().st_mode & 0o077 == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_who_waits_or_has_a_run_at_work_is_alive(tmp_path: Path) -> None:
    sessions = SessionStore(tmp_path / "sessions", max_age=0.0)
    page = assemble(FakeModels(seconds=0.3), fake_shelf(tmp_path), sessions, tmp_path)
    try:
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(tmp_path))
        visitor, other = Client(url, verbose=False), Client(url, verbose=False)
        tokens = {client.predict("", api_name="/arrive")[0] for client in (visitor, other)}
        for client in (visitor, other):
            client.predict(["lite/llb"], [], 20, 5, 20, 0, True, False, api_name="/begin")
        time.sleep(0.1)
        sessions.sweep()
        assert {folder.name for folder in (tmp_path / "sessions").iterdir()} == tokens
        for client in (visitor, other):
            client.predict(api_name="/stop")
    finally:
        page.close(verbose=False)


@pytest.mark.parametrize(("given", "seconds"), [("", 1200.0), ("0.5", 30.0), ("90", 5400.0)])
def test_the_longest_run_is_set_in_minutes(given: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLB_RUN_MINUTES", given)
    assert run_limit() == seconds


@pytest.mark.parametrize("given", ["many", "0", "-3", "nan", "inf"])
def test_a_limit_that_is_no_number_of_minutes_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLB_RUN_MINUTES", given)
    with pytest.raises(ValueError, match="positive number of minutes"):
        run_limit()
