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
                "In the last dash motion blur wipes out wings and stripes, and both models keep only the middle of the "
                "bee: J {} with LLB, {} with JOINT. Two frames later both have it whole again (J {} and {}): the "
                "memory still holds it sharp.",
                (
                    Figure(LLB, 0.3, 0.5),
                    Figure(JOINT, 0.25, 0.45),
                    Figure(LLB, 0.7, 1, frame=44),
                    Figure(JOINT, 0.7, 1, frame=44),
                ),
            ),
            Sentence(
                "The other designs do alike (LLB-1 to LLB-4: J {}, {}, {}, {}). Where every design finds the object, "
                "what the labels are made of matters little.",
                tuple(Figure(f"lite/llb-{number}", 0.25, 0.5) for number in (1, 2, 3, 4)),
            ),
        ),
    ),
    "train": Story(
        44,
        (545, 205),
        (
            Sentence(
                "Engine and wagon are out of the tunnel, and no model has them: J {} and {} with LLB, {} and {} with "
                "JOINT. Each searches only around the place where it last saw the object, and there LLB takes {} "
                "pixels of empty track for the engine, JOINT {}.",
                (
                    Figure(LLB, 0, 0.02),
                    Figure(LLB, 0, 0.02, target=2),
                    Figure(JOINT, 0, 0.02),
                    Figure(JOINT, 0, 0.02, target=2),
                    Figure(LLB, 100, 500, measure="area"),
                    Figure(JOINT, 100, 500, measure="area"),
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
                "Between penguin and bus both models keep the robot\u2019s head and lose parts of its body (J {} with "
                "LLB, {} with JOINT). Later both have it whole again (frame 44: J {} and {}): the memory still holds "
                "it from before.",
                (
                    Figure(LLB, 0.7, 0.85),
                    Figure(JOINT, 0.65, 0.8),
                    Figure(LLB, 0.88, 1, frame=44),
                    Figure(JOINT, 0.86, 1, frame=44),
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
                "clip LLB is ahead as well: mean J {} against {}. The light changes slowly enough for the memory to "
                "follow.",
                (
                    Figure(JOINT, 0.84, 0.9),
                    Figure(LLB, 0.905, 0.95),
                    Figure(LLB, 0.93, 0.96, whole_clip=True),
                    Figure(JOINT, 0.89, 0.925, whole_clip=True),
                ),
            ),
            Sentence(
                "LLB-4 keeps the handle too (J {}), and at the end it drops a part of the teapot (frame 47: J {}, LLB "
                "{}).",
                (
                    Figure("lite/llb-4", 0.905, 0.96),
                    Figure("lite/llb-4", 0.6, 0.85, frame=47),
                    Figure(LLB, 0.94, 1, frame=47),
                ),
            ),
        ),
    ),
    "biplane": Story(
        24,
        (395, 205),
        (
            Sentence(
                "Both models take strips of blue sea between the clouds for the plane (J {} with LLB, {} with JOINT): "
                "its blue parts look alike, and the shapes are smaller than what a place of the features covers.",
                (Figure(LLB, 0.5, 0.65), Figure(JOINT, 0.35, 0.5)),
            ),
            Sentence(
                "LLB-1 takes more and more of the sea (frame 44: J {}; over the clip {}), while LLB has a mean J of {} "
                "and LLB-4 of {}. The design that does well elsewhere is the worst here.",
                (
                    Figure("lite/llb-1", 0.1, 0.4, frame=44),
                    Figure("lite/llb-1", 0.4, 0.55, whole_clip=True),
                    Figure(LLB, 0.65, 0.72, whole_clip=True),
                    Figure("lite/llb-4", 0.7, 0.78, whole_clip=True),
                ),
            ),
        ),
    ),
}
