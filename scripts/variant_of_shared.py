"""Take a variant's model out of the shared stage as it is: out of its finished file, or of a checkpoint's averages.

Run as `python -m scripts.variant_of_shared FILE NAME OUT.safetensors [CROP]`, such as
``runs/shared/checkpoint.safetensors lite/llb runs/llb.safetensors``; the crop, such as 512x288, is the
model's own then. `python -m llb evaluate --model OUT.safetensors` measures how far the stage has come.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from llb.checkpoint import save_model
from llb.config import ModelConfig, read_crop
from llb.model.build import build_model
from llb.training.shared_trunk import SharedTrunk
from llb.training.start import read_tensors


def take(path: Path, name: str, out: Path, crop: tuple[int, int] | None = None) -> None:
    """Write the variant's file; raise ValueError where the first file holds no shared stage."""
    model = build_model(replace(ModelConfig.from_name(name), crop=crop))
    trunk = SharedTrunk(model.config.scale, seed=0)
    missing = trunk.load_state_dict(_weights(read_tensors(path)), strict=False).missing_keys
    if any("backbone." not in key for key in missing):
        raise ValueError(f"{path} does not hold the shared stage: {missing[0]} is missing.")
    model.load_state_dict(trunk.variant_state(model.config.variant))
    save_model(model, out)


def _weights(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of a file; of a checkpoint, the averages where it has them."""
    found = dict(tensors)
    for kind in ("model.", "average."):
        found |= {key.removeprefix(kind): value for key, value in tensors.items() if key.startswith(kind)}
    return found


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), read_crop(sys.argv[4]) if len(sys.argv) > 4 else None)
