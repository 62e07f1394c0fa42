"""What is told of an example is true of the results that are shipped, and the player opens where models differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import UInt8

from demo.clips.clip import Clip, save_clip
from demo.clips.examples import EXAMPLES, load
from demo.clips.hidden import hidden_frames
from demo.clips.stories import STORIES
from demo.page.story import most_different, tell, value_of
from demo.runs.frame_stats import FrameStats, ModelStats, ObjectStats
from demo.runs.ready_file import Column, ReadyFile
from demo.runs.ready_runs import GREETING
from demo.runs.run import Run
from llb.evaluation.metrics import region_similarity

FAMILY = ("lite/llb", "lite/joint", "lite/llb-1", "lite/llb-2", "lite/llb-3", "lite/llb-4")
TITLES = {"LLB", "JOINT", "LLB-1", "LLB-2", "LLB-3", "LLB-4"}


@cache
def loaded(name: str) -> UInt8[np.ndarray, "t h w"]:
    """Return the exact masks of an example."""
    return load(name).labels


def series_of(columns: Sequence[Column]) -> list[FrameStats]:
    return [FrameStats({c.entry: c.stats[index] for c in columns}) for index in range(len(columns[0].labels))]


def clip_of(name: str) -> Clip:
    return Clip(Path("anywhere") / name, EXAMPLES[name].title, 360, 640, (0.0,), has_truth=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_story_is_true_of_what_is_shipped(name: str) -> None:
    """Its figures are measured anew, from the shipped masks and the exact ones."""
    story, columns, truth = STORIES[name], ReadyFile.of(name).columns(FAMILY), loaded(name)
    masks = {column.entry: column.labels for column in columns}
    told = tell(clip_of(name), series_of(columns))
    assert told is not None
    expected = []
    for figure in (figure for sentence in story.sentences for figure in sentence.figures):
        at = story.frame if figure.frame is None else figure.frame
        frames = range(1, len(truth)) if figure.whole_clip else (at,)
        marked = [masks[figure.entry][index] == figure.target for index in frames]
        if figure.measure == "area":
            value = float(np.mean([mask.sum() for mask in marked]))
        else:
            exact = [truth[index] == figure.target for index in frames]
            value = float(np.mean([region_similarity(*pair) for pair in zip(marked, exact, strict=True)]))
        assert figure.low <= value <= figure.high, figure
        expected.append(f"{value:,.0f}" if figure.measure == "area" else f"{value:.2f}")
    assert re.findall(r"(?<![\w-])\d+\.\d\d|\d+(?= pixels)|(?<=JOINT )\d+(?=\.)", told.text) == expected


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_story_has_its_greeting_models_its_place_and_names_that_panes_have(name: str) -> None:
    story = STORIES[name]
    assert {figure.entry for figure in story.sentences[0].figures} == set(GREETING)
    assert all(story.frame in column.traces for column in ReadyFile.of(name).columns(GREETING))  # its inside is there
    height, width = loaded(name).shape[1:]
    assert 0 <= story.place[0] < width
    assert 0 <= story.place[1] < height
    named = set(re.findall(r"\b(?:JOINT|LLB(?:-\d)?)(?![\w-])", EXAMPLES[name].description))
    assert named <= TITLES
    assert "lite/" not in EXAMPLES[name].description + "".join(s.text for s in story.sentences)


def test_nothing_is_told_of_other_results_models_or_clips() -> None:
    series = series_of(ReadyFile.of("bee").columns(GREETING))
    clip = clip_of("bee")
    told = tell(clip, series)
    assert told is not None
    assert "LLB-2" not in told.text  # which is not on show
    assert tell(replace(clip, has_truth=False), series) is None
    assert tell(clip, series[:20]) is None
    alone = [FrameStats({"lite/llb": stats.models["lite/llb"]}) for stats in series]
    assert tell(clip, alone) is None
    found = series[42].of("lite/joint", 1)
    better = ModelStats(objects={1: replace(found, j=0.9)})
    series[42] = FrameStats({**series[42].models, "lite/joint": better})
    assert tell(clip, series) is None
    assert value_of(STORIES["bee"].sentences[0].figures[1], STORIES["bee"], series) == 0.9


def test_a_run_opens_where_the_models_differ_most(tmp_path: Path) -> None:
    def frame(*agreements: float | None) -> FrameStats:
        return FrameStats(
            {str(n): ModelStats(objects={1: ObjectStats(agreement=found)}) for n, found in enumerate(agreements)}
        )

    run = Run(tmp_path, tmp_path, (1,), ())
    assert most_different(run, [frame(1, 1), frame(0.5, 0.7), frame(0.9, 0.2), frame(0.8, 0.8)]) == 2
    assert most_different(run, [frame(None), frame(None)]) == 0
    assert most_different(run, []) == 0


def test_frames_where_an_object_is_out_of_sight_are_known(tmp_path: Path) -> None:
    labels = np.zeros((4, 6, 8), np.uint8)
    labels[:2, 1:3, 1:3] = 1
    labels[3, 1:3, 1:3] = 2
    frames = ((float(index), np.zeros((6, 8, 3), np.uint8)) for index in range(4))
    clip = save_clip(tmp_path / "clip", "two", frames, labels)
    assert hidden_frames(clip) == {1: (2, 3), 2: (0, 1, 2)}
    assert hidden_frames(replace(clip, has_truth=False)) == {}
