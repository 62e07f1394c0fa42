"""What the player component is given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.page.player_value import PlayerValue
from demo.runs.compare import compare
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest, start_repair, start_run
from demo.runs.session import SessionStore
from tests.support.page_fakes import FRAMES, FakeModels, FakeSegmenter, fake_shelf

NAMES = ("lite/llb", "lite/llb~gates")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Run:
    folder = SessionStore(tmp_path_factory.mktemp("sessions")).create().folder / "run-1"
    run = start_run(RunRequest(clip, {0: marked(clip)}, NAMES, names={1: "the disc"}), FakeModels(), lambda: folder)
    for step in compare(run, clip, lambda: {name: FakeSegmenter(name) for name in NAMES}, lambda: False):
        run = step.run
    return Run.open(folder)


def marked(clip: Clip) -> np.ndarray:
    labels = clip.truth(0)
    assert labels is not None
    return labels


def test_a_finished_run_is_described_without_pictures_and_traces(run: Run, clip: Clip) -> None:
    value = PlayerValue.of(run, clip, token="token", name="run-1")
    assert [(variant.done, variant.badge) for variant in value.variants] == [(FRAMES, ""), (FRAMES, "knock-out")]
    assert (value.state, value.latest, value.channels) == (
        "finished",
        0,
        32,
    )  # where the models differ most: they are alike
    assert value.objects[0].name == "the disc"
    sent = json.loads(json.dumps(value.to_json()))
    assert sent["objects"] == [{"id": 1, "rgb": [0, 191, 255], "name": "the disc"}]
    assert sent["story"] is None
    assert len(str(sent)) < 5000


def test_no_path_of_the_server_is_told(run: Run, clip: Clip) -> None:
    sent = json.dumps(PlayerValue.of(run, clip, token="token", name="run-1").to_json())
    for folder in (run.folder.parents[1], clip.folder.parents[1]):
        assert str(folder) not in sent
    assert f'"labels": "/llb/{run.folder.parent.name}/run-1/labels/done"' in sent
    assert '"previews": "/llb/examples/disc/previews"' in sent


def test_a_repair_begins_at_its_frame(run: Run, clip: Clip) -> None:
    request = RepairRequest(run, {0: marked(clip), 3: marked(clip)}, Repair(3))
    repaired = start_repair(request, lambda: run.folder.with_name("run-2"))
    value = PlayerValue.of(repaired, clip, token="token", name="run-2")
    assert (value.repairs, value.latest) == (True, 3)
    assert PlayerValue.of(repaired, clip, token="token", name="run-2", latest=5).latest == 5


def test_labels_may_be_replaced_by_a_repair_and_on_the_way_back(tmp_path: Path, run: Run, clip: Clip) -> None:
    def begun(first: int) -> Run:
        request = RunRequest(clip, {first: marked(clip)}, NAMES)
        return start_run(request, FakeModels(), lambda: tmp_path / f"run-{first}").save(state="running")

    assert not begun(0).rewrites
    assert begun(3).rewrites
    assert not begun(3).save(state="done").rewrites
    request = RepairRequest(run, {0: marked(clip), 3: marked(clip)}, Repair(3))
    repaired = start_repair(request, lambda: tmp_path / "run-9").save(state="running")
    assert repaired.rewrites
    assert not run.rewrites
