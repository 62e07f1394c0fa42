"""Stand-ins for the network: they answer as `llb.model.network.LLB` does, from colours alone, with no weights."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llb.config import SCALES, VARIANTS, ModelConfig, Precision, Scale
from llb.model.incremental_attention import MemoryEncoding
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Fused, Segmentation, TargetEncoding

CELL = 16


class StubModel(nn.Module):
    """Tells a target from its background by colour: a pixel belongs to the nearer of the two mean colours.

    E1 and E2 hold the target's and the background's mean colour (0..1), W is 1. The memory's first frame decides.
    `calls` counts each verb, so that tests can see what is computed and what is not.
    """

    def __init__(self, name: str = "lite/llb", crop: tuple[int, int] | None = None, sharpness: float = 40.0) -> None:
        super().__init__()
        self.config = ModelConfig.from_name(name)
        self.mean_rgb = (127.0, 127.0, 127.0)
        self.calls: Counter[str] = Counter()
        self.sharpness = sharpness
        scale = SCALES[self.config.scale]
        self._scale = replace(scale, crop=crop or scale.crop, search_factor=5.0, label_dim=6)
        self.anchor = nn.Parameter(torch.zeros(1), requires_grad=False)

    @property
    def precision(self) -> Precision:
        return "fp32"

    @property
    def scale(self) -> Scale:
        return self._scale

    def prepare(self, rgb: Tensor) -> Tensor:
        return rgb.float() / 255

    def shares_backbone(self, other: object) -> bool:
        return isinstance(other, StubModel)

    def extract(self, image: Tensor, backbone: BackboneFeatures | None = None) -> FrameFeatures:
        """Keep the image itself as the finest feature; the heads see its mean colours per cell."""
        self.calls["extract" if backbone is None else "extract heads"] += 1
        cells = F.avg_pool2d(image, CELL)
        return FrameFeatures(BackboneFeatures(image, cells, cells, cells), cells, cells)

    def encode_target(self, image: Tensor, mask: Tensor) -> TargetEncoding:
        self.calls["encode_target"] += 1
        means = [(image * part).sum((2, 3)) / part.sum((2, 3)).clamp(min=1.0) for part in (mask, 1 - mask)]
        cells = F.avg_pool2d(mask, CELL)
        label = torch.cat(means, 1)[:, :, None, None].expand(-1, -1, *cells.shape[-2:]).clone()
        return TargetEncoding(label, label + 0.1 * cells, torch.ones_like(label))

    def update_memory(self, before: MemoryEncoding | None, match: Tensor, slot: int) -> MemoryEncoding:
        """Keep the colours of each frame as they are."""
        self.calls["update_memory"] += 1
        frames = list(before.encoded.unbind(1)) if before else []
        frames[slot : slot + 1] = [match]
        return MemoryEncoding(torch.stack(frames, 1))

    def fit_filter(
        self,
        target: Tensor,
        label: Tensor,
        weight: Tensor,
        temporal_weight: Tensor | None = None,
        *,
        tau: Tensor | None = None,
        steps: int = 20,
    ) -> FilterFit:
        """Hand back a tau that counts its steps; losses fall."""
        self.calls["fit_filter"] += 1
        b, _, c = target.shape[:3]
        before = target.new_zeros(b, label.shape[2], c, 3, 3) if tau is None else tau
        losses = 1 / (1 + torch.arange(steps + 1, dtype=target.dtype, device=target.device))
        return FilterFit(before + steps, losses[:, None].expand(-1, b))

    def run_branches(self, features: FrameFeatures, encoded: Tensor, value: Tensor, tau: Tensor) -> BranchOutputs:
        """Hand both answers the first frame's label: the colours are in it."""
        self.calls["run_branches"] += 1
        return BranchOutputs(value[:, 0], value[:, 0])

    def decode(self, backbone: BackboneFeatures, branches: BranchOutputs) -> Segmentation:
        self.calls["decode"] += 1
        image, label = backbone.c2, branches.transduced
        colours = label.mean((2, 3))[:, :, None, None]
        inside, outside = ((image - colour).square().sum(1, keepdim=True) for colour in colours.split(3, 1))
        logits = self.sharpness * (outside - inside)
        share = F.avg_pool2d(logits.sigmoid(), CELL)
        induced = label * (1 - share)
        adaptive = VARIANTS[self.config.variant].fusion == "adaptive"
        gates = (share.expand_as(label), 1 - share.expand_as(label)) if adaptive else (None, None)
        return Segmentation(label * share, induced, Fused(label, *gates), logits)

    def attention(self, match: Tensor, encoded: Tensor, y: int, x: int) -> Tensor:
        """Prefer memory cells of like colour."""
        self.calls["attention"] += 1
        distance = (encoded - match[:, None, :, y : y + 1, x : x + 1]).square().sum(2)
        return (-distance * 30).flatten(1).softmax(1).view_as(distance)

    def query_keys(self, match: Tensor) -> Tensor:
        return match


class ReleaseStub(StubModel):
    """The stub of `engine_fixture.npz`: a red and a green target, told apart by the first mask's mean colour."""

    def __init__(self, crop: tuple[int, int]) -> None:
        super().__init__("paper/llb", crop)

    def prepare(self, rgb: Tensor) -> Tensor:
        return rgb

    def decode(self, backbone: BackboneFeatures, branches: BranchOutputs) -> Segmentation:
        label = branches.transduced
        red, green, blue = backbone.c2.split(1, 1)
        mean = label[:, :3].mean((2, 3))
        is_red = (mean[:, 0] > mean[:, 1]).view(-1, 1, 1, 1)
        own, other = torch.where(is_red, red, green), torch.where(is_red, green, red)
        logits = ((own - (other + blue) / 2) - 60) / 12
        return Segmentation(label, label, Fused(label, None, None), logits)
