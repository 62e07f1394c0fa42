"""DLGM: E1, E2 and the position weights W of a frame and its mask (LLB; JOINT has the same parts)."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from llb.config import LabelInput
from llb.types import TargetEncoding


@dataclass(frozen=True)
class LabelFeatures:
    """A label encoder's output: one map per branch, at stride 16."""

    induction: Float[Tensor, "b c h w"]
    transduction: Float[Tensor, "b c h w"]


class LabelGenerator(nn.Module):
    """A label encoder followed by three convolutions: E2 and W from its induction map, E1 from its transduction map."""

    def __init__(
        self, encoder: nn.Module, label_input: LabelInput, in_channels: int, head_dim: int, label_dim: int
    ) -> None:
        super().__init__()
        self.label_input = label_input
        self.in_channels = in_channels
        self.encoder = encoder
        self.label = nn.Sequential(nn.Conv2d(head_dim, label_dim, 3, padding=1), nn.ReLU())
        self.value = nn.Sequential(nn.Conv2d(head_dim, label_dim, 3, padding=1), nn.ReLU())
        self.weight = nn.Conv2d(head_dim, label_dim, 3, padding=1)
        nn.init.zeros_(self.weight.weight)
        assert self.weight.bias is not None
        nn.init.ones_(self.weight.bias)

    def encoder_input(
        self, image: Float[Tensor, "b 3 height width"], mask: Float[Tensor, "b 1 height width"]
    ) -> Float[Tensor, "b c height width"]:
        """Return the encoder's input: the BFF (normalised image x mask), or the mask (as three channels for ViTAE)."""
        return image * mask if self.label_input == "bff" else mask.expand(-1, self.in_channels, -1, -1)

    def forward(
        self, image: Float[Tensor, "b 3 height width"], mask: Float[Tensor, "b 1 height width"]
    ) -> TargetEncoding:
        features: LabelFeatures = self.encoder(self.encoder_input(image, mask))
        return TargetEncoding(
            value=self.value(features.transduction),
            label=self.label(features.induction),
            weight=self.weight(features.induction),
        )
