"""Segmentation decoder: refines the fused target feature with backbone features, stride 32 to 4 (JOINT, after LWL)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from llb.model.layers import conv_relu, resize, resize_and_convolve, resize_bicubic
from llb.types import BackboneFeatures


class TargetEmbedding(nn.Module):
    """TSE: reduce the backbone feature, join it with the resized target feature, mix."""

    def __init__(self, in_channels: int, target_channels: int, channels: int) -> None:
        super().__init__()
        joined = channels + target_channels
        self.reduce = nn.Sequential(nn.Conv2d(in_channels, channels, 1), nn.ReLU(), nn.Conv2d(channels, channels, 1))
        self.transform = nn.Sequential(
            *conv_relu(joined, joined), *conv_relu(joined, joined), *conv_relu(joined, channels)
        )


class ResidualBlock(nn.Module):
    """RRB: c = conv1x1(x); ReLU(c + conv3x3(ReLU([BN](conv3x3(c)))))."""

    def __init__(self, channels: int, norm: bool) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, channels, 1)
        self.inner = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.BatchNorm2d(channels) if norm else nn.Identity(),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        )

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        c = self.project(x)
        return F.relu(c + self.inner(c))


class ChannelAttention(nn.Module):
    """CAB: gate the shallow feature by pooled shallow and deep features, then add the deep one, resized."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 1), nn.ReLU(), nn.Conv2d(channels, channels, 1), nn.Sigmoid()
        )

    def forward(self, shallow: Float[Tensor, "b c h w"], deep: Float[Tensor, "b c h2 w2"]) -> Float[Tensor, "b c h w"]:
        pooled = torch.cat([shallow.mean((2, 3), keepdim=True), deep.mean((2, 3), keepdim=True)], dim=1)
        return shallow * self.gate(pooled) + resize(deep, (shallow.shape[-2], shallow.shape[-1]))


class DecoderLevel(nn.Module):
    """One level: TSE, RRB, CAB, RRB; `deeper_channels` is None at the deepest, which pools its own feature instead."""

    def __init__(
        self, in_channels: int, target_channels: int, channels: int, deeper_channels: int | None, norm: bool
    ) -> None:
        super().__init__()
        self.embed = TargetEmbedding(in_channels, target_channels, channels)
        self.proj = conv_relu(deeper_channels, channels, 1) if deeper_channels else None
        self.refine1 = ResidualBlock(channels, norm)
        self.attend = ChannelAttention(channels)
        self.refine2 = ResidualBlock(channels, norm)

    def forward(
        self,
        feature: Float[Tensor, "b c h w"],
        target: Float[Tensor, "b d h2 w2"],
        deeper: Float[Tensor, "b e h3 w3"] | None,
    ) -> Float[Tensor, "b f h w"]:
        reduced = self.embed.reduce(feature)
        target = resize(target, (feature.shape[-2], feature.shape[-1]))
        mixed = self.refine1(self.embed.transform(torch.cat([reduced, target], dim=1)))
        if self.proj is None:
            deep = reduced.mean((2, 3), keepdim=True)
        else:
            assert deeper is not None
            deep = self.proj(deeper)
        return self.refine2(self.attend(mixed, deep))


class Decoder(nn.Module):
    """Four levels from stride 32 to 4, then two bicubic steps to the size of the crop.

    `in_channels` are the backbone's at strides 4 to 32; `channels` the decoder's at strides 32 to 4; `norm` puts a
    BatchNorm (always in eval mode) into the residual blocks.
    """

    def __init__(
        self,
        in_channels: tuple[int, int, int, int],
        target_channels: int,
        channels: tuple[int, int, int, int],
        dim: int,
        norm: bool,
    ) -> None:
        super().__init__()
        deeper: tuple[int | None, ...] = (None, *channels[:-1])
        self.levels = nn.ModuleList(
            DecoderLevel(fan_in, target_channels, width, below, norm)
            for fan_in, width, below in zip(reversed(in_channels), channels, deeper, strict=True)
        )
        self.up1 = nn.Conv2d(dim, dim // 2, 3, padding=1)
        self.up2 = nn.Conv2d(dim // 2, 1, 3, padding=1)

    def forward(
        self, features: BackboneFeatures, target: Float[Tensor, "b d h w"], size: tuple[int, int]
    ) -> Float[Tensor, "b 1 height width"]:
        """Return the logits of the target at `size` (height, width of the crop)."""
        x: Tensor | None = None
        for level, feature in zip(self.levels, (features.c5, features.c4, features.c3, features.c2), strict=True):
            x = level(feature, target, x)
        assert x is not None
        x = resize_bicubic(x, (2 * x.shape[-2], 2 * x.shape[-1]))
        return resize_and_convolve(F.relu(self.up1(x)), size, self.up2)
