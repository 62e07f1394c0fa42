"""What is on show belongs to the clip that was chosen last, or to the run that ended since."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from demo import text
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import chosen_clip
from demo.page.choice import Choice
from demo.page.plan import Plan
from tests.support.page_fakes import FRAMES, FakeModels
from tests.support.visit import SETTINGS, Server

OWN = 3  # index of the visitor's clip in the gallery


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path, FakeModels())


@pytest.fixture
def token(server: Server) -> str:
    return str(server.arrive().token)


def mark(server: Server, token: str) -> None:
    session = server.session(token)
    clip = chosen_clip(session)
    labels = np.zeros((clip.height, clip.width), np.uint8)
    labels[10:40, 10:50] = 1
    Annotations.of(session, clip).save(0, labels)


def test_an_upload_shows_no_results_of_another_clip(server: Server, token: str, tmp_path: Path) -> None:
    server.run(token)
    shown = server.upload(token, tmp_path / "mine.mp4")
    assert shown.title == text.RESULTS_EMPTY
    assert shown.player == {}
    assert text.MARK_FIRST in shown.status
    again = server.arrive(token)
    assert (again.title, again.player) == (text.RESULTS_EMPTY, {})


def test_an_own_clip_that_is_chosen_again_has_its_results_again(server: Server, token: str, tmp_path: Path) -> None:
    server.upload(token, tmp_path / "mine.mp4")
    mark(server, token)
    server.run(token)
    other = server.handlers.choose_example(token, 1)
    assert "mine" not in other.title
    own = server.handlers.choose_example(token, OWN)
    assert "mine" in own.title
    assert own.player["run"] == "run-1"


def test_a_run_on_another_clip_than_the_one_on_show_clears_the_panes(
    server: Server, token: str, tmp_path: Path
) -> None:
    server.run(token)
    assert server.start(token).player == gr.skip()  # the same clip: they stay until the first frame
    server.stop_all()
    server.handlers.choose_example(token, 2)
    assert server.start(token).player == {}
    server.stop_all()


def test_a_plan_names_the_models_and_the_time(server: Server, token: str) -> None:
    load = FRAMES * (0.0583 + 0.0628)  # about what weights/results say of JOINT and LLB
    plan = Plan.of(server.services, server.session(token), Choice(["lite/joint", "lite/llb"], [], *SETTINGS))
    assert plan.titles == ["LLB", "JOINT"]
    assert plan.outlook == text.duration(load)


def test_a_plan_says_what_is_missing(server: Server, token: str, tmp_path: Path) -> None:
    session = server.session(token)
    none = Plan.of(server.services, session, Choice([], [], *SETTINGS))
    assert (none.outlook, none.place) == (text.NO_MODEL, "model-grid")
    server.upload(token, tmp_path / "mine.mp4")
    unmarked = Plan.of(server.services, session, Choice(["lite/llb"], [], *SETTINGS))
    assert (unmarked.titles, unmarked.outlook, unmarked.place) == (["LLB"], text.NO_MASK, "mask-canvas")
    server.live.prices.limit = 0.01
    mark(server, token)
    long = Plan.of(server.services, session, Choice(["lite/llb"], [], *SETTINGS))
    assert "may take" in long.outlook
    assert long.place == "model-grid"


def test_a_plan_of_a_page_that_is_still_arriving_says_nothing(server: Server) -> None:
    assert server.runs.plan(None, ["lite/llb"], [], *SETTINGS) == ""
