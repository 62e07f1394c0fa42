"""A clip and a finished run of it."""

from __future__ import annotations

import pytest

from demo.clips.clip import Clip
from demo.runs.run import Run
from tests.support.exported_run import make_run
from tests.support.page_fakes import fake_shelf


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Run:
    return make_run(tmp_path_factory.mktemp("runs") / "run-1", clip)
