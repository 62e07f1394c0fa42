"""What the inside says of a pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.inside.answers import PixelAnswer
from demo.inside.pixel import attention_over_memory, pixel
from demo.inside.questions import PixelQuestion, Place
from demo.inside.recorded import Recorded
from demo.runs.run import Run, VariantRecord
from llb.inference import VideoSegmenter
from llb.inference.search_region import cell_of
from llb.types import TraceRequest
from tests.support.finished_runs import fakes, finished_run
from tests.support.page_fakes import FRAMES, fake_shelf, real_model

PLACE = Place("lite/llb", 1, 5)


def ask(run: Run, clip: Clip, question: PixelQuestion) -> PixelAnswer:
    answer = pixel(run, clip, question)
    assert isinstance(answer, PixelAnswer)
    return answer


def test_it_asks_the_memory_and_the_gates(run: Run, clip: Clip) -> None:
    trace = run.traces("lite/llb").read(5, 1)
    assert trace is not None
    question = PixelQuestion(PLACE, trace.region.y0 + 45, trace.region.x0 + 70)
    answer = ask(run, clip, question)
    height, width = trace.region.y1 - trace.region.y0, trace.region.x1 - trace.region.x0
    assert answer.cell == (45 * 6 // height, 70 * 10 // width)
    assert [item.frame for item in answer.memory] == [0, 4]
    assert sum(item.attention or 0 for item in answer.memory) == pytest.approx(1)
    gates = answer.gates.gate_transduced
    assert len(gates) == FRAMES
    assert gates[0] is None
    row, column = answer.cell
    expected = trace.features["gate_transduced"][:, row, column].astype(np.float32).mean()
    assert gates[5] == pytest.approx(float(expected), abs=1e-3)
    assert answer.src.startswith("data:image/jpeg")
    wire = answer.to_json()
    assert wire["cell"] == [row, column]
    assert wire["memory"][0].keys() == {"frame", "weight", "src", "part"}


def test_outside_the_region_it_asks_nothing(run: Run, clip: Clip) -> None:
    answer = ask(run, clip, PixelQuestion(PLACE, 119, 159))
    assert answer.cell is None
    assert answer.memory == ()


def test_of_a_long_clip_frames_that_are_not_stored_repeat_the_one_before(clip: Clip, tmp_path: Path) -> None:
    run = finished_run(tmp_path / "run-1", clip, fakes("lite/llb"), trace_stride=3)
    answer = ask(run, clip, PixelQuestion(PLACE, 60, 60))
    assert [item.frame for item in answer.memory] == [0, 0]
    gates = answer.gates.gate_transduced
    assert len(gates) == FRAMES
    assert gates[3] == gates[4] == gates[5] != gates[6]


def test_stored_keys_give_the_engines_attention(tmp_path: Path) -> None:
    clip = fake_shelf(tmp_path).clip("disc")
    truth = clip.truth(0)
    assert truth is not None
    place = (60, 40)
    run = Run(tmp_path / "run-1", clip.folder, (1,), (VariantRecord("lite/llb", "LLB", frames=6),)).save()
    segmenter = VideoSegmenter(real_model("lite/llb"))
    request = TraceRequest(pixel=place, keys=True)
    results = [segmenter.start(clip.frame(0), {1: truth == 1}, request)]
    results += [segmenter.step(clip.frame(index), request) for index in range(1, 6)]
    for result in results:
        run.traces("lite/llb").write(result.index, result.traces, result.index - 1 if result.index else None)
    recorded, expected = Recorded.find(run, PLACE), results[5].traces[0].attention
    assert isinstance(recorded, Recorded)
    assert expected is not None
    assert recorded.trace.keys_frame == 4
    cell = cell_of(place, recorded.trace.region, (15, 26))
    assert cell is not None
    found = attention_over_memory(recorded, cell)
    assert found is not None
    np.testing.assert_allclose(found, expected, atol=0.01 * float(expected.max()))
