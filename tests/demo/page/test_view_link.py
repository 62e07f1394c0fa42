"""Addresses name comparisons: what is written is opened again, and nothing that a visitor made is lost by it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest

from demo import text
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import chosen_clip
from demo.models.settings import Settings
from demo.page.handlers import Handlers
from demo.page.updates import ChosenUpdate
from demo.page.view_link import ViewLink
from tests.support.page_fakes import FakeModels
from tests.support.visit import SETTINGS, Server

EXAMPLES = ["disc", "disc two"]
MODELS = ["lite/llb", "lite/joint", "lite/llb-2"]
PAIR = "clip=disc&models=lite/llb,lite/joint"
OTHER = "clip=disc&models=lite/llb,lite/llb-2"


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(gr, "Warning", told.append)
    return told


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path, FakeModels())


def link(query: str) -> ViewLink | None:
    return ViewLink.from_query(dict(parse_qsl(query)), EXAMPLES, MODELS)


def keep_run(server: Server, models: list[str]) -> None:
    """Let a visitor run models on the first example; the result is kept for others."""
    server.live.answers = server.services.ready.answers
    token = server.arrive(tab="another").token
    started = server.runs.start(token, models, [], *SETTINGS)
    server.watch(token, started.watched)
    server.leave("another")


def opened(server: Server, token: str, query: str, run: str = "") -> ChosenUpdate:
    event = gr.EventData(None, {"query": query, "run": run})
    return Handlers.open_view(server.handlers, token, event)


def test_what_is_written_is_read_again() -> None:
    for written in (
        ViewLink("disc", ("lite/llb", "lite/joint")),
        ViewLink("disc two", ("lite/joint", "lite/llb~gates"), Settings(9, 3, 12, 2.5, False, True)),
        ViewLink("disc", ("lite/llb",), key="a" * 64),
    ):
        assert link(written.query()) == written


def test_models_come_in_the_page_s_order_whoever_wrote_the_link() -> None:
    assert link("clip=disc&models=lite/joint,lite/llb") == link(PAIR)


@pytest.mark.parametrize(
    "query", ["clip=nowhere", "clip=disc&models=lite/none", "clip=disc&models=lite/llb&memory=x", "clip=disc&run=../x"]
)
def test_what_is_not_here_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="."):
        link(query)


def test_an_address_opens_results_that_are_stored_and_runs_nothing(server: Server) -> None:
    keep_run(server, ["lite/llb", "lite/llb-2"])
    arrival = server.arrive(query=dict(parse_qsl(OTHER)))
    assert [variant["name"] for variant in arrival.player["variants"]] == ["lite/llb", "lite/llb-2"]
    assert arrival.player["link"] == OTHER
    session = server.session(arrival.token)
    assert session.folders("run") == [], "the visitor's own runs are not moved by it"
    again = opened(server, arrival.token, OTHER)
    assert again.player["stamp"] == arrival.player["stamp"], "Back finds the same files"
    assert server.arrive(arrival.token).player["stamp"] == arrival.player["stamp"], "a reload too"


def test_results_that_are_not_stored_are_said_to_be_so(server: Server, warnings: list[str]) -> None:
    arrival = server.arrive(query=dict(parse_qsl(OTHER)))
    assert warnings == [text.NOT_COMPUTED]
    assert "One disc" in arrival.canvas["card"]


def test_an_address_that_fits_nothing_is_said_and_the_page_opens_as_ever(server: Server, warnings: list[str]) -> None:
    arrival = server.arrive(query={"clip": "nowhere"})
    assert "nowhere" in warnings[0]
    assert "One disc" in arrival.canvas["card"]


def test_own_marks_on_an_example_are_linked_by_their_run_s_key(server: Server, warnings: list[str]) -> None:
    server.live.answers = server.services.ready.answers
    token = server.arrive().token
    clip = chosen_clip(server.session(token))
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[10:40, 10:50] = 1
    Annotations.of(server.session(token), clip).save(0, labels)
    shown = server.run(token).player
    query = dict(parse_qsl(shown["link"]))
    assert len(query["run"]) == 64
    friend = server.arrive(query=query, tab="friend").player
    assert friend["link"] == shown["link"]
    wrong = server.arrive(query={**query, "clip": "disc two"}, tab="stranger").player
    assert not wrong, "a key opens the clip that it is of, no other"
    assert warnings == [text.NOT_COMPUTED]


def test_an_own_clip_has_no_link_and_back_finds_its_results(server: Server, tmp_path: Path) -> None:
    token = server.arrive().token
    server.upload(token, tmp_path / "mine.mp4")
    session = server.session(token)
    clip = chosen_clip(session)
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[10:40, 10:50] = 1
    Annotations.of(session, clip).save(0, labels)
    own = server.run(token).player
    assert own["link"] == ""
    away = opened(server, token, "clip=disc two")
    assert "Second disc" in away.canvas["card"]
    back = opened(server, token, "", own["run"])
    assert back.player["stamp"] == own["stamp"]
    assert chosen_clip(server.session(token)).folder == clip.folder


def test_a_run_at_work_stays_on_show(tmp_path: Path, warnings: list[str]) -> None:
    slow = Server(tmp_path, FakeModels(seconds=0.2))
    slow.live.answers = slow.services.ready.answers
    token = slow.arrive().token
    slow.run(token)
    slow.runs.start(token, ["lite/llb", "lite/llb-2"], [], *SETTINGS)
    with pytest.raises(gr.Error, match=text.VIEW_BUSY[:20]):
        opened(slow, token, PAIR)
    again = slow.arrive(token, query=dict(parse_qsl(PAIR)))
    assert warnings == [text.VIEW_BUSY]
    assert again.watched == "run-2"
    assert again.player == {}, "no older results under an address that names others"
    on_show = slow.arrive(token)
    assert on_show.player["run"] == "run-1"
    same = slow.arrive(token, query=dict(parse_qsl(on_show.player["link"])))
    assert same.player["run"] == "run-1", "a reload is no other view"
    assert len(warnings) == 1
    slow.stop_all()
