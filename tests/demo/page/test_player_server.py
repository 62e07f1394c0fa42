"""The player's questions: figures, the most uncertain frame, and files to take away."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from demo import text
from demo.page.player_server import PlayerServer
from demo.runs.frame_stats import FrameStats, ModelStats, ObjectStats
from demo.runs.lookup import RunLookup
from demo.runs.run import Run
from demo.runs.session import Session, SessionStore
from llb.io.video_reader import probe
from tests.support.finished_runs import NAMES, finished_run
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf, folder_at, ready_runs


@dataclass
class Visitor:
    """A visitor with one finished run."""

    server: PlayerServer
    session: Session
    run: Run

    @property
    def root(self) -> Path:
        return self.session.folder.parents[1]

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        return self.server.answer({"what": what, "token": self.session.token, "run": "run-1", **more})


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    shelf = fake_shelf(tmp_path)
    sessions = SessionStore(tmp_path / "sessions")
    session = sessions.create()
    run = finished_run(session.new_folder("run"), shelf.clip("disc"))
    server = PlayerServer(RunLookup(sessions, ready_runs(tmp_path, FakeModels(), shelf)))
    return Visitor(server, session, run)


def test_figures_come_from_a_frame_on(visitor: Visitor) -> None:
    figures = visitor.ask("figures", start=3)["figures"]
    assert figures == [stats.to_json() for stats in visitor.run.frame_stats(3)]
    assert len(figures) == FRAMES - 3
    assert visitor.ask("figures", start=-5)["figures"][3:] == figures


def test_the_most_uncertain_frame_is_far_from_the_marks(visitor: Visitor) -> None:
    doubts = {1: 0.9, 5: 0.7, 6: 0.4}

    def stats(name: str, index: int) -> ModelStats:
        doubt = doubts.get(index, 0.0) if name == "lite/joint" else 0.1
        return ModelStats(0.1, {1: ObjectStats(uncertainty=doubt)})

    visitor.run.save_frame_stats(FrameStats({name: stats(name, index) for name in NAMES}) for index in range(FRAMES))
    assert visitor.ask("uncertain") == {"index": 5, "target": 1}


def test_without_an_inside_no_frame_is_uncertain(visitor: Visitor) -> None:
    visitor.run.save_frame_stats(
        FrameStats({name: ModelStats(0.1, {1: ObjectStats(area=5)}) for name in NAMES}) for _ in range(FRAMES)
    )
    assert visitor.ask("uncertain") == {"index": None, "target": None}


def test_a_video_is_written_when_it_is_asked_for(visitor: Visitor) -> None:
    path = folder_at(visitor.ask("video", name="lite/llb")["path"], visitor.root)
    assert probe(path).codec == "h264"
    assert probe(path).frames == FRAMES


def test_a_file_is_made_once_and_in_the_visitors_folder(visitor: Visitor) -> None:
    address = visitor.ask("export", kind="masks")["path"]
    assert address.startswith(f"/llb/{visitor.session.token}/")
    path = folder_at(address, visitor.root)
    made = path.stat().st_mtime_ns
    assert visitor.ask("export", kind="masks")["path"] == address
    assert path.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("what", "more", "sentence"),
    [
        ("export", {"kind": "all"}, "choose one"),
        ("export", {}, "incomplete"),
        ("video", {"name": "../lite/llb"}, "no such model"),
        ("figures", {"start": "some"}, "whole number"),
        ("figures", {"start": 0, "run": "../../run-1"}, "run it again"),
        ("figures", {"start": 0, "run": "showcase-0123456789ab"}, "run it again"),
        ("figures", {"start": 0, "token": "x" * 43}, "reload the page"),
        ("figures", {"start": 0, "token": None}, "reload the page"),
        ("delete", {}, "incomplete"),
    ],
)
def test_a_bad_question_gets_a_sentence(visitor: Visitor, what: str, more: dict[str, Any], sentence: str) -> None:
    assert sentence in visitor.ask(what, **more)["error"]


def test_another_visitor_cannot_ask_about_the_run(visitor: Visitor) -> None:
    stranger = visitor.server.runs.sessions.create()
    assert "no longer there" in visitor.ask("export", kind="masks", token=stranger.token)["error"]


@pytest.mark.parametrize("gone", ["lite-llb", ""])
def test_a_run_that_is_swept_while_it_is_read_is_a_sentence(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    run = visitor.run
    shutil.rmtree(run.folder / gone)
    monkeypatch.setattr(RunLookup, "find", lambda self, token, name: run)  # it was there a moment ago
    for what, more in (("export", {"kind": "masks"}), ("video", {"name": "lite/llb"}), ("uncertain", {})):
        answer = visitor.ask(what, **more)
        assert str(run.folder.parent) not in json.dumps(answer)
        assert what == "uncertain" or answer == {"error": text.GONE}


def test_a_full_disk_gives_no_file_but_a_sentence(visitor: Visitor) -> None:
    full = SessionStore(visitor.session.folder.parent, quota=1)
    server = PlayerServer(replace(visitor.server.runs, sessions=full))
    answer = replace(visitor, server=server).ask("export", kind="masks")
    assert answer == {"error": text.OWN_STORAGE_FULL}
