"""A visit from its arrival on: reloads, closed tabs, restarts of the server; the callbacks without Gradio."""

from __future__ import annotations

import errno
import gc
import json
import os
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from demo import text
from demo.clips.clip import Clip
from demo.clips.upload import import_clip
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import choose_clip, chosen_clip
from demo.page import clip_import, run_handlers
from demo.runs.session import Session
from tests.demo.page.test_live_run import BrokenModels
from tests.support.page_fakes import FRAMES, FakeModels
from tests.support.visit import Server, Tab


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path, FakeModels())


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(run_handlers, "LOOK_EVERY", 0.05)
    server = Server(tmp_path, FakeModels(seconds=0.2))
    yield server
    server.stop_all()


def paint(session: Session, index: int = 2) -> np.ndarray:
    clip = chosen_clip(session)
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[10:40, 10:50] = 2
    Annotations.of(session, clip).save(index, labels)
    return labels


def test_a_first_visit_begins_with_an_example_and_a_stranger_s_ticket_with_a_new_session(server: Server) -> None:
    first = server.arrive()
    assert first.token == first.ticket
    assert "One disc" in first.canvas["card"]
    for ticket in ("", "x" * 43, "../../etc", None):
        other = server.handlers.arrive(ticket, cast("gr.Request", Tab("other")))
        assert other.token not in (first.token, ticket)
        assert other.watched == ""


def test_a_reload_finds_clip_marks_and_results(server: Server, tmp_path: Path) -> None:
    token = server.arrive().token
    server.upload(token, tmp_path / "mine.mp4")
    paint(server.session(token), 0)
    server.run(token)
    paint(server.session(token), 3)
    again = server.arrive(token)
    assert again.token == token
    assert "mine" in again.canvas["card"]
    assert again.canvas["marked"] == (0, 3)
    assert again.trim["total"] == 5
    assert again.player["run"] == "run-1"
    assert "mine" in again.title
    assert again.status == ""
    assert again.watched == ""


def test_a_server_that_starts_anew_finds_what_was_there(server: Server, tmp_path: Path) -> None:
    token = server.arrive().token
    server.upload(token, tmp_path / "mine.mp4")
    paint(server.session(token))
    server.run(token)
    (tmp_path / "mine.mp4").unlink()  # Gradio's uploads do not outlive the server
    again = Server(tmp_path, FakeModels()).arrive(token)
    assert again.token == token
    assert "mine" in again.canvas["card"]
    assert again.canvas["marked"] == (2,)
    assert again.trim == {}
    assert again.player["run"] == "run-1"


def test_a_clip_that_is_gone_gives_way_to_an_example(server: Server, tmp_path: Path) -> None:
    token = server.arrive().token
    server.upload(token, tmp_path / "mine.mp4")
    for path in server.session(token).folder.glob("clip-*/clip.json"):
        path.unlink()
    again = server.arrive(token)
    assert again.token == token
    assert "One disc" in again.canvas["card"]


def test_a_reload_goes_on_watching_a_run_at_work(slow: Server) -> None:
    token = slow.arrive().token
    name = slow.start(token).watched
    again = slow.arrive(token)
    assert again.watched == name
    assert "Running on" in again.title
    assert again.stop["visible"]
    assert not again.run["visible"]
    seen = slow.watch(token, again.watched)
    shown = [update.player["latest"] for update in seen[:-1] if "latest" in update.player]
    assert shown == sorted(shown)
    assert seen[-1].player["state"] == "finished"
    assert min(variant["done"] for variant in seen[-1].player["variants"]) == FRAMES


def test_who_waits_is_told_the_place_and_then_sees_the_run(slow: Server) -> None:
    first, second = slow.arrive().token, slow.arrive().token
    slow.start(first)
    seen = slow.watch(second, slow.start(second).watched)
    waiting = [update.status for update in seen if "it begins in about" in update.status]
    assert len(waiting) >= 1
    assert any("Your run is the next one" in status for status in waiting)
    assert all("done" in variant for update in seen[-1:] for variant in update.player["variants"])
    assert slow.watch(first, "run-1")[-1].player["run"] == "run-1"


def test_stop_while_waiting_brings_back_what_was_on_show(slow: Server) -> None:
    first, second = slow.arrive().token, slow.arrive().token
    slow.run(second)
    slow.start(first)
    name = slow.start(second).watched
    assert name == "run-2"
    slow.runs.stop(second)
    (last,) = slow.watch(second, name)
    assert text.RUN_CANCELLED in last.status
    assert last.player["run"] == "run-1"
    assert last.run["visible"]
    assert not (slow.session(second).folder / "run-2").exists()


def test_undo_and_repair_are_refused_while_a_run_waits_or_works(slow: Server) -> None:
    token = slow.arrive().token
    slow.start(token)
    for refused in (lambda: slow.runs.undo_repair(token), lambda: slow.start(token)):
        with pytest.raises(gr.Error, match="still waiting or running"):
            refused()


