"""Measure how far J&F moves under noise that nobody sees, in fp32 and in bf16: a smaller difference says nothing.

Run as `python -m scripts.noise_floor ../shared/data/davis16`. Every channel of every pixel of every frame goes up or
down by one of 255 grey levels or stays, each with a probability of one third. The results are kept, one by one, in
weights/results/noise_floor.json, and a run goes on where an earlier one stopped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from llb.checkpoint import load_model
from llb.config import Precision
from llb.evaluation.evaluate import evaluate
from llb.io.video_reader import Frame, read_frames
from llb.weight_files import WEIGHTS

MODELS = ("lite/llb", "lite/joint")
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")
SEEDS = (None, 0, 1, 2)  # None: the frames as they are
RESULTS = WEIGHTS / "results" / "noise_floor.json"


def measure(data: Path, file: Path = RESULTS) -> list[dict[str, Any]]:
    """Evaluate every model in both precisions on the frames as they are and on noisy ones; return what `file` holds."""
    found: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    done = {(each["model"], each["precision"], each["seed"]) for each in found}
    for seed in SEEDS:
        for name in MODELS:
            for precision in PRECISIONS:
                if (name, precision, seed) in done:
                    continue
                with patch("llb.evaluation.evaluate.read_frames", lambda folder, seed=seed: noisy_frames(folder, seed)):
                    result = evaluate(load_model(name, precision=precision), data, "val")
                sequences = {sequence.name: sequence.score.mean for sequence in result.sequences}
                facts = {"model": name, "precision": precision, "seed": seed}
                found.append(facts | {"J&F": result.score.mean, "sequences": sequences})
                file.write_text(json.dumps(found, indent=1) + "\n")
    return found


def table(found: list[dict[str, Any]]) -> Iterator[str]:
    """Lay the results out as Markdown: J&F in per cent, with and without noise, and the means of the noisy ones."""
    noisy = [seed for seed in SEEDS if seed is not None]
    yield "| model | precision | as it is | " + " | ".join(f"noise {seed + 1}" for seed in noisy) + " | mean of these |"
    yield "|---" * (len(noisy) + 4) + "|"
    scores = {(each["model"], each["precision"], each["seed"]): 100 * each["J&F"] for each in found}
    for name in MODELS:
        for precision in PRECISIONS:
            row = [scores[name, precision, seed] for seed in SEEDS]
            cells = " | ".join(f"{score:.1f}" for score in (*row, float(np.mean(row[1:]))))
            yield f"| `{name}` | {precision} | {cells} |"


def noisy_frames(folder: Path, seed: int | None) -> Iterator[Frame]:
    """Read the frames of a folder with the noise of a seed, or as they are."""
    random = np.random.default_rng(seed)
    for frame in read_frames(folder):
        if seed is None:
            yield frame
        else:
            noise = random.integers(-1, 2, frame.rgb.shape, dtype=np.int16)
            yield replace(frame, rgb=(frame.rgb + noise).clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table(measure(Path(sys.argv[1]))))
