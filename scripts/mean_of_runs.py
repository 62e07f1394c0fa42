"""Make one model of several runs of the same network: a weighted mean of their weights.

Run as `python -m scripts.mean_of_runs OUT_FOLDER WEIGHT:RUN_FOLDER ...`, such as ``1:runs/s0 1:runs/s1 2:runs/long``.
The folder is one that `scripts.ship` takes; its settings name the runs with all of theirs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from llb.training.run_state import write_tensors
from llb.training.trainer import FINAL
from llb.weight_files import sha256_of


def mean_of_runs(out: Path, runs: Sequence[tuple[float, Path]]) -> Path:
    """Write the mean of runs' final weights and their settings; return the file of the weights.

    Raises:
        ValueError: the runs are not of one network.
    """
    settings = [json.loads((run / "config.json").read_text()) for _, run in runs]
    states = [load_file(run / FINAL) for _, run in runs]
    if len({each["model"] for each in settings}) > 1 or any(state.keys() != states[0].keys() for state in states):
        raise ValueError("The runs are of different networks: name runs of one model.")
    weights = [weight for weight, _ in runs]
    starts = [
        {"part": "mean", "path": run.name, "sha256": sha256_of(run / FINAL), "weight": weight, "settings": each}
        for (weight, run), each in zip(runs, settings, strict=True)
    ]
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps({"model": settings[0]["model"], "starts": starts}, indent=1))
    write_tensors(out / FINAL, {name: _mean([state[name] for state in states], weights) for name in states[0]})
    return out / FINAL


def _mean(values: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    if not values[0].is_floating_point():
        return values[0]
    total = sum(weight * value.float() for weight, value in zip(weights, values, strict=True))
    assert isinstance(total, Tensor)
    return (total / sum(weights)).to(values[0].dtype)


if __name__ == "__main__":
    pairs = [argument.partition(":") for argument in sys.argv[2:]]
    print(mean_of_runs(Path(sys.argv[1]), [(float(weight), Path(run)) for weight, _, run in pairs]))
