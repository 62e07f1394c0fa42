"""A stand-in for ImageNet pretraining of the small ViTAE: it learns Lite0's stride-16 features of filtered frames.

The released ViTAE-6M starts from ImageNet classification. No ImageNet is at hand here, so the knowledge of the
ImageNet-trained backbone is distilled instead. BatchNorm gathers its statistics here and stays in eval mode ever after,
as in the release.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from llb.config import SCALES
from llb.data.sampler import BatchDataset, ClipConfig, ClipSampler, single_threaded
from llb.model.backbone import Lite0, load_lite0_imagenet
from llb.model.vitae import ViTAE

CROPS = ((112, 192), (160, 272))
BATCH = 6


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

    def forward(self, image: Tensor) -> Tensor:
        """Return the smooth L1 distance of student and teacher on normalised images [B, 3, H, W]."""
        with torch.no_grad():
            wanted = self.standardise(self.teacher(image).c4)
        return F.smooth_l1_loss(self.head(self.student(image)).float(), wanted.float())


def pretrain_vitae(
    cache: Path,
    out: Path,
    steps: int,
    seed: int = 0,
    bf16: bool = False,
    on_step: Callable[[int, float], None] | None = None,
) -> None:
    """Distil for `steps` batches of frames, two thirds of them background-filtered, and write the ViTAE's safetensors.

    Deterministic given the seed. Frames and masks come from the same sampler as the clips (never from validation data).
    """
    torch.manual_seed(seed)
    distiller = Distiller()
    distiller.student.train()
    distiller.standardise.train()
    optimiser = torch.optim.AdamW([p for p in distiller.parameters() if p.requires_grad], lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps, pct_start=0.1)
    loaders = [
        iter(
            DataLoader(
                BatchDataset(ClipSampler(cache, ClipConfig(crop=crop, frames=3), seed + 7), BATCH, steps),
                batch_size=None,
                worker_init_fn=single_threaded,
            )
        )
        for crop in CROPS
    ]
    average = 0.0
    for step in range(steps):
        batch = next(loaders[step % len(CROPS)])
        mask = batch.mask.float()
        mask[:, 2] = 1.0  # the last frame of each clip is kept whole
        image = (batch.rgb.float() - 127) / 128 * mask
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = distiller(image.flatten(0, 1))
        loss.backward()
        optimiser.step()
        schedule.step()
        average += (float(loss.detach()) - average) * max(0.02, 1 / (step + 1))
        if on_step:
            on_step(step, average)
    state = {name: value.contiguous() for name, value in distiller.student.state_dict().items()}
    save_file(state, out)
