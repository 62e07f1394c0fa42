"""Average a run's weights with those of another model of the same variant, which often does better than either.

Run as `python -m scripts.average RUN_FOLDER OTHER.safetensors SHARE OUT_FOLDER`; SHARE (0..1) is the run's. OUT_FOLDER
is a run folder that `scripts.ship` takes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from llb.training.trainer import FINAL


def average(run: Path, other: Path, share: float, out: Path) -> Path:
    """Write SHARE x the run's weights + (1 - SHARE) x the other's; raise ValueError if they are not of one kind."""
    first, second = load_file(run / FINAL), load_file(other)
    if first.keys() != second.keys():
        raise ValueError(f"{run / FINAL} and {other} hold different models: average two of one variant.")
    mixed = {
        name: (share * value.float() + (1 - share) * second[name].float()).to(value.dtype)
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }
    with safe_open(run / FINAL, "pt") as file:
        meta = file.metadata()
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in mixed.items()}, out / FINAL, meta)
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    settings = json.loads((run / "config.json").read_text())
    settings["averaged_with"] = {"file": str(other), "sha256": digest, "share_of_this_run": share}
    (out / "config.json").write_text(json.dumps(settings, indent=1))
    return out


if __name__ == "__main__":
    average(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
