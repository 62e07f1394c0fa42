"""One finished run for all tests of the inside; none of them changes it."""

from __future__ import annotations

import pytest

from demo.clips.clip import Clip
from demo.runs.run import Run
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import fake_shelf


@pytest.fixture(scope="package")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


@pytest.fixture(scope="package")
def run(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Run:
    return finished_run(tmp_path_factory.mktemp("runs") / "run-1", clip)
