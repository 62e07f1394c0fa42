"""Draw batches with a worker and print its memory in MB now and then: `python -m tests.support.draw_batches COCO OUT`.

A process of its own, for the checked shapes of the test session keep memory of every call.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import psutil

from llb.training.clip_sources import DataFolders
from llb.training.config import Stage
from llb.training.recipes import released_recipe
from llb.training.trainer import RunOptions, Trainer

BATCHES = 2000
EVERY = 100


def main(coco: Path, out: Path) -> None:
    run = released_recipe("lite/joint", 1, batch_size=2)
    clips = replace(run.stages[0].clips, crop=(32, 48), frames=3)
    run = replace(run, stages=(Stage(BATCHES, clips),))
    trainer = Trainer(run, DataFolders(coco=coco), out, RunOptions(workers=1))
    for number, _ in enumerate(trainer._batches(0, BATCHES)):
        if number % EVERY == EVERY // 2:
            print(sum(child.memory_info().rss for child in psutil.Process().children()) / 1e6)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
