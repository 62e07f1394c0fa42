"""One process of a training, for tests that need several or that kill one: `python -m tests.support.train_process`.

Arguments: the data set's folder, the run's folder, and the step to stop at (0: none).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import torch

from llb.data.released_clips import ReleasedClipConfig
from llb.training.clip_sources import DataFolders
from llb.training.config import Stage, TrainConfig
from llb.training.recipes import released_recipe
from llb.training.trainer import RunOptions, Trainer

STEPS = 6
ROOT = Path(__file__).parents[2]


def config(steps: int = STEPS) -> TrainConfig:
    """Return a short run of the release's first stage, at lite scale, with averages."""
    run = released_recipe("lite/llb", 1, batch_size=4)
    stages = (Stage(steps, ReleasedClipConfig(crop=(48, 80), frames=3)),)
    return replace(run, stages=stages, ema=0.9, clip_norm=50.0)


def train(coco: Path, out: Path, stop_at: int | None = None) -> Path | None:
    """Run the training in this process, with a checkpoint and a line of the log at every step."""
    torch.set_num_threads(1)
    trainer = Trainer(config(), DataFolders(coco=coco), out, RunOptions(log_every=1, draw_every=4, save_seconds=0.0))
    return trainer.run(lambda report: print(report.step, flush=True), stop_at)


def launch(processes: int, coco: Path, out: Path, stop_at: int = 0) -> list[subprocess.Popen[str]]:
    """Start the training in processes that gloo connects."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(processes)}
    return [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.train_process", str(coco), str(out), str(stop_at)],
            env={**os.environ, **common, "RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1"},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(processes)
    ]


if __name__ == "__main__":
    train(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) or None)
