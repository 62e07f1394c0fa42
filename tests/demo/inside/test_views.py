"""What the page shows of the inside is what the run stored."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.inside import pictures as visualize
from demo.inside import views as looking
from demo.inside.diagram import PARTS
from demo.inside.pca_colours import colours_of
from demo.inside.server import SHOWCASE, Reads
from demo.runs.compare import compare
from demo.runs.run import Run, VariantRecord
from demo.runs.session import SessionStore
from demo.runs.showcase import Showcase
from llb.io.video_reader import probe
from llb.types import TraceRequest
from tests.support.page_fakes import FRAMES, FakeModels, FakeSegmenter, fake_shelf, real_model

NAMES = ("lite/llb", "lite/joint")


def decode(source: str) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(source.split(",", 1)[1]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Run:
    records = tuple(VariantRecord(name, name.upper()) for name in NAMES)
    run = Run(tmp_path_factory.mktemp("runs") / "run-1", clip.folder, (1,), records)
    truth = clip.truth(0)
    assert truth is not None
    run.save()
    run.save_marked_masks({0: truth})
    list(compare(run, clip, lambda: {name: FakeSegmenter(name) for name in NAMES}, lambda: False))
    return Run.open(run.folder)


def feature(run: Run, part: str, index: int = 5) -> np.ndarray:
    trace = run.traces("lite/llb").read(index, 1)
    assert trace is not None
    return trace.features[part]


def test_the_diagram_has_every_part_and_says_what_is_missing(run: Run, clip: Clip) -> None:
    full = looking.diagram(run, clip, "lite/llb", 1, 5, "mean")["boxes"]
    assert full.keys() == PARTS.keys()
    assert not any("absent" in box for box in full.values())
    joint = looking.diagram(run, clip, "lite/joint", 1, 5, "mean")["boxes"]
    assert {key for key, box in joint.items() if "absent" in box} == {"gate_transduced", "gate_induced"}
    first = looking.diagram(run, clip, "lite/llb", 1, 0, "mean")["boxes"]
    assert {key for key, box in first.items() if "absent" in box} == {
        "transduced",
        "induced",
        "gate_transduced",
        "gate_induced",
        "fused",
    }


def test_a_gate_is_shown_on_its_fixed_scale(run: Run, clip: Clip) -> None:
    answer = looking.detail(run, clip, "lite/llb", 1, 5, "gate_transduced", "mean")
    mean = feature(run, "gate_transduced").astype(np.float32).mean(0)
    assert (answer["low"], answer["high"]) == (0, 1)
    np.testing.assert_allclose(answer["values"], mean, atol=1e-4)
    assert (decode(answer["src"]) == visualize.cividis(mean)).all()
    assert answer["shape"] == "32 × 6 × 10"
    assert answer["stats"]["max"] == pytest.approx(float(feature(run, "gate_transduced").max()), abs=1e-3)


def test_a_channel_and_the_pca_are_what_they_say(run: Run, clip: Clip) -> None:
    answer = looking.detail(run, clip, "lite/llb", 1, 5, "value", "7")
    np.testing.assert_allclose(answer["values"], feature(run, "value")[7], atol=1e-3)
    assert answer["caption"] == "channel 7"
    painted = looking.detail(run, clip, "lite/llb", 1, 5, "value", "pca")
    colours = colours_of(run)
    assert colours is not None
    expected = colours.paint("lite/llb", "value", feature(run, "value"))
    assert (decode(painted["src"]) == expected).all()


def test_the_difference_of_the_gates(run: Run) -> None:
    answer = looking.difference_of_gates(run, "lite/llb", 1, 5)
    gates = [feature(run, f"gate_{branch}").astype(np.float32).mean(0) for branch in ("transduced", "induced")]
    np.testing.assert_allclose(answer["values"], gates[0] - gates[1], atol=1e-3)
    assert "absent" in looking.difference_of_gates(run, "lite/joint", 1, 5)


def test_the_learners_losses_come_up_to_the_frame(run: Run, clip: Clip) -> None:
    losses = looking.detail(run, clip, "lite/llb", 1, 5, "tau", "mean")["losses"]
    assert losses == [{"frame": 0, "losses": [3.0, 1.0, 0.5]}, {"frame": 4, "losses": [3.0, 1.0, 0.5]}]
    assert len(looking.detail(run, clip, "lite/llb", 1, 3, "tau", "mean")["losses"]) == 1


def test_a_pixel_asks_the_memory_and_the_gates(run: Run, clip: Clip) -> None:
    trace = run.traces("lite/llb").read(5, 1)
    assert trace is not None
    y, x = trace.region.y0 + 45, trace.region.x0 + 70
    answer = looking.pixel(run, clip, "lite/llb", 1, 5, y, x)
    row, column = answer["cell"]
    height, width = trace.region.y1 - trace.region.y0, trace.region.x1 - trace.region.x0
    assert (row, column) == (45 * 6 // height, 70 * 10 // width)
    assert [item["frame"] for item in answer["memory"]] == [0, 4]
    assert sum(item["part"] for item in answer["memory"]) == pytest.approx(1)
    gates = answer["gates"]["gate_transduced"]
    assert len(gates) == FRAMES
    assert gates[0] is None
    expected = feature(run, "gate_transduced")[:, row, column].astype(np.float32).mean()
    assert gates[5] == pytest.approx(float(expected), abs=1e-3)


def test_a_pixel_outside_the_region_asks_nothing(run: Run, clip: Clip) -> None:
    answer = looking.pixel(run, clip, "lite/llb", 1, 5, 119, 159)
    assert answer["cell"] is None
    assert answer["memory"] == []


def test_stored_keys_give_the_engines_attention(tmp_path: Path, clip: Clip) -> None:
    from llb.inference import VideoSegmenter

    given = clip.truth(0)
    assert given is not None
    pixel = (60, 40)
    run = Run(tmp_path / "run-1", clip.folder, (1,), (VariantRecord("lite/llb", "LLB"),)).save()
    segmenter = VideoSegmenter(real_model("lite/llb"))
    request = TraceRequest(pixel=pixel, keys=True)
    results = [segmenter.start(clip.frame(0), {1: given == 1}, request)]
    results += [segmenter.step(clip.frame(index), request) for index in range(1, 6)]
    for result in results:
        run.save_labels("lite/llb", result.index, result.labels)
        run.traces("lite/llb").write(result.index, result.traces, result.index - 1 if result.index else None)
    trace, keys = run.traces("lite/llb").read(5, 1), run.traces("lite/llb").memory_keys(4, 1)
    expected = results[5].traces[0].attention
    assert trace is not None
    assert keys is not None
    assert expected is not None
    assert trace.keys_frame == 4
    region = trace.region
    cell = (
        (pixel[0] - region.y0) * 15 // (region.y1 - region.y0),
        (pixel[1] - region.x0) * 26 // (region.x1 - region.x0),
    )
    found = looking.attention(trace.features["query"], keys, cell)
    np.testing.assert_allclose(found, expected, atol=0.01 * float(expected.max()))


@pytest.fixture
def reads(tmp_path: Path, run: Run) -> tuple[Reads, dict[str, Any]]:
    """Return the server function's holder, and the start of a good question of a visitor who owns the run."""
    sessions = SessionStore(tmp_path / "sessions")
    session = sessions.create()
    (session.folder / "run-1").symlink_to(run.folder)
    showcase = Showcase(tmp_path, FakeModels(), fake_shelf(tmp_path))
    place = {"name": "lite/llb", "target": 1, "index": 5, "how": "mean", "key": "value", "y": 50, "x": 50, "start": 0}
    return Reads(sessions, showcase), {"token": session.token, "run": "run-1", **place}


