"""A repair that is asked for on the page shows the colours of what it repairs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from demo.inside.pca_colours import colours_of
from demo.masks.annotations import Annotations
from demo.models.settings import Settings
from demo.page.live_run import LiveRuns
from demo.page.run_handlers import RunHandlers
from demo.page.services import Services
from demo.runs.compare import compare
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, start_run
from demo.runs.session import SessionStore
from tests.support.finished_runs import NAMES
from tests.support.page_fakes import FakeModels, fake_shelf, ready_runs


def test_a_repair_has_the_colours_of_its_base_though_nobody_looked_at_that(tmp_path: Path) -> None:
    shelf, models, sessions = fake_shelf(tmp_path), FakeModels(), SessionStore(tmp_path / "sessions")
    session, clip = sessions.create(), shelf.clip("disc")
    labels = clip.truth(0)
    assert labels is not None

    def work(run: Run) -> Run:
        list(compare(run, clip, lambda: models.segmenters(NAMES, Settings()), lambda: False))
        return Run.open(run.folder)

    base = work(start_run(RunRequest(clip, {0: labels}, NAMES), models, lambda: session.new_folder("run")))
    Annotations.of(session, clip).save(3, labels[:, ::-1].copy())
    live = LiveRuns(models)
    handlers = RunHandlers(Services(models, sessions, shelf, ready_runs(tmp_path, models, shelf), live))
    handlers.repair(session.token, SimpleNamespace(run="run-1", index=3, direction="forwards"))  # type: ignore[arg-type]
    assert live.queue.wait(str(session.folder / "run-2"), 60)
    found, expected = colours_of(Run.open(session.folder / "run-2")), colours_of(base)
    assert found is not None
    assert expected is not None
    assert found.to_json() == expected.to_json()
