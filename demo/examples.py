"""Example clips, drawn by this program, so that their masks are exact and nobody's rights are touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from demo.scenes import balloons, beach_ball, koi
from demo.scenes.canvas import Shot
from llb.palette import write_labels
from llb.video_io import write_video

FPS = 24.0


@dataclass(frozen=True)
class Example:
    """An example's short name, its title, what makes it hard in one sentence, and what draws it."""

    name: str
    title: str
    description: str
    frames: Callable[[], Iterator[Shot]]


@dataclass(frozen=True)
class RenderedExample:
    """The frames (RGB), the exact object ids of each, and the frame rate."""

    frames: UInt8[np.ndarray, "time height width 3"]
    labels: UInt8[np.ndarray, "time height width"]
    fps: float


EXAMPLES: dict[str, Example] = {
    example.name: example
    for example in (
        Example(
            "beach-ball",
            "Beach ball",
            "One object whose looks change: it turns new colours to the camera and bounces from sun into shade.",
            beach_ball.frames,
        ),
        Example(
            "koi",
            "Koi pond",
            "A look-alike: a second fish of the same colours swims right across the marked one.",
            koi.frames,
        ),
        Example(
            "balloons",
            "Two balloons",
            "Two objects: the red balloon grows to twice its size and more, and hides the other almost completely.",
            balloons.frames,
        ),
    )
}


def render(name: str) -> RenderedExample:
    """Draw an example: the same pixels at every call. Raise ValueError for an unknown name."""
    if name not in EXAMPLES:
        raise ValueError(f"There is no example {name!r}: choose one of {', '.join(EXAMPLES)}.")
    frames, labels = zip(*EXAMPLES[name].frames(), strict=True)
    return RenderedExample(np.stack(frames), np.stack(labels), FPS)


def write_example(name: str, folder: str | Path) -> None:
    """Write ``clip.mp4`` and ``masks/00000.png`` on into the folder, which is made if need be."""
    example, masks = render(name), Path(folder) / "masks"
    masks.mkdir(parents=True, exist_ok=True)
    write_video(masks.parent / "clip.mp4", example.frames, example.fps)
    for index, labels in enumerate(example.labels):
        write_labels(masks / f"{index:05d}.png", labels)
