"""JOINT's label encoder: a small CNN with a shared stem and two residual towers (as released)."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from llb.model.label_generator import LabelFeatures


class LabelBlock(nn.Module):
    """Residual block of stride 2: ReLU(conv2(ReLU(conv1 x)) + downsample x); only the downsample has a bias."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.downsample = nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c2 h2 w2"]:
        return F.relu(self.conv2(F.relu(self.conv1(x))) + self.downsample(x))


class LabelCNN(nn.Module):
    """Encode a mask (1 channel) or a BFF (3 channels) to two maps of `channels[2]` channels at stride 16."""

    def __init__(self, in_channels: int, channels: tuple[int, int, int]) -> None:
        super().__init__()
        stem, middle, out = channels
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, stem, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1)
        )
        self.induction = nn.Sequential(LabelBlock(stem, middle), LabelBlock(middle, out))
        self.transduction = nn.Sequential(LabelBlock(stem, middle), LabelBlock(middle, out))

    def forward(self, x: Float[Tensor, "b c h w"]) -> LabelFeatures:
        x = self.stem(x)
        return LabelFeatures(self.induction(x), self.transduction(x))
