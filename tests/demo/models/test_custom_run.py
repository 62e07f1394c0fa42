"""A model of one's own beside shipped ones, on frames of an example: all that a run and its exports hold."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest
from pycocotools import mask as coco

from demo.clips.clip import Clip, save_clip
from demo.clips.examples import load
from demo.exports.files import export, export_overlay
from demo.inside.diagram import NO_INSIDE
from demo.inside.questions import DetailQuestion, DiagramQuestion, Place
from demo.inside.views import detail, diagram
from demo.models.combined import CombinedModels, all_models
from demo.models.settings import Settings
from demo.page.player_server import most_uncertain
from demo.page.player_value import PlayerValue
from demo.runs.compare import execute_run
from demo.runs.passes import Direction, Repair
from demo.runs.run import Run
from demo.runs.run_setup import RepairRequest, RunRequest, start_repair, start_run
from demo.runs.session import SessionStore
from llb.evaluation.metrics import region_similarity
from llb.types import Labels

FRAMES = 8
NAMES = ("lite/llb", "lite/joint", "flow")


@pytest.fixture(scope="module")
def models() -> CombinedModels:
    return all_models()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """The first frames of the example of three objects, at half its size."""
    example = load("parade")
    frames, labels = example.frames[:FRAMES, ::2, ::2], example.labels[:FRAMES, ::2, ::2]
    times = [index / example.fps for index in range(FRAMES)]
    return save_clip(tmp_path_factory.mktemp("clip") / "examples", "Parade", zip(times, frames, strict=True), labels)


def truth(clip: Clip, index: int, *targets: int) -> Labels:
    labels = clip.truth(index)
    assert labels is not None
    return np.where(np.isin(labels, targets), labels, 0).astype(np.uint8)


def follow(run: Run, models: CombinedModels) -> Run:
    list(execute_run(run, models, run.folder / "stop"))
    return Run.open(run.folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, clip: Clip, models: CombinedModels) -> Run:
    """Two objects from frame 1 on, both ways, and a third from frame 4; flow was ticked first."""
    marked = {1: truth(clip, 1, 1, 2), 4: truth(clip, 4, 3)}
    request = RunRequest(clip, marked, ["flow", "lite/llb", "lite/joint"], Settings(shared_regions=True))
    folder = SessionStore(tmp_path_factory.mktemp("runs")).create().folder / "run-1"
    return follow(start_run(request, models, lambda: folder), models)


def test_it_runs_on_the_same_clock(run: Run) -> None:
    assert (run.state, run.frames, run.objects) == ("done", FRAMES, (1, 2, 3))
    assert [record.name for record in run.variants] == list(NAMES)
    record = run.record("flow")
    assert record.seconds_per_frame is not None
    assert (record.title, record.weights_sha256, record.precision) == ("Optical flow, not learnt", "", "")


def test_it_does_not_change_what_the_others_find(tmp_path: Path, clip: Clip, run: Run, models: CombinedModels) -> None:
    marked = {1: truth(clip, 1, 1, 2), 4: truth(clip, 4, 3)}
    alone = start_run(RunRequest(clip, marked, ["lite/llb", "lite/joint"]), models, lambda: tmp_path / "run-1")
    alone = follow(alone, models)
    for name in ("lite/llb", "lite/joint"):
        assert all((alone.labels(name, index) == run.labels(name, index)).all() for index in range(FRAMES))


def test_objects_are_followed_both_ways_and_late_ones_join(run: Run, clip: Clip) -> None:
    for index in range(FRAMES):
        found, exact = run.labels("flow", index), clip.truth(index)
        assert exact is not None
        for target in (1, 2) if index < 4 else (1, 2, 3):
            assert region_similarity(found == target, exact == target) > 0.6
        assert index >= 4 or not (found == 3).any()


def test_every_frame_has_its_figures_but_those_of_an_inside(run: Run) -> None:
    for index, stats in enumerate(run.frame_stats()):
        for target in (1, 2):
            found = stats.of("flow", target)
            assert found.area is not None
            assert found.agreement is not None
            assert found.uncertainty is not None
            assert 0 <= found.uncertainty <= 1
            assert (found.j is None) == (index == 1)
            assert (found.cosine, found.share, found.in_memory, found.losses) == (None, None, None, ())
            assert stats.of("lite/llb", target).cosine is not None
    assert most_uncertain(run).frame is not None


def test_the_diagram_says_that_there_is_no_inside(run: Run, clip: Clip) -> None:
    place = Place("flow", 1, 3)
    assert diagram(run, clip, DiagramQuestion(place)) == NO_INSIDE
    assert detail(run, clip, DetailQuestion(place, "value")).to_json()
    assert diagram(run, clip, DiagramQuestion(Place("lite/llb", 1, 3))) != NO_INSIDE


def test_the_player_shows_it_with_its_own_line(run: Run, clip: Clip) -> None:
    value = PlayerValue.of(run, clip, token="token", name="run-1")
    assert [pane.name for pane in value.variants] == list(NAMES)
    assert "DIS flow" in value.variants[2].difference
    assert value.variants[2].badge == ""
    assert value.channels == 32


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own
def test_every_file_holds_it(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("coco", run, clip)) as archive:
        annotations = json.loads(archive.read("flow.json"))["annotations"]
    for item in annotations:
        mask = coco.decode(item["segmentation"])
        assert (mask == (run.labels("flow", item["image_id"]) == item["category_id"])).all()
    assert len(annotations) >= 2 * FRAMES
    with zipfile.ZipFile(export("masks", run, clip)) as archive:
        assert sum(name.startswith("flow/") for name in archive.namelist()) == FRAMES
    with av.open(str(export("side_by_side", run, clip))) as video:
        frames = list(video.decode(video=0))
    assert (len(frames), frames[0].width) == (FRAMES, 3 * clip.width)
    with av.open(str(export_overlay(run, clip, "flow"))) as video:
        assert len(list(video.decode(video=0))) == FRAMES
    with np.load(export("traces", run, clip), allow_pickle=False) as arrays:
        assert {key.split("/")[0] for key in arrays} == {"lite-llb", "lite-joint"}
    models = json.loads(export("measurements", run, clip).read_text())["models"]
    assert [model["name"] for model in models] == list(NAMES)
    report = export("report", run, clip).read_text()
    assert "Optical flow, not learnt" in report


@pytest.mark.parametrize("direction", ["forwards", "backwards", "both"])
def test_a_repair_goes_on_from_the_new_mask_with_no_other_model_beside(
    clip: Clip, models: CombinedModels, tmp_path: Path, direction: Direction
) -> None:
    marked = {1: truth(clip, 1, 1, 2)}
    run = follow(start_run(RunRequest(clip, marked, ["flow"]), models, lambda: tmp_path / "run-1"), models)
    request = RepairRequest(run, {**marked, 5: truth(clip, 5, 2)}, Repair(5, direction))
    fixed = follow(start_repair(request, lambda: new_folder(tmp_path)), models)
    assert (fixed.state, fixed.frames) == ("done", FRAMES)
    assert ((fixed.labels("flow", 5) == 2) == (clip.truth(5) == 2)).mean() > 0.99
    changed = {
        index
        for index in range(FRAMES)
        if ((fixed.labels("flow", index) == 2) != (run.labels("flow", index) == 2)).any()
    }
    within = {"forwards": range(5, 8), "backwards": range(2, 6), "both": range(2, 8)}[direction]
    assert changed <= set(within)
    assert len(changed) > 1
    for index in range(2, FRAMES):
        assert (fixed.labels("flow", index) == 1).sum() > 0


def new_folder(folder: Path) -> Path:
    made = folder / "run-2"
    made.mkdir()
    return made
