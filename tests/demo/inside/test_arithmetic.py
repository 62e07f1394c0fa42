"""The numbers behind a clicked place, with the real lite models: each is the trace's, and they add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.inside.arithmetic import (
    ArithmeticAnswer,
    ArithmeticQuestion,
    FilterSumAnswer,
    MatchingSum,
    arithmetic,
    filter_sum,
)
from demo.inside.diagram import Absence
from demo.inside.learner import LearnerAnswer, LearnerQuestion, learner
from demo.inside.questions import PixelQuestion, Place
from demo.runs.compare import compare
from demo.runs.fit_replay import FitChanges
from demo.runs.fit_replays import FitReplays
from demo.runs.queue import RunQueue
from demo.runs.run import Run, VariantRecord
from demo.runs.trace_file import StoredTrace
from llb.inference.segmenter import VideoSegmenter
from tests.support.page_fakes import RealModels, fake_shelf, real_model

T = TypeVar("T")
NAMES = ("lite/llb", "lite/joint", "lite/llb-long")  # the last has crops of its own
FRAME = 5
KEPT = 0.003  # relative rounding of a sum of numbers in fp16


@dataclass(frozen=True)
class Looked:
    """A finished run of the real models, and who repeats its fits."""

    run: Run
    clip: Clip
    fits: FitReplays

    def trace(self, model: str) -> StoredTrace:
        trace = self.run.traces(model).read(FRAME, 1)
        assert trace is not None
        return trace

    def question(self, model: str, channel: int | None = None) -> ArithmeticQuestion:
        """Ask about the middle of the object."""
        ys, xs = np.nonzero(self.run.labels(model, FRAME) == 1)
        pixel = PixelQuestion(Place(model, 1, FRAME), int(ys.mean()), int(xs.mean()))
        return ArithmeticQuestion(pixel, channel)

    def learner(self, question: LearnerQuestion) -> LearnerAnswer | Absence:
        return patient(lambda: learner(self.run, self.clip, question, self.fits, "visitor"))

    def filter_sum(self, question: ArithmeticQuestion) -> FilterSumAnswer | Absence:
        return patient(lambda: filter_sum(self.run, question, self.fits, "visitor"))


def patient(ask: Callable[[], T | Absence]) -> T | Absence:
    """Ask until it is no longer at work, as the page does."""
    answer = ask()
    while isinstance(answer, Absence) and answer.kind == "waiting":
        answer = ask()
    return answer


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    root = tmp_path_factory.mktemp("looked")
    clip = fake_shelf(root).clip("disc")
    records = tuple(VariantRecord(name, name, precision="fp32") for name in NAMES)
    run = Run(root / "run-1", clip.folder, (1,), records).save()
    truth = clip.truth(0)
    assert truth is not None
    run.save_marked_masks({0: truth})
    models = {name: VideoSegmenter(real_model(name)) for name in NAMES}
    list(compare(run, clip, lambda: models, lambda: False))
    fits = FitReplays(RunQueue(), (RealModels(),))
    yield Looked(Run.open(run.folder), clip, fits)
    fits.queue.close()


def asked(looked: Looked, model: str, channel: int | None = None) -> ArithmeticAnswer:
    answer = arithmetic(looked.run, looked.question(model, channel))
    assert isinstance(answer, ArithmeticAnswer)
    return answer


@pytest.mark.parametrize("model", NAMES)
@pytest.mark.parametrize("channel", [None, 3])
def test_the_memorys_cells_add_up_to_the_traces_answer(looked: Looked, model: str, channel: int | None) -> None:
    answer, trace = asked(looked, model, channel), looked.trace(model)
    matching = answer.matching
    assert isinstance(matching, MatchingSum)
    row, column = answer.cell
    strongest = int(np.abs(trace.features["transduced"][:, row, column]).argmax())
    assert matching.channel == (strongest if channel is None else channel)
    answers = trace.features["transduced"][matching.channel]
    assert matching.answer == float(answers[row, column])
    scale = max(float(np.abs(answers).max()), 1e-6)
    assert matching.total == pytest.approx(matching.answer, abs=KEPT * scale)
    assert sum(cell.product for cell in matching.cells) + matching.others.product == pytest.approx(matching.total)
    assert matching.others.attention is not None
    assert sum(cell.attention for cell in matching.cells) + matching.others.attention == pytest.approx(1)
    query = trace.features["query"][:, row, column].astype(np.float64)
    keys = looked.run.traces(model).memory_keys(trace.keys_frame, 1)
    assert keys is not None
    for cell in matching.cells:
        slot = trace.memory_frames.index(cell.frame)
        assert cell.dot == pytest.approx(float(query @ keys[slot, :, cell.row, cell.column].astype(np.float64)))
        memory = looked.run.traces(model).read(cell.frame, 1)
        assert memory is not None
        assert cell.value == float(memory.features["value"][matching.channel, cell.row, cell.column])
        assert cell.product == pytest.approx(cell.attention * cell.value)
    dots = [cell.dot for cell in matching.cells]
    assert dots == sorted(dots, reverse=True)


@pytest.mark.parametrize("model", NAMES)
def test_both_answers_add_up_to_the_fused_feature(looked: Looked, model: str) -> None:
    answer, features = asked(looked, model), looked.trace(model).features
    row, column = answer.cell
    strongest = [int(np.abs(features[name][:, row, column]).argmax()) for name in ("transduced", "induced")]
    assert [fusion.channel for fusion in answer.fusions] == list(dict.fromkeys(strongest))
    assert [fusion.channel for fusion in asked(looked, model, 3).fusions] == [3]
    for fusion in answer.fusions:
        place = (fusion.channel, row, column)
        assert fusion.transduced == float(features["transduced"][place])
        assert fusion.induced == float(features["induced"][place])
        assert fusion.answer == float(features["fused"][place])
        assert (fusion.gate_transduced is None) == (model == "lite/joint")
        if fusion.gate_transduced is not None:
            assert fusion.gate_transduced == float(features["gate_transduced"][place])
            assert fusion.gate_induced == float(features["gate_induced"][place])
        assert fusion.total == pytest.approx(fusion.answer, rel=KEPT, abs=1e-5)


@pytest.mark.parametrize("model", NAMES)
def test_the_filters_products_add_up_to_the_traces_answer(looked: Looked, model: str) -> None:
    answer = looked.filter_sum(looked.question(model))
    assert isinstance(answer, FilterSumAnswer)
    features = looked.trace(model).features["induced"]
    assert answer.answer == float(features[(answer.channel, *answer.cell)])
    assert answer.total == pytest.approx(answer.answer, abs=0.01 * float(np.abs(features).max()))
    assert sum(map(sum, answer.grid)) == pytest.approx(answer.total)
    assert sum(term.product for term in answer.terms) + answer.others.product == pytest.approx(answer.total)
    assert answer.others.count == 9 * answer.features - 5
    assert all(term.product == pytest.approx(term.tau * term.x) for term in answer.terms)


def test_a_painted_frame_and_a_place_outside_have_no_numbers(looked: Looked) -> None:
    question = looked.question("lite/llb")
    painted = replace(question, pixel=replace(question.pixel, place=Place("lite/llb", 1, 0)))
    answer = arithmetic(looked.run, painted)
    assert isinstance(answer, Absence)
    assert answer.kind == "not_predicted"
    outside = replace(question, pixel=replace(question.pixel, y=-1))
    answer = arithmetic(looked.run, outside)
    assert isinstance(answer, Absence)
    assert "outside" in answer.sentence
    with pytest.raises(ValueError, match="choose 0 to 31"):
        asked(looked, "lite/llb", 32)


@pytest.mark.parametrize("model", NAMES)
def test_the_learner_shows_every_step(looked: Looked, model: str) -> None:
    answer = looked.learner(LearnerQuestion(Place(model, 1, FRAME)))
    assert isinstance(answer, LearnerAnswer)
    assert (answer.frame, answer.newest, answer.shown) == (4, 3, FRAME)
    assert len(answer.steps) == 4
    assert answer.steps[-1].iou == pytest.approx(1, abs=0.001)
    assert [step.loss for step in answer.steps] == pytest.approx(answer.losses, rel=1e-3)
    assert [sample.frame for sample in answer.samples] == [0, 3]
    pictures = [(step.tau, step.fitted, step.induced, step.mask) for step in answer.steps]
    assert all(each.startswith("data:image/png") for step in pictures for each in step)
    wire = answer.to_json()
    assert wire["steps"][0].keys() == {"loss", "misfit", "penalty", "tau", "fitted", "induced", "mask", "iou"}


def test_a_fit_that_was_found_is_not_computed_again(looked: Looked) -> None:
    question = LearnerQuestion(Place("lite/llb", 1, FRAME))
    looked.learner(question)
    looked.fits.queue.close()
    assert isinstance(looked.learner(question), LearnerAnswer)
    with pytest.raises(ValueError, match="being closed"):
        looked.learner(replace(question, changes=FitChanges(steps=5)))
