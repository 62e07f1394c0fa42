"""What the results of each example show: a frame, a place in it and sentences about it, whoever wins.

A sentence's figures are taken from the run on show, and it is told only where each lies in its range: so it is never
told of results that it is not true of. ``tests/demo/page/test_story.py`` holds that all are true of what is shipped.
"""

from __future__ import annotations

from dataclasses import dataclass

LLB, JOINT = "lite/llb", "lite/joint"


@dataclass(frozen=True)
class Figure:
    """A figure of a sentence, and the range in which the sentence is true.

    Attributes:
        entry: the model's name.
        low: least value.
        high: largest value.
        measure: ``j`` (region similarity) or ``area`` (pixels marked).
        frame: another one than the story's; None is the story's.
        whole_clip: whether it is the mean over the clip instead.
        target: the object.
    """

    entry: str
    low: float
    high: float
    measure: str = "j"
    frame: int | None = None
    whole_clip: bool = False
    target: int = 1


@dataclass(frozen=True)
class Sentence:
    """A text with a ``{}`` for each of its figures."""

    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Story:
    """A frame to open at, a pixel (x, y) to point at, and sentences; without the first one nothing is told."""

    frame: int
    place: tuple[int, int]
    sentences: tuple[Sentence, ...]


STORIES: dict[str, Story] = {
    "bee": Story(
        42,
        (350, 112),
        (
            Sentence(
                "In the last dash motion blur wipes out what the bee looks like: JOINT loses it (J {}), LLB keeps a "
                "part of it (J {}). Two frames later both have it again (J {} and {}).",
                (
                    Figure(JOINT, 0, 0.05),
                    Figure(LLB, 0.15, 0.5),
                    Figure(JOINT, 0.6, 1, frame=44),
                    Figure(LLB, 0.6, 1, frame=44),
                ),
            ),
            Sentence(
                "LLB-2, which like JOINT reads the bare mask with a CNN, loses it too (J {}); LLB-1, LLB-3 and LLB-4 "
                "keep a part (J {}, {}, {}). Here a richer label helps, and gates alone do not.",
                (
                    Figure("lite/llb-2", 0, 0.05),
                    Figure("lite/llb-1", 0.15, 0.5),
                    Figure("lite/llb-3", 0.15, 0.5),
                    Figure("lite/llb-4", 0.15, 0.5),
                ),
            ),
        ),
    ),
    "train": Story(
        44,
        (545, 205),
        (
            Sentence(
                "The engine is out of the tunnel, and no model has it: J {} with LLB, {} with JOINT. Each searches "
                "only around the place where it last saw the object. Meanwhile LLB marks {} pixels of empty track as "
                "the wagon, JOINT {}.",
                (
                    Figure(LLB, 0, 0.02),
                    Figure(JOINT, 0, 0.02),
                    Figure(LLB, 400, 1000, measure="area", target=2),
                    Figure(JOINT, 200, 399, measure="area", target=2),
                ),
            ),
        ),
    ),
    "ducks": Story(
        43,
        (540, 235),
        (
            Sentence(
                "Both models mark the second duck as well (J {} with LLB, {} with JOINT): it differs only in its "
                "scarf, and they match appearance, with no notion of \u201cone object\u201d. Nobody wins here.",
                (Figure(LLB, 0.3, 0.5), Figure(JOINT, 0.3, 0.5)),
            ),
        ),
    ),
    "parade": Story(
        30,
        (345, 165),
        (
            Sentence(
                "Between penguin and bus JOINT keeps little more than the robot\u2019s head (J {}), LLB its body too "
                "(J {}). Both have the robot whole again later (frame 44: J {} and {}): the memory still holds it from "
                "before.",
                (
                    Figure(JOINT, 0.3, 0.55),
                    Figure(LLB, 0.6, 0.85),
                    Figure(JOINT, 0.8, 1, frame=44),
                    Figure(LLB, 0.8, 1, frame=44),
                ),
            ),
        ),
    ),
    "teapot": Story(
        20,
        (150, 225),
        (
            Sentence(
                "In the shadow JOINT loses the lower part of the handle (J {}), LLB keeps it (J {}). Over the whole "
                "clip they are nearly level: mean J {} with LLB, {} with JOINT. The light changes slowly enough for "
                "the memory to follow.",
                (
                    Figure(JOINT, 0.84, 0.9),
                    Figure(LLB, 0.905, 0.95),
                    Figure(LLB, 0.92, 0.95, whole_clip=True),
                    Figure(JOINT, 0.91, 0.94, whole_clip=True),
                ),
            ),
        ),
    ),
    "biplane": Story(
        10,
        (240, 115),
        (
            Sentence(
                "JOINT wins here: while the plane is far away LLB also marks the sky between its wings (J {}), JOINT "
                "less of it (J {}). Near the camera LLB is ahead (frame 44: J {} against {}); over the clip JOINT is "
                "(mean J {} against {}).",
                (
                    Figure(LLB, 0.55, 0.7),
                    Figure(JOINT, 0.75, 0.9),
                    Figure(LLB, 0.68, 0.8, frame=44),
                    Figure(JOINT, 0.5, 0.66, frame=44),
                    Figure(JOINT, 0.74, 0.8, whole_clip=True),
                    Figure(LLB, 0.65, 0.735, whole_clip=True),
                ),
            ),
        ),
    ),
}
