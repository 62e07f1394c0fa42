"""The server function of the live diagram: every question is answered or refused in a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.inside.server import InsideServer
from demo.runs.fit_replays import FitReplays
from demo.runs.lookup import RunLookup
from demo.runs.queue import RunQueue
from demo.runs.run import Run
from demo.runs.session import SessionStore
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf, ready_runs


@dataclass
class Visitor:
    """A visitor who owns the run."""

    server: InsideServer
    token: str

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        place = {"name": "lite/llb", "target": 1, "index": 5, "how": "mean", "key": "value", "y": 50, "x": 50}
        return self.server.answer({"what": what, "token": self.token, "run": "run-1", **place, **more})


@pytest.fixture
def visitor(tmp_path: Path, run: Run) -> Visitor:
    sessions = SessionStore(tmp_path / "sessions")
    session = sessions.create()
    (session.folder / "run-1").symlink_to(run.folder)
    lookup = RunLookup(sessions, ready_runs(tmp_path, FakeModels(), fake_shelf(tmp_path)))
    return Visitor(InsideServer(lookup, FitReplays(RunQueue(), (FakeModels(),))), session.token)


@pytest.mark.parametrize("what", ["diagram", "detail", "channels", "filmstrip", "pixel"])
def test_every_question_is_answered(visitor: Visitor, what: str) -> None:
    answer = visitor.ask(what)
    assert "error" not in answer
    assert json.loads(json.dumps(answer)) == answer, "nothing but JSON values"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"token": "x" * 43}, "reload the page"),
        ({"token": None}, "reload the page"),
        ({"run": "../../run-1"}, "run it again"),
        ({"run": "showcase-0123456789ab"}, "run it again"),
        ({"name": "../lite/llb"}, "no such model"),
        ({"target": 9}, "no object 9"),
        ({"index": -1}, "frames 0 to"),
        ({"index": FRAMES}, "frames 0 to"),
        ({"index": "many"}, "whole number"),
        ({"key": "tail"}, "no part"),
        ({"how": "32"}, "no channel"),
        ({"past": "some"}, "whole number"),
        ({"what": "delete"}, "incomplete"),
        ({"index": None}, "whole number"),
    ],
)
def test_a_bad_question_gets_a_sentence(visitor: Visitor, changed: dict[str, Any], sentence: str) -> None:
    assert sentence in visitor.ask(**{"what": "diagram" if "past" in changed else "detail", **changed})["error"]


def test_another_visitor_cannot_ask_about_the_run(visitor: Visitor) -> None:
    stranger = visitor.server.runs.sessions.create()
    assert "no longer there" in visitor.ask("diagram", token=stranger.token)["error"]
