"""How a run begins: what is asked for is checked before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.models.settings import Settings
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest, start_repair, start_run
from tests.support.page_fakes import SIZE, FakeModels, fake_shelf


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


def square(side: int, target: int = 1) -> np.ndarray:
    labels = np.zeros(SIZE, np.uint8)
    labels[:side, :side] = target
    return labels


def test_a_run_is_written_down_with_what_computes_it(clip: Clip, tmp_path: Path) -> None:
    marked = {0: square(10), 3: square(10, target=4)}
    request = RunRequest(clip, marked, ["lite/joint", "lite/llb~gates"], Settings(interval=7), {4: "the cat"})
    start_run(request, FakeModels(), lambda: tmp_path / "run-1")
    run = Run.open(tmp_path / "run-1")
    assert (run.state, run.objects, run.settings.interval, run.names) == ("waiting", (1, 4), 7, {4: "the cat"})
    assert [(record.title, record.weights_sha256, record.precision) for record in run.variants] == [
        ("JOINT", "sha of lite/joint", "fp32"),
        ("LLB, gates = 1", "sha of lite/llb", "fp32"),
    ]
    assert run.marked_masks().keys() == {0, 3}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"marked": {}}, "Mark at least one object"),
        ({"marked": {2: square(3)}}, "Object 1 on frame 2 is only 9 pixels"),
        ({"marked": {0: square(10, target=9)}}, "no object 9: the numbers go from 1 to 8"),
        ({"entries": []}, "Tick at least one model"),
        ({"entries": ["lite/llb"] * 7}, "at most 6"),
        ({"entries": ["lite/llb-3"]}, "Tick at least one model"),
        ({"entries": ["lite/llb~nothing"]}, "no knock-out"),
        ({"settings": Settings(memory_size=0)}, "memory_size is 0"),
    ],
)
def test_what_cannot_run_is_refused_and_leaves_no_folder(clip: Clip, changes: dict[str, Any], sentence: str) -> None:
    asked = {"clip": clip, "marked": {0: square(10)}, "entries": ["lite/llb"], **changes}
    with pytest.raises(ValueError, match=sentence):
        start_run(RunRequest(**asked), FakeModels(), lambda: pytest.fail("a folder was made"))


def test_a_repair_of_a_frame_that_is_not_there_leaves_no_folder(clip: Clip, tmp_path: Path) -> None:
    base = start_run(RunRequest(clip, {0: square(10)}, ["lite/llb"]), FakeModels(), lambda: tmp_path / "run-1")
    folder = tmp_path / "run-2"
    folder.mkdir()
    with pytest.raises(ValueError, match="not in these results"):
        start_repair(RepairRequest(base, {2: square(10)}, Repair(2)), lambda: folder)
    assert not folder.exists()
    with pytest.raises(ValueError, match="Nothing is marked on this frame"):
        start_repair(RepairRequest(base, {0: square(10)}, Repair(2)), lambda: pytest.fail("a folder was made"))
