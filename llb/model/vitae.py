"""ViTAE, the label encoder of LLB's DLGM (Xu et al., NeurIPS 2021; the 6M model without class token and classifier).

Reduction cells shrink the map with dilated convolutions (PRM) beside a convolution branch (PCM); normal cells mix
self-attention with a PCM. BatchNorm runs in eval mode, in training too (as released).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from llb.config import ViTAEConfig
from llb.model.label_generator import LabelFeatures
from llb.model.layers import conv_relu

DILATIONS = ((1, 2, 3, 4), (1, 2, 3), (1, 2))
KERNELS = (7, 3, 3)
STRIDES = (4, 2, 2)


class PyramidReduction(nn.Module):
    """PRM: parallel dilated convolutions of one stride, each with GELU, joined along the channels."""

    def __init__(self, in_channels: int, channels: int, kernel: int, stride: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(
                in_channels,
                channels,
                kernel,
                stride=stride,
                padding=math.ceil(((kernel - 1) * dilation + 1 - stride) / 2),
                dilation=dilation,
            )
            for dilation in dilations
        )

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c2 h2 w2"]:
        return torch.cat([F.gelu(conv(x)) for conv in self.convs], dim=1)


class Performer(nn.Module):
    """One-head linear attention with fixed random features (Choromanski et al., 2021), then an MLP of ratio 1."""

    def __init__(self, in_channels: int, channels: int, features: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(in_channels, eps=1e-5)
        self.kqv = nn.Linear(in_channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.norm2 = nn.LayerNorm(channels, eps=1e-5)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.GELU(), nn.Linear(channels, channels))
        directions = nn.init.orthogonal_(torch.empty(features, channels)) * math.sqrt(features)
        self.register_buffer("directions", directions)

    def attend(self, tokens: Float[Tensor, "b n c"]) -> Float[Tensor, "b n c2"]:
        """Return v + proj(linear attention of the normalised tokens)."""
        key, query, value = self.kqv(self.norm1(tokens)).chunk(3, dim=-1)
        key, query = self._random_features(key), self._random_features(query)
        total = query @ key.sum(1)[..., None] + 1e-8
        return value + self.proj(query @ (key.mT @ value) / total)

    def _random_features(self, x: Float[Tensor, "b n c"]) -> Float[Tensor, "b n m"]:
        directions: Tensor = self.directions  # type: ignore[assignment]
        energy = x.square().sum(-1, keepdim=True) / 2
        return torch.exp(x @ directions.mT - energy) / math.sqrt(directions.shape[0])


class ReductionCell(nn.Module):
    """PRM; where `tokens` is given, followed by the performer beside a three-convolution PCM of the same stride."""

    def __init__(self, in_channels: int, embed: int, tokens: int | None, features: int, stage: int) -> None:
        super().__init__()
        stride = STRIDES[stage]
        dilations = DILATIONS[stage]
        self.reduce = PyramidReduction(in_channels, embed, KERNELS[stage], stride, dilations)
        self.attention = Performer(embed * len(dilations), tokens, features) if tokens else None
        if tokens:
            self.local = nn.Sequential(
                nn.Conv2d(in_channels, tokens, 3, stride=2, padding=1),
                nn.SiLU(),
                nn.Conv2d(tokens, tokens, 3, stride=stride // 2, padding=1),
                nn.BatchNorm2d(tokens),
                nn.SiLU(),
                nn.Conv2d(tokens, tokens, 3, padding=1),
                nn.SiLU(),
            )

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c2 h2 w2"]:
        reduced = self.reduce(x)
        if self.attention is None:
            return reduced
        h, w = reduced.shape[-2:]
        tokens = self.attention.attend(rearrange(reduced, "b c h w -> b (h w) c"))
        tokens = tokens + rearrange(self.local(x), "b c h w -> b (h w) c")
        tokens = tokens + self.attention.mlp(self.attention.norm2(tokens))
        return rearrange(tokens, "b (h w) c -> b c h w", h=h, w=w)


class NormalCell(nn.Module):
    """x + MHSA(LN x) + PCM(x), then x + MLP(LN x) of ratio 2."""

    def __init__(self, channels: int, heads: int, groups: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(channels, eps=1e-6)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.local = nn.Sequential(
            nn.Conv2d(channels, 2 * channels, 3, padding=1, groups=groups),
            nn.BatchNorm2d(2 * channels),
            nn.SiLU(),
            nn.Conv2d(2 * channels, channels, 3, padding=1, groups=groups),
            nn.BatchNorm2d(channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1, groups=groups),
            nn.SiLU(),
        )
        self.norm2 = nn.LayerNorm(channels, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        h, w = x.shape[-2:]
        tokens = rearrange(x, "b c h w -> b (h w) c")
        qkv = rearrange(self.qkv(self.norm1(tokens)), "b n (three g c) -> three b g n c", three=3, g=self.heads)
        mixed = rearrange(F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]), "b g n c -> b n (g c)")
        tokens = tokens + self.proj(mixed) + rearrange(self.local(x), "b c h w -> b (h w) c")
        tokens = tokens + self.mlp(self.norm2(tokens))
        return rearrange(tokens, "b (h w) c -> b c h w", h=h, w=w)


class ViTAE(nn.Module):
    """Three reduction cells (strides 4, 2, 2) and `depth` normal cells: 3 channels to `tokens[2]` at stride 16."""

    def __init__(self, sizes: ViTAEConfig) -> None:
        super().__init__()
        fan_in = (3, *sizes.tokens[:2])
        tokens = (*sizes.tokens[:2], None)
        self.reduction = nn.ModuleList(
            ReductionCell(fan_in[stage], sizes.embed[stage], tokens[stage], sizes.random_features, stage)
            for stage in range(3)
        )
        self.normal = nn.ModuleList(NormalCell(sizes.tokens[2], sizes.heads, sizes.groups) for _ in range(sizes.depth))

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b c h2 w2"]:
        for cell in (*self.reduction, *self.normal):
            x = cell(x)
        return x


class LabelViTAE(nn.Module):
    """ViTAE and one projection per branch: a BFF (or a mask as three channels) to two maps at stride 16."""

    def __init__(self, sizes: ViTAEConfig, head_dim: int) -> None:
        super().__init__()
        self.vitae = ViTAE(sizes)
        self.induction = conv_relu(sizes.tokens[2], head_dim)
        self.transduction = conv_relu(sizes.tokens[2], head_dim)

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> LabelFeatures:
        x = self.vitae(x)
        return LabelFeatures(self.induction(x), self.transduction(x))
