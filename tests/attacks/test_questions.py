"""Every question of the page's three servers, with every argument in turn replaced by something hostile."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from demo.inside.server import InsideServer
from demo.masks.canvas_server import CanvasServer
from demo.masks.chosen_clip import choose_clip
from demo.masks.data_address import to_address
from demo.page.player_server import PlayerServer
from demo.runs.file_address import address_of
from demo.runs.fit_replays import FitReplays
from demo.runs.lookup import RunLookup
from demo.runs.queue import RunQueue
from demo.runs.session import Session, SessionStore
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import SIZE, FakeModels, fake_shelf, ready_runs

MASK = np.zeros(SIZE, np.uint8)
MASK[50:70, 30:50] = 1  # inside the disc of the first frame
PAINTING = to_address(MASK)
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    -(10**30),
    1.5,
    math.nan,
    math.inf,
    "",
    "../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "<script>alert(1)</script>",
    "9" * 5000,
    "é\x00\ud800",
    "x" * 10_000_000,
    [],
    [[1, 2], {}],
    {"a": [1]},
)
PLACE = {"name": "lite/llb", "target": 1, "index": 2}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "canvas": [
        {"what": "save", "index": 0, "labels": PAINTING, "number": 1},
        {"what": "labels", "index": 0},
        {"what": "truth", "index": 0},
        {"what": "box", "index": 0, "box": [10, 10, 80, 80]},
        {"what": "hints", "index": 0, "hints": PAINTING, "mask": PAINTING},
        {"what": "import", "index": 0, "file": PAINTING, "file_name": "mask.png"},
        {"what": "rename", "target": 1, "name": "disc"},
        {"what": "proposal", "run": "run-1", "name": "lite/llb", "index": 2},
    ],
    "player": [
        {"what": "figures", "run": "run-1", "start": 0},
        {"what": "uncertain", "run": "run-1"},
        {"what": "video", "run": "run-1", "name": "lite/llb"},
        {"what": "export", "run": "run-1", "kind": "coco"},
        {"what": "internals", "run": "run-1", "index": 2},
        {"what": "sizes", "run": "run-1"},
    ],
    "inside": [
        {"what": "diagram", "run": "run-1", "how": "pca", **PLACE},
        {"what": "detail", "run": "run-1", "how": "pca", "key": "value", **PLACE},
        {"what": "channels", "run": "run-1", **PLACE},
        {"what": "filmstrip", "run": "run-1", **PLACE},
        {"what": "pixel", "run": "run-1", "y": 60, "x": 60, **PLACE},
        {"what": "arithmetic", "run": "run-1", "y": 60, "x": 60, **PLACE},
    ],
}
ASKED = [(server, question) for server, questions in QUESTIONS.items() for question in questions]


class Server(Protocol):
    def answer(self, question: Any) -> dict[str, Any]: ...


@dataclass
class Target:
    """A visitor's session with a finished run, and the servers that answer about it."""

    root: Path
    session: Session
    servers: dict[str, Server]
    stamp: str

    def ask(self, server: str, question: dict[str, Any]) -> dict[str, Any]:
        """Ask, and see that the answer is JSON, short where it is an error, and names nothing of the server."""
        answer = self.servers[server].answer({"token": self.session.token, "stamp": self.stamp, **question})
        written = json.dumps(answer, allow_nan=False)
        assert str(self.root) not in written
        assert "Traceback" not in written
        if "error" in answer:
            assert set(answer) == {"error"}
            assert len(answer["error"]) < 600
            assert answer["error"].rstrip().endswith((".", "!"))
        return answer

    def files(self) -> set[Path]:
        """Return everything of all visitors but what questions may write: marks, downloads, and small facts."""
        kept = ("marks", "downloads")
        found = (self.root / "sessions").rglob("*")
        return {path for path in found if not set(kept) & set(path.parts) and path.suffix not in (".json", ".npz")}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    root = tmp_path_factory.mktemp("attacked")
    shelf, sessions = fake_shelf(root), SessionStore(root / "sessions")
    session, clip = sessions.create(), shelf.clip("disc")
    choose_clip(session, clip)
    finished_run(session.new_folder("run"), clip)
    lookup = RunLookup(sessions, ready_runs(root, FakeModels(), shelf))
    servers: dict[str, Server] = {
        "canvas": CanvasServer(sessions, lookup),
        "player": PlayerServer(lookup),
        "inside": InsideServer(lookup, FitReplays(RunQueue(), (FakeModels(),))),
    }
    return Target(root, session, servers, address_of(clip.folder))


def key_of(question: dict[str, Any]) -> str:
    return str(question["what"])


@pytest.mark.parametrize(("server", "question"), ASKED, ids=[f"{name}-{key_of(asked)}" for name, asked in ASKED])
def test_each_argument_is_checked(target: Target, server: str, question: dict[str, Any]) -> None:
    assert "error" not in target.ask(server, question)
    before = target.files()
    for key in ("token", "stamp", *question):
        for value in HOSTILE:
            target.ask(server, {**question, key: value})
        without = {name: value for name, value in question.items() if name != key}
        if key in question:
            assert "error" in target.ask(server, without)
    assert target.files() == before


@pytest.mark.parametrize("key", ["steps", "reg", "without", "from_zero", "channel", "name", "target", "index"])
def test_a_fit_is_asked_for_in_bounds(target: Target, key: str) -> None:
    for value in HOSTILE:
        asked = target.ask("inside", {"what": "learner", "run": "run-1", **PLACE, key: value})
        assert set(asked) == {"error"}, "the stand-in has no network"


@pytest.mark.parametrize("server", QUESTIONS)
@pytest.mark.parametrize("question", [None, 5, "token", [], ["token"], {}], ids=str)
def test_a_question_that_is_none_gets_a_sentence(target: Target, server: str, question: Any) -> None:
    answer = target.servers[server].answer(question)
    assert set(answer) == {"error"}


@pytest.mark.parametrize(("server", "question"), ASKED, ids=[f"{name}-{key_of(asked)}" for name, asked in ASKED])
def test_a_foreign_token_reads_nothing(target: Target, server: str, question: dict[str, Any]) -> None:
    stranger = SessionStore(target.root / "sessions").create()
    assert set(target.ask(server, {**question, "token": stranger.token})) == {"error"}