def test_every_question_is_answered(reads: tuple[Reads, dict[str, Any]]) -> None:
    holder, question = reads
    for what in ("figures", "diagram", "detail", "gate_difference", "filmstrip", "pixel"):
        assert "error" not in holder.read({**question, "what": what}), what
    assert len(holder.read({**question, "what": "figures", "start": 3})["figures"]) == FRAMES - 3


def test_a_video_is_written_when_it_is_asked_for(reads: tuple[Reads, dict[str, Any]]) -> None:
    holder, question = reads
    path = holder.read({**question, "what": "video"})["path"]
    assert probe(path).codec == "h264"
    assert probe(path).frames == FRAMES


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"token": "x" * 43}, "reload the page"),
        ({"token": None}, "reload the page"),
        ({"run": "../../run-1"}, "run it again"),
        ({"run": SHOWCASE}, "run it again"),
        ({"name": "../lite/llb"}, "no such model"),
        ({"target": 9}, "no object 9"),
        ({"index": -1}, "frames 0 to"),
        ({"index": FRAMES}, "frames 0 to"),
        ({"index": "many"}, "invalid literal"),
        ({"key": "tail"}, "no part"),
        ({"how": "32"}, "no channel"),
        ({"what": "delete"}, "incomplete"),
    ],
)
def test_a_bad_question_gets_a_sentence(
    reads: tuple[Reads, dict[str, Any]], changed: dict[str, Any], sentence: str
) -> None:
    holder, question = reads
    assert sentence in holder.read({"what": "detail", **question, **changed})["error"]


def test_another_visitor_cannot_ask_about_the_run(reads: tuple[Reads, dict[str, Any]]) -> None:
    holder, question = reads
    stranger = holder.sessions.create()
    assert "error" in holder.read({**question, "what": "diagram", "token": stranger.token})


def test_the_inside_of_a_long_clip_is_kept_now_and_then(clip: Clip, tmp_path: Path) -> None:
    name = "lite/llb"
    run = Run(tmp_path / "run-1", clip.folder, (1,), (VariantRecord(name, "LLB"),), trace_stride=3)
    given = clip.truth(0)
    assert given is not None
    run.save_marked_masks({0: given})
    for step in compare(run, clip, lambda: {name: FakeSegmenter(name)}, lambda: False):
        run = step.run
    whole = [index for index in range(FRAMES) if (t := run.traces(name).read(index, 1)) and t.features]
    regions = [index for index in range(FRAMES) if run.traces(name).read(index, 1)]
    assert whole == [0, 3, 6]
    assert regions == [0, 2, 3, 4, 6]  # the stand-in's memory takes every second frame
    assert looking.diagram(run, clip, name, 1, 5, "pca")["index"] == 3
    shown = looking.pixel(run, clip, name, 1, 5, 60, 60)
    assert [item["frame"] for item in shown["memory"]] == [0, 0]
    gates = shown["gates"]["gate_transduced"]
    assert len(gates) == FRAMES
    assert gates[3] == gates[4] == gates[5] != gates[6]
