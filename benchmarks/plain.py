"""The same algorithm without any saving: the release's operations in the release's order, for comparison alone.

For every frame the whole memory goes through its self-attention again; at every update all samples go through the label
encoder again; the few-shot learner takes its gradients, and their products with the Jacobian, from autograd.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from llb.config import ModelConfig, Precision, Scale
from llb.model.few_shot import KERNEL
from llb.model.incremental_attention import MemoryEncoding
from llb.model.layers import KeyAttention
from llb.model.network import LLB
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Segmentation, TargetEncoding

ROWS = 520  # the quickest of those tried


class PlainAttention(KeyAttention):
    """Attention as the release has it: rows of the whole map, a softmax over each, the values."""

    def __init__(self, like: KeyAttention) -> None:
        super().__init__(like.key.in_features, like.key.out_features)
        self.key = like.key

    def attend(
        self, query: Float[Tensor, "b n k"], key: Float[Tensor, "b m k"], value: Float[Tensor, "b m d"]
    ) -> Float[Tensor, "b n d"]:
        """Gather values; the rows are taken by and by, since the whole map of a full memory has gigabytes."""
        rows = query.split(ROWS, dim=1)
        return torch.cat([((row @ key.mT) / self.temperature).softmax(-1) @ value for row in rows], 1)


def with_plain_attention(model: LLB) -> LLB:
    """Put the release's attention in place of the engine's."""
    branch = model.transduction
    branch.self_attention.attention = PlainAttention(branch.self_attention.attention)
    branch.cross_attention = PlainAttention(branch.cross_attention)
    return model


@dataclass(frozen=True)
class Taken:
    """A sample of the memory before anything is computed of it: image, mask, matching features."""

    image: Tensor
    mask: Tensor
    match: Tensor


class PlainModel:
    """A model whose verbs save nothing; `model` itself is changed. It follows one target.

    `filling` skips what the filling of the memory need not repeat.
    """

    def __init__(self, model: LLB) -> None:
        self.model = with_plain_attention(model)
        self.config: ModelConfig = model.config
        self.mean_rgb = model.mean_rgb
        self.filling = True
        self._last: tuple[Tensor, Tensor] | None = None
        self._samples: list[Taken] = []

    @property
    def precision(self) -> Precision:
        """Return the numbers in which the model computes."""
        return self.model.precision

    @property
    def scale(self) -> Scale:
        """Sizes of the model."""
        return self.model.scale

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Return the model's parameters."""
        return self.model.parameters(recurse)

    def prepare(self, rgb: Tensor) -> Tensor:
        """Normalise an image."""
        return self.model.prepare(rgb)

    def extract(self, image: Tensor, backbone: BackboneFeatures | None = None) -> FrameFeatures:
        """Compute an image's features."""
        return self.model.extract(image)

    def shares_backbone(self, other: object) -> bool:
        """Share nothing."""
        return False

    def encode_target(self, image: Tensor, mask: Tensor) -> TargetEncoding:
        """Encode a frame that joins the memory, and note it for every later update."""
        self._last = (image, mask)
        return self.model.encode_target(image, mask)

    def update_memory(self, before: MemoryEncoding | None, match: Tensor, slot: int) -> MemoryEncoding:
        """Keep the frame's bare features; nothing is encoded before a frame asks."""
        assert self._last is not None, "a frame is encoded before it joins the memory"
        samples = [] if before is None else list(self._samples)
        samples[slot : slot + 1] = [Taken(*self._last, match)]
        self._samples = samples
        bare = torch.stack([sample.match for sample in samples], 1)
        return MemoryEncoding(bare)

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
        """Encode all samples again, then fit the filter by autograd."""
        if self.filling:
            return self.model.fit_filter(target, label, weight, temporal_weight, tau=tau, steps=steps)
        encodings = [self.model.encode_target(sample.image, sample.mask) for sample in self._samples]
        label = torch.stack([encoding.label for encoding in encodings], 1)
        weight = torch.stack([encoding.weight for encoding in encodings], 1)
        if temporal_weight is not None:
            weight = weight * temporal_weight[..., None, None, None]
        return fit_by_autograd(target, label, weight, self.model.induction.filter_reg, tau, steps)

    def run_branches(self, features: FrameFeatures, encoded: Tensor, value: Tensor, tau: Tensor) -> BranchOutputs:
        """Encode the whole memory, then run both branches."""
        return self.model.run_branches(features, self.model.encode_memory(encoded), value, tau)

    def decode(self, backbone: BackboneFeatures, branches: BranchOutputs) -> Segmentation:
        """Fuse and decode."""
        return self.model.decode(backbone, branches)

    def attention(self, match: Tensor, encoded: Tensor, y: int, x: int) -> Tensor:
        """Return one cell's attention."""
        return self.model.attention(match, self.model.encode_memory(encoded), y, x)

    def query_keys(self, match: Tensor) -> Tensor:
        """Return a frame's keys."""
        return self.model.query_keys(match)


def fit_by_autograd(
    features: Float[Tensor, "1 t c h w"],
    label: Float[Tensor, "1 t d h w"],
    weight: Float[Tensor, "1 t d h w"],
    reg: Float[Tensor, "1"],
    tau: Float[Tensor, "1 d c k k"] | None,
    steps: int,
) -> FilterFit:
    """Fit tau as `llb.model.few_shot.steepest_descent` does, by backward and double backward."""
    with torch.inference_mode(False), torch.enable_grad():
        features, label, weight = (tensor.clone() for tensor in (features, label, weight))
        reg = reg.detach().clone()
        shape = (label.shape[2], features.shape[2], KERNEL, KERNEL)
        now = features.new_zeros(shape) if tau is None else tau[0].clone()
        count, losses = label[0].numel() + now.numel(), []
        for step in range(steps + 1):
            now = now.detach().requires_grad_()
            scores = F.conv2d(features[0], now, padding=KERNEL // 2)
            residuals = [weight[0] * (scores - label[0]), reg * now]
            losses.append(sum(part.detach().square().sum() for part in residuals) / count)
            if step == steps:
                break
            probes = [part.detach().clone().requires_grad_() for part in residuals]
            (gradient,) = torch.autograd.grad(residuals, now, probes, create_graph=True)
            direction = gradient.detach()
            products = torch.autograd.grad(gradient, probes, direction)
            curvature = sum(product.square().sum() for product in products)
            now = now - direction.square().sum() / torch.as_tensor(curvature).clamp(min=1e-8) * direction
        return FilterFit(now.detach()[None], torch.stack([torch.as_tensor(loss)[None] for loss in losses]))
