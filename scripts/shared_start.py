"""Make a start of the shared stage from trained variants: every part is the mean of those of all variants that have it.

Run as `python -m scripts.shared_start OUT.safetensors CACHE`, with the folder of a training's decoded images. The
channels of E1 and E2 that are zero on its clips are set to small random values, so that they can learn again.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from llb.checkpoint import kept_weights, load_model
from llb.config import VARIANTS
from llb.data.clip import ClipBatch
from llb.data.sampler import ClipSampler
from llb.model.network import LLB
from llb.training.rollout import roll_out
from llb.training.run_state import write_tensors
from llb.training.shared_trunk import SharedTrunk, generator_key
from llb.training.step import LIVE
from llb.training.wide_recipe import CLIPS

GENERATORS = 4
BATCHES, BATCH = 8, 4
SHRINK, BIAS = 0.3, 0.05  # of a revived channel's first values: small, so that little is disturbed


def mean_of_variants() -> SharedTrunk:
    """Return the shared stage's network with the mean weights of the six shipped lite variants."""
    found: dict[str, list[Tensor]] = defaultdict(list)
    for variant, kind in VARIANTS.items():
        places = {"label_generator": f"generators.{generator_key(variant)}", "fusion": f"fusions.{kind.fusion}"}
        for name, value in load_model(f"lite/{variant}", as_trained=True).state_dict().items():
            part, _, rest = name.partition(".")
            found[f"{places[part]}.{rest}" if part in places else f"trunk.{name}"].append(value)
    trunk = SharedTrunk("lite", seed=0)
    trunk.load_state_dict({name: _mean(values) for name, values in found.items()})
    return trunk


def _mean(values: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(values)).mean(0) if values[0].is_floating_point() else values[0]


@torch.no_grad()
def revive(model: LLB, clips: Sequence[ClipBatch]) -> tuple[int, int]:
    """Give the channels of E1 and E2 that are zero on all clips small random weights; return the numbers of both."""
    rollouts = [roll_out(model, batch.rgb, batch.mask) for batch in clips]
    counts = []
    for name in ("value", "label"):
        peaks = torch.stack([getattr(rollout, name).amax(dim=(0, 1, 3, 4)) for rollout in rollouts]).amax(0)
        dead = peaks <= LIVE
        conv = model.label_generator.get_submodule(f"{name}.0")
        assert isinstance(conv, nn.Conv2d)
        assert conv.bias is not None
        fresh = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size[0])
        conv.weight[dead] = SHRINK * fresh.weight[dead]
        conv.bias[dead] = BIAS
        counts.append(int(dead.sum()))
    return counts[0], counts[1]


def main(out: Path, cache: Path) -> None:
    """Write the file, and say what was revived."""
    torch.manual_seed(0)
    trunk = mean_of_variants()
    sampler = ClipSampler(cache, replace(CLIPS, crop=(160, 272)), seed=0)
    clips = list(sampler.batches(BATCH, range(BATCHES)))
    for model, key in zip(trunk.combinations()[:GENERATORS], trunk.generators, strict=True):
        value, label = revive(model, clips)
        sys.stdout.write(f"{key}: {value} channels of E1 and {label} of E2 revived\n")
    write_tensors(out, kept_weights(trunk))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
