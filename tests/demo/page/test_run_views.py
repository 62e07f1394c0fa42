"""What the page says of a run that waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from demo import text
from demo.page.live_run import LiveRuns
from demo.page.run_views import WatchedRun, start_update
from demo.runs.job import Place
from demo.runs.run import Run, VariantRecord
from demo.runs.session import SessionStore
from tests.support.page_fakes import fake_shelf


@dataclass
class Queue:
    """Runs of which each stands at the same place."""

    told: Place[Any] | None

    def place(self, folder: Path) -> Place[Any] | None:
        return self.told


def third(seconds: float) -> Place[Any]:
    return Place("waiting", 3, 7, seconds, None)


def test_the_answer_to_run_tells_the_place(tmp_path: Path) -> None:
    clip = fake_shelf(tmp_path).clip("disc")
    run = Run(tmp_path / "run-1", clip.folder, (1,), (VariantRecord("lite/llb", "LLB"),))
    told = start_update(run, clip, third(41.3))
    assert "Your run is number 3 of 7 waiting: it begins in about 40 s." in told.status
    assert text.STARTING in start_update(run, clip, Place("working", 0, 7, 9.0, None)).status


def test_a_run_that_waits_is_told_of_without_a_look_at_the_disk(tmp_path: Path) -> None:
    queue = Queue(third(41.3))
    session = SessionStore(tmp_path).create()
    watched = WatchedRun(session, session.folder / "not there", cast(LiveRuns, queue))
    first = watched.news()
    assert first is not None
    assert "number 3 of 7" in first.status
    queue.told = third(39.2)
    assert watched.news() is None, "in words it is the same"
    queue.told = third(12.2)
    later = watched.news()
    assert later is not None
    assert "about 12 s" in later.status