def test_undo_brings_the_marks_back_on_the_canvas(server: Server) -> None:
    token = server.arrive().token
    server.run(token)
    paint(server.session(token), 3)
    event = cast("gr.EventData", SimpleNamespace(run="run-1", index=3, direction="forwards"))
    repaired = server.watch(token, server.runs.repair(token, event).watched)[-1]
    assert repaired.undo["visible"]
    undone = server.runs.undo_repair(token)
    assert undone.canvas["marked"] == (0,)
    assert undone.player["run"] == "run-1"
    assert not undone.undo["visible"]


def test_a_run_that_fails_says_so_and_keeps_what_it_finished(tmp_path: Path) -> None:
    server = Server(tmp_path, BrokenModels())
    token = server.arrive().token
    last = server.run(token)
    assert text.model_failed("LLB", 4) in last.status
    assert f"stopped after 4 of {FRAMES}" in last.title
    assert last.player["variants"][0]["done"] == 4
    assert last.run["visible"]


def test_the_old_page_s_end_does_not_end_the_session_of_the_reloaded_one(server: Server) -> None:
    token = server.arrive(tab="before").token
    server.arrive(token, tab="after")
    sign = server.session(token).folder.stat().st_mtime
    server.leave("before")
    assert server.session(token).folder.stat().st_mtime >= sign
    folder = server.session(token).folder
    server.leave("after")
    assert folder.stat().st_mtime < sign


def test_an_example_keeps_the_visitor_s_clip_in_the_gallery(server: Server, tmp_path: Path) -> None:
    arrival = server.arrive()
    assert arrival.examples == {"own": None, "chosen": 0}
    uploaded = server.upload(arrival.token, tmp_path / "mine.mp4").examples
    assert (uploaded["own"]["title"], uploaded["chosen"]) == (text.own_clip("mine"), 3)
    paint(server.session(arrival.token))
    other = server.handlers.choose_example(arrival.token, 1)
    assert "Second disc" in other.canvas["card"]
    assert other.trim == {}
    assert (other.examples["own"], other.examples["chosen"]) == (uploaded["own"], 1)
    own = server.handlers.choose_example(arrival.token, 3)
    assert "mine" in own.canvas["card"]
    assert own.canvas["marked"] == (2,)
    assert own.trim["total"] == 5


def test_a_clip_that_is_being_read_holds_up_the_run_and_another_clip_in_words(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, refused = server.arrive().token, list[str]()

    def read(sources: Sequence[Path], *others: Any) -> Clip:
        for event in (lambda: server.start(token), lambda: server.upload(token, tmp_path / "other.mp4")):
            with pytest.raises(gr.Error) as error:
                event()
            refused.append(str(error.value.message))
        return import_clip(sources, *others)

    monkeypatch.setattr(clip_import, "import_clip", read)
    assert "mine" in server.upload(token, tmp_path / "mine.mp4").canvas["card"]
    assert refused == [text.CLIP_BEING_READ] * 2
    assert len(server.session(token).folders("clip")) == 1
    assert server.session(token).folders("run") == []


def test_a_visitor_s_choices_of_a_clip_are_made_one_after_the_other(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, inside, together = server.arrive().token, list[str](), list[int]()

    def choose(session: Session, clip: Clip) -> None:
        inside.append(clip.title)
        together.append(len(inside))
        time.sleep(0.05)
        inside.remove(clip.title)
        choose_clip(session, clip)

    monkeypatch.setattr("demo.page.handlers.choose_clip", choose)
    with ThreadPoolExecutor(2) as pool:
        shown = list(pool.map(lambda index: server.handlers.choose_example(token, index), (1, 2)))
    assert ["Second disc" in shown[0].canvas["card"], "Third disc" in shown[1].canvas["card"]] == [True, True]
    assert together == [1, 1]


def test_an_arrival_that_fails_leaves_no_session(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    token = server.arrive().token
    monkeypatch.setattr("demo.page.handlers.choose_clip", full)
    with pytest.raises(gr.Error, match="disk is full"):
        server.arrive()
    assert [folder.name for folder in (server.folder / "sessions").iterdir()] == [token]
    assert server.arrive(token).token == token


def test_the_page_is_told_no_path_of_the_server(server: Server, tmp_path: Path) -> None:
    update = server.upload(server.arrive().token, tmp_path / "mine.mp4")
    assert str(tmp_path) not in json.dumps([update.canvas, update.trim])


def test_a_hundred_sessions_take_little_memory(server: Server) -> None:
    for number in range(10):
        server.arrive(tab=f"first {number}")
    tracemalloc.start()
    for number in range(100):
        server.arrive(tab=f"tab {number}")
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100 * 10_000
