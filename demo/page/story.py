"""What is told of a finished run, and the frame at which it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demo.clips.clip import Clip
from demo.clips.stories import STORIES, Figure, Sentence, Story
from demo.runs.frame_stats import FrameStats
from demo.runs.run import Run

NO_BREAK = "\u00a0"  # a space at which no line ends
WORDS = {"j": "{:.2f}", "area": "{:,.0f}"}  # how a figure is written, by what it measures


@dataclass(frozen=True)
class ToldStory:
    """What the player says of a frame, and the pixel (x, y) that it points at."""

    frame: int
    text: str
    place: tuple[int, int]


def tell(clip: Clip, series: Sequence[FrameStats]) -> ToldStory | None:
    """Return the story of an example as far as it is true of a run's statistics; None if it is not, or of other clips.

    An example is known by its folder's name and its exact masks, which an uploaded clip does not have.
    """
    story = STORIES.get(clip.folder.name) if clip.has_truth else None
    if story is None or story.frame >= len(series):
        return None
    told = [_filled(sentence, story, series) for sentence in story.sentences]
    if told[0] is None:
        return None
    return ToldStory(story.frame, " ".join(filter(None, told)), story.place)


def most_different(run: Run, series: Sequence[FrameStats]) -> int:
    """Return the frame where the models differ most (1 - mean IoU, over objects and models); 0 with one model."""

    def disagreement(stats: FrameStats) -> float:
        found = [stats.of(name, target).agreement for name in stats.models for target in run.objects]
        known = [value for value in found if value is not None]
        return 1 - float(np.mean(known)) if known else 0.0

    return int(np.argmax([disagreement(stats) for stats in series])) if series else 0


def value_of(figure: Figure, story: Story, series: Sequence[FrameStats]) -> float | None:
    """Look a figure up in the statistics of a run; None if the run does not have it."""
    at = story.frame if figure.frame is None else figure.frame
    frames = series if figure.whole_clip else series[at : at + 1]
    found = [
        getattr(stats.of(figure.entry, figure.target), figure.measure)
        for stats in frames
        if figure.entry in stats.models
    ]
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None


def _filled(sentence: Sentence, story: Story, series: Sequence[FrameStats]) -> str | None:
    """Return a sentence with the run's figures; None if one of them is missing or out of its range."""
    words = []
    for figure in sentence.figures:
        value = value_of(figure, story, series)
        if value is None or not figure.low <= value <= figure.high:
            return None
        words.append(WORDS[figure.measure].format(value))
    return sentence.text.replace("J {", f"J{NO_BREAK}{{").format(*words)
