"""Pretrain the small ViTAE by distillation: it learns Lite0's stride-16 features of background-filtered frames.

The released ViTAE-6M starts from ImageNet classification. ImageNet itself is not among the training data here, so the
knowledge of the ImageNet-trained backbone is distilled instead. BatchNorm gathers its statistics here and stays in eval
mode afterwards, as in the release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from safetensors.torch import save_file
from torch import Tensor, nn

from llb.config import SCALES
from llb.data.clip import ClipBatch
from llb.data.sampler import ClipConfig, ClipSampler
from llb.model.backbone import Lite0, load_lite0_imagenet
from llb.model.vitae import ViTAE

CROPS = ((112, 192), (160, 272))
BATCH = 6

OnDistilled = Callable[[int, int, float], None]  # steps done, steps in all, running mean of the loss


@dataclass(frozen=True)
class DistillConfig:
    """Settings of the distillation: its number of steps, the seed of weights and clips, and autocast to bf16."""

    steps: int
    seed: int = 0
    bf16: bool = False


class Distiller(nn.Module):
    """The small ViTAE and a linear head onto the teacher's standardised channels."""

    def __init__(self) -> None:
        super().__init__()
        sizes = SCALES["lite"].vitae
        self.teacher = Lite0()
        load_lite0_imagenet(self.teacher)
        channels = SCALES["lite"].backbone_channels[2]
        self.standardise = nn.BatchNorm2d(channels, affine=False)
        self.student = ViTAE(sizes)
        self.head = nn.Conv2d(sizes.tokens[2], channels, 1)

    def forward(self, image: Float[Tensor, "b 3 height width"]) -> Float[Tensor, ""]:
        """Return the smooth L1 distance of student and teacher on normalised images."""
        with torch.no_grad():
            wanted = self.standardise(self.teacher(image).c4)
        return F.smooth_l1_loss(self.head(self.student(image)).float(), wanted.float())


def pretrain_vitae(cache: Path, out: Path, config: DistillConfig, on_step: OnDistilled | None = None) -> None:
    """Distil for `config.steps` batches of frames and write the ViTAE's weights to `out`, a safetensors file.

    Deterministic given the seed. Two thirds of the frames are background-filtered. Frames and masks come from the same
    sampler as the training clips (never from validation data).
    """
    torch.manual_seed(config.seed)
    distiller = Distiller()
    distiller.student.train()
    distiller.standardise.train()
    optimiser = torch.optim.AdamW([p for p in distiller.parameters() if p.requires_grad], lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=config.steps, pct_start=0.1)
    average = 0.0
    for step, batch in enumerate(_batches(cache, config), start=1):
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=config.bf16):
            loss = distiller(_filtered_images(batch))
        loss.backward()
        optimiser.step()
        schedule.step()
        average += (float(loss.detach()) - average) * max(0.02, 1 / step)
        if on_step:
            on_step(step, config.steps, average)
    state = {name: value.contiguous() for name, value in distiller.student.state_dict().items()}
    unfinished = out.with_name(f"{out.name}.part")
    save_file(state, unfinished)
    unfinished.replace(out)


def _batches(cache: Path, config: DistillConfig) -> Iterator[ClipBatch]:
    """Yield a batch per step, of the two crop sizes in turn."""
    samplers = [ClipSampler(cache, ClipConfig(crop=crop, frames=3), config.seed + 7) for crop in CROPS]
    batches = [sampler.batches(BATCH, range(config.steps)) for sampler in samplers]
    for step in range(config.steps):
        yield next(batches[step % len(batches)])


def _filtered_images(batch: ClipBatch) -> Float[Tensor, "bt 3 height width"]:
    """Return the batch's frames normalised and background-filtered, but for the last one of each clip."""
    mask = batch.mask.float()
    mask[:, 2] = 1.0
    return ((batch.rgb.float() - 127) / 128 * mask).flatten(0, 1)
