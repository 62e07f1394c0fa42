"""A run at work, as its page watches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.clips.clip import Clip
from demo.page import live_run
from demo.page.live_run import STOP_FILE, work_live
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, start_run
from demo.runs.session import Session, SessionStore
from tests.support.page_fakes import FRAMES, FakeModels, fake_shelf

NAMES = ("lite/llb", "lite/joint")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return SessionStore(tmp_path / "sessions").create()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


def waiting(session: Session, clip: Clip) -> Run:
    labels = clip.truth(0)
    assert labels is not None
    return start_run(RunRequest(clip, {0: labels}, NAMES), FakeModels(), lambda: session.new_folder("run"))


def test_a_frame_is_reported_when_all_models_have_it(
    session: Session, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_run, "LIVE_EVERY", 0.0)
    steps = list(work_live(waiting(session, clip), FakeModels(), session))
    assert [step.frame for step in steps] == list(range(FRAMES))
    assert all(step.run.frames == step.frame + 1 for step in steps)


def test_reports_keep_their_distance(session: Session, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_run, "LIVE_EVERY", 3600.0)
    run = waiting(session, clip)
    assert len(list(work_live(run, FakeModels(), session))) <= 1
    assert Run.open(run.folder).frames == FRAMES


def test_a_full_storage_ends_the_run_and_keeps_what_is_done(
    session: Session, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_run, "QUOTA_EVERY", 0.0)
    run = waiting(session, clip)
    list(work_live(run, FakeModels(), SessionStore(tmp_path / "sessions", quota=1).open(session.token)))
    assert (run.folder / STOP_FILE).exists()
    stopped = Run.open(run.folder)
    assert stopped.state == "stopped"
    assert 0 < stopped.frames < FRAMES
