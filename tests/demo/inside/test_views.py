"""What the page shows of the inside is what the run stored."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.inside import pictures, views
from demo.inside.answers import DetailAnswer, DiagramAnswer, Fits, Picture
from demo.inside.box_painter import overlay_of
from demo.inside.diagram import BOXES, CONTRIBUTIONS, NO_INSIDE, Absence, AbsentKind
from demo.inside.let_through import contribution, share_let_through
from demo.inside.pca_colours import colours_of
from demo.inside.pixel import pixel
from demo.inside.questions import DetailQuestion, DiagramQuestion, Looks, PixelQuestion, Place
from demo.inside.survey import Survey
from demo.runs.compare import compare
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.screen_colours import object_colour
from tests.support.finished_runs import fakes, finished_run
from tests.support.page_fakes import FRAMES, BareSegmenter

LLB, JOINT = (Place(name, 1, 5) for name in ("lite/llb", "lite/joint"))
FIRST = Place("lite/llb", 1, 0)
COMPUTED = {f"{kind}{branch}" for kind in ("", "gate_", "contribution_") for branch in ("transduced", "induced")} | {
    "fused"
}


def decode(source: str) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(source.split(",", 1)[1]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def feature(run: Run, name: str, place: Place = LLB) -> np.ndarray:
    trace = run.traces(place.model).read(place.frame, place.target)
    assert trace is not None
    return trace.features[name]


def absences(run: Run, clip: Clip, place: Place) -> dict[str, AbsentKind]:
    boxes = diagram(run, clip, DiagramQuestion(place, Looks("mean"))).boxes
    assert boxes.keys() == BOXES.keys()
    return {key: box.content.kind for key, box in boxes.items() if isinstance(box.content, Absence)}


def diagram(run: Run, clip: Clip, question: DiagramQuestion) -> DiagramAnswer:
    answer = views.diagram(run, clip, question)
    assert isinstance(answer, DiagramAnswer)
    return answer


def picture(answer: DetailAnswer) -> Picture:
    assert isinstance(answer.answer.content, Picture)
    return answer.answer.content


def test_the_diagram_has_every_box_and_says_why_one_is_empty(run: Run, clip: Clip) -> None:
    assert absences(run, clip, LLB) == {}
    assert absences(run, clip, JOINT) == {"gate_transduced": "plain_sum", "gate_induced": "plain_sum"}
    assert absences(run, clip, FIRST) == dict.fromkeys(COMPUTED, "not_predicted")


def test_the_reason_travels_as_a_sentence_and_as_a_kind(run: Run, clip: Clip) -> None:
    box = diagram(run, clip, DiagramQuestion(JOINT)).to_json()["boxes"]["gate_induced"]
    assert (box["absent_kind"], box["formula"]) == ("plain_sum", "γ2 = 1 (no gate)")
    assert "All is let through" in box["absent"]
    detail = views.detail(run, clip, DetailQuestion(FIRST, "fused")).to_json()
    assert detail["absent_kind"] == "not_predicted"
    assert {"src", "values", "shape"}.isdisjoint(detail)


def test_a_gate_is_shown_as_what_it_lets_through(run: Run, clip: Clip) -> None:
    answer = views.detail(run, clip, DetailQuestion(LLB, "gate_transduced")).to_json()
    share = share_let_through(feature(run, "transduced"), feature(run, "gate_transduced"))
    assert (answer["low"], answer["high"]) == (0, 1)
    np.testing.assert_allclose(answer["values"], share, atol=1e-4)
    assert (decode(answer["src"]) == pictures.sequential(share, 0, 1)).all()
    assert answer["shape"] == "32 × 6 × 10"
    assert answer["channels"] == 32
    assert answer["stats"]["max"] == pytest.approx(float(feature(run, "gate_transduced").max()), abs=1e-3)
    small = diagram(run, clip, DiagramQuestion(LLB)).to_json()["boxes"]["gate_transduced"]
    assert small["means"] == answer["means"]
    assert "values" not in small


def test_the_two_numbers_of_a_gate_are_means_on_and_beside_the_object(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run-1", clip, fakes("lite/llb"))
    path, mask = run.traces("lite/llb").path(5), np.zeros((96, 160), np.uint8)
    mask[:48, :80] = 255
    with np.load(path) as arrays:
        np.savez(path, **{**arrays, "1.mask": mask})
    share = share_let_through(feature(run, "induced"), feature(run, "gate_induced"))
    answer = views.detail(run, clip, DetailQuestion(LLB, "gate_induced")).to_json()
    beside = np.ones((6, 10), bool)
    beside[:3, :5] = False
    assert answer["means"] == {
        "object": pytest.approx(share[:3, :5].mean()),
        "beside": pytest.approx(share[beside].mean()),
    }


def test_the_scale_of_this_clip_is_the_range_of_both_gates(run: Run, clip: Clip) -> None:
    looks, shares = Looks(clip_scale=True), Survey.of(run, "lite/llb", 1).shares
    boxes = diagram(run, clip, DiagramQuestion(LLB, looks)).to_json()["boxes"]
    for gate in ("gate_transduced", "gate_induced"):
        assert (boxes[gate]["low"], boxes[gate]["high"]) == shares
    share = share_let_through(feature(run, "transduced"), feature(run, "gate_transduced"))
    assert (decode(boxes["gate_transduced"]["src"]) == pictures.sequential(share, *shares)).all()


def test_what_both_branches_add_is_on_one_scale(run: Run, clip: Clip) -> None:
    maps = [contribution(feature(run, name), feature(run, f"gate_{name}")) for name in ("transduced", "induced")]
    boxes = diagram(run, clip, DiagramQuestion(LLB)).to_json()["boxes"]
    most = max(values.max() for values in maps)
    for values, key in zip(maps, CONTRIBUTIONS, strict=True):
        assert (decode(boxes[key]["src"]) == pictures.sequential(values, 0, most)).all()
        assert (boxes[key]["low"], boxes[key]["high"]) == (0, pytest.approx(most))
    plain = views.detail(run, clip, DetailQuestion(JOINT, "contribution_induced"))
    assert plain.gates is not None
    assert (plain.gates.gate, plain.gates.channels) == (None, ())
    expected = np.abs(feature(run, "induced", JOINT).astype(np.float32)).sum(0)
    np.testing.assert_allclose(picture(plain).values, expected, atol=1e-3)


def test_a_gates_channels_are_sorted_by_their_spread(run: Run, clip: Clip) -> None:
    gates = views.detail(run, clip, DetailQuestion(LLB, "gate_induced")).gates
    assert gates is not None
    values = feature(run, "gate_induced").astype(np.float32)
    spreads = values.std((1, 2))
    assert [channel.channel for channel in gates.channels] == np.argsort(-spreads)[: views.MOST_CHANNELS].tolist()
    first = gates.channels[0]
    assert first.spread == pytest.approx(spreads.max())
    assert (decode(first.picture.src) == pictures.sequential(values[first.channel], 0, 1)).all()
    assert gates.gate is not None
    np.testing.assert_allclose(gates.gate.values, values.mean(0), atol=1e-4)


def test_the_weight_is_shown_by_its_size(run: Run, clip: Clip) -> None:
    size = np.abs(feature(run, "weight").astype(np.float32))
    answer = views.detail(run, clip, DetailQuestion(LLB, "weight")).to_json()
    np.testing.assert_allclose(answer["values"], size.mean(0), atol=1e-4)
    assert answer["stats"]["min"] == pytest.approx(size.min())
    channel = views.detail(run, clip, DetailQuestion(LLB, "weight", Looks("3"))).to_json()
    np.testing.assert_allclose(channel["values"], size[3], atol=1e-4)


@pytest.mark.parametrize(("past", "shown"), [(None, 4), (0, 0), (4, 4), (5, 5), (3, 4)])
def test_labels_are_those_of_a_frame_in_the_memory(run: Run, clip: Clip, past: int | None, shown: int) -> None:
    answer = diagram(run, clip, DiagramQuestion(LLB, past=past)).to_json()
    assert (answer["index"], answer["past"]) == (5, shown)
    colours = colours_of(run)
    assert colours is not None
    stored = feature(run, "value", replace(LLB, frame=shown))
    assert (decode(answer["boxes"]["value"]["src"]) == colours.paint("lite/llb", "value", stored)).all()
    current = feature(run, "fused")
    assert (decode(answer["boxes"]["fused"]["src"]) == colours.paint("lite/llb", "fused", current)).all()


def test_a_painted_frame_shows_its_own_labels(run: Run, clip: Clip) -> None:
    answer = diagram(run, clip, DiagramQuestion(FIRST))
    assert (answer.past, answer.joins, answer.interval) == (0, True, run.settings.interval)


def test_a_channel_and_the_pca_are_what_they_say(run: Run, clip: Clip) -> None:
    channel = picture(views.detail(run, clip, DetailQuestion(LLB, "value", Looks("7"))))
    np.testing.assert_allclose(np.array(channel.values), feature(run, "value")[7], atol=1e-3)
    assert channel.caption == "channel 7"
    painted = picture(views.detail(run, clip, DetailQuestion(LLB, "value")))
    colours = colours_of(run)
    assert colours is not None
    assert (decode(painted.src) == colours.paint("lite/llb", "value", feature(run, "value"))).all()
    assert (painted.caption, painted.bar) == ("PCA", None)


def test_a_box_or_channel_that_is_not_there_is_refused(run: Run, clip: Clip) -> None:
    with pytest.raises(ValueError, match="no part 'tail'"):
        views.detail(run, clip, DetailQuestion(LLB, "tail"))
    with pytest.raises(ValueError, match="no channel 32"):
        views.detail(run, clip, DetailQuestion(LLB, "value", Looks("32")))


def test_the_learners_losses_come_up_to_the_frame(run: Run, clip: Clip) -> None:
    losses = views.detail(run, clip, DetailQuestion(LLB, "tau")).to_json()["losses"]
    assert losses == [{"frame": 0, "losses": [3.0, 1.0, 0.5]}, {"frame": 4, "losses": [3.0, 1.0, 0.5]}]
    small = diagram(run, clip, DiagramQuestion(LLB)).boxes["tau"].content
    assert isinstance(small, Fits)
    assert [fit.frame for fit in small.fits] == [4]
    assert len(views.detail(run, clip, DetailQuestion(Place("lite/llb", 1, 3), "tau")).to_json()["losses"]) == 1


def test_the_filmstrip_has_the_memorys_frames_and_weights(run: Run, clip: Clip) -> None:
    strip = views.filmstrip(run, clip, LLB).to_json()["memory"]
    assert [(item["frame"], item["weight"]) for item in strip] == [(0, 0.75), (4, 0.25)]
    assert all(decode(item["src"]).shape[1] == views.FILMSTRIP for item in strip)


def test_of_a_long_clip_the_last_stored_frame_is_shown(clip: Clip, tmp_path: Path) -> None:
    run = finished_run(tmp_path / "run-1", clip, fakes("lite/llb"), trace_stride=3)
    traces = run.traces("lite/llb")
    found = {index: traces.read(index, 1) for index in range(FRAMES)}
    assert [index for index, trace in found.items() if trace and trace.features] == [0, 3, 6]
    assert [index for index, trace in found.items() if trace] == [0, 2, 3, 4, 6]  # the memory takes every second frame
    answer = diagram(run, clip, DiagramQuestion(LLB)).to_json()
    assert answer["index"] == 3


@pytest.fixture
def mixed(tmp_path: Path, clip: Clip) -> Run:
    """A run of a model of the family beside one without an inside."""
    return finished_run(tmp_path / "mixed", clip, {"other/flow": BareSegmenter("flow"), **fakes("lite/llb")})


def test_a_model_without_an_inside_is_answered_in_kind(mixed: Run, clip: Clip) -> None:
    flow = Place("other/flow", 1, 5)
    answers = [
        views.diagram(mixed, clip, DiagramQuestion(flow)),
        views.detail(mixed, clip, DetailQuestion(flow, "value")),
        views.channels(mixed, flow),
        views.filmstrip(mixed, clip, flow),
        pixel(mixed, clip, PixelQuestion(flow, 60, 60)),
    ]
    assert [answer.to_json()["absent_kind"] for answer in answers] == ["no_inside"] * 5
    with pytest.raises(ValueError, match="no object 9"):
        views.diagram(mixed, clip, DiagramQuestion(replace(flow, target=9)))


def test_the_model_beside_it_keeps_its_inside_and_colours(mixed: Run, clip: Clip) -> None:
    assert absences(mixed, clip, LLB) == {}
    assert picture(views.detail(mixed, clip, DetailQuestion(LLB, "value"))).caption == "PCA"
    stats = mixed.frame_stats()[5]
    assert stats.of("other/flow", 1).agreement == 1.0
    assert stats.of("other/flow", 1).cosine is None
    assert stats.of("lite/llb", 1).cosine is not None


def test_a_run_in_which_no_model_has_an_inside_works(tmp_path: Path, clip: Clip) -> None:
    run = finished_run(tmp_path / "run-1", clip, {"other/flow": BareSegmenter("flow")})
    assert (run.state, run.frames) == ("done", FRAMES)
    assert colours_of(run) is None
    assert views.diagram(run, clip, DiagramQuestion(Place("other/flow", 1, 2))) is NO_INSIDE


def test_a_feature_that_the_colours_do_not_know_is_shown_as_numbers(tmp_path: Path, clip: Clip) -> None:
    only_first = finished_run(tmp_path / "run-1", clip, fakes("lite/llb"))
    for path in only_first.traces("lite/llb").files()[1:]:
        path.unlink()
    assert colours_of(only_first) is not None
    marked = only_first.marked_masks()
    repaired = only_first.begin_repair(tmp_path / "run-2", marked, Repair(0))
    list(compare(repaired, clip, lambda: fakes("lite/llb"), lambda: False))
    repaired = Run.open(repaired.folder)
    assert picture(views.detail(repaired, clip, DetailQuestion(LLB, "value"))).caption == "PCA"
    assert picture(views.detail(repaired, clip, DetailQuestion(LLB, "fused"))).caption == "mean over 32 channels"


def test_a_mask_has_its_objects_colour_of_the_screen(run: Run, clip: Clip) -> None:
    drawn = overlay_of(clip.frame(LLB.frame), run, LLB, opacity=1.0)
    painted = (drawn[run.labels(LLB.model, LLB.frame) == LLB.target] == object_colour(LLB.target)).all(axis=-1)
    assert painted.mean() > 0.5  # the rest is its outline
