"""Class LLB: the whole network. It holds parameters only; what belongs to a clip is passed in."""

from __future__ import annotations

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from llb.config import ModelConfig, Precision, Scale
from llb.model.backbone import Lite0
from llb.model.decoder import Decoder
from llb.model.incremental_attention import MemoryEncoding
from llb.model.induction import Induction
from llb.model.label_generator import LabelGenerator
from llb.model.transduction import Transduction
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Fused, Segmentation, TargetEncoding


class LLB(nn.Module):
    """A model of the family: LLB, JOINT or an ablation, at either scale (`llb.model.build` assembles it).

    A frame takes ``prepare``, ``extract`` and ``segment`` (= ``run_branches``, ``decode``); a frame with a known mask
    takes ``encode_target``; a changed memory takes ``update_memory`` and ``fit_filter``. h = H/16, w = W/16.
    """

    mean: Tensor  # of RGB, [3, 1, 1]

    def __init__(
        self,
        config: ModelConfig,
        *,
        backbone: nn.Module,
        label_generator: LabelGenerator,
        transduction: Transduction,
        induction: Induction,
        fusion: nn.Module,
        decoder: Decoder,
    ) -> None:
        super().__init__()
        self.config = config
        self.backbone = backbone
        self.label_generator = label_generator
        self.transduction = transduction
        self.induction = induction
        self.fusion = fusion
        self.decoder = decoder
        lite = self.scale.backbone == "lite0"
        self.mean_rgb = (127.0, 127.0, 127.0) if lite else (122.7717, 115.9465, 102.9801)
        self.register_buffer("mean", torch.tensor(self.mean_rgb).view(3, 1, 1), persistent=False)
        self.divisor = 128.0 if lite else 1.0
        self.channels_bgr = not lite

    @property
    def scale(self) -> Scale:
        """Sizes of this model."""
        return self.config.sizes

    @property
    def precision(self) -> Precision:
        """Precision of backbone and decoder; everything between them computes in fp32."""
        return "bf16" if self._dtype == torch.bfloat16 else "fp32"

    @property
    def _dtype(self) -> torch.dtype:
        return self.decoder.up1.weight.dtype

    def prepare(self, rgb: Shaped[Tensor, "b 3 height width"]) -> Float[Tensor, "b 3 height width"]:
        """Normalise RGB 0..255 (uint8 or float): BGR minus the mean at paper scale, (RGB - 127) / 128 at lite scale."""
        image = (rgb.float() - self.mean) / self.divisor
        return image.flip(1) if self.channels_bgr else image

    def extract(
        self, image: Float[Tensor, "b 3 height width"], backbone: BackboneFeatures | None = None
    ) -> FrameFeatures:
        """Return the backbone's and the two heads' features of a prepared image.

        `backbone` skips the backbone where its features of the image are known (`shares_backbone`).
        """
        features = backbone or self.backbone(image.to(self._dtype))
        c4 = features.c4.float()
        return FrameFeatures(features, self.transduction.features(c4), self.induction.features(c4))

    def shares_backbone(self, other: object) -> bool:
        """Return whether another model's backbone gives the same features: a lite one with the same weights does."""
        if not isinstance(other, LLB) or self.precision != other.precision:
            return False
        own, others = self.backbone, other.backbone
        return isinstance(own, Lite0) and isinstance(others, Lite0) and own.key == others.key

    def encode_target(
        self, image: Float[Tensor, "b 3 height width"], mask: Float[Tensor, "b 1 height width"]
    ) -> TargetEncoding:
        """Return E1, E2 and W of frames with their masks (0..1)."""
        encoding: TargetEncoding = self.label_generator(image, mask)
        return encoding

    def encode_memory(self, match: Float[Tensor, "b t c h w"]) -> Float[Tensor, "b t k h w"]:
        """Return the transformer's unit keys of a whole memory."""
        return self.transduction.encode_memory(match)

    def update_memory(
        self, before: MemoryEncoding | None, match: Float[Tensor, "b c h w"], slot: int
    ) -> MemoryEncoding:
        """Return the encoding of a memory in which a frame has taken `slot`: one past the end, or a used one.

        `before` is the encoding until then (None: the memory was empty); it is overwritten.
        """
        return self.transduction.update_memory(before, match, slot)

    def fit_filter(
        self,
        target: Float[Tensor, "b t c h w"],
        label: Float[Tensor, "b t d h w"],
        weight: Float[Tensor, "b t d h w"],
        temporal_weight: Float[Tensor, "b t"] | None = None,
        *,
        tau: Float[Tensor, "b d c k k"] | None = None,
        steps: int = 20,
    ) -> FilterFit:
        """Fit tau to the memory by steepest descent (eq. 1), from `tau` or from zero."""
        return self.induction.fit(target, label, weight, temporal_weight, tau=tau, steps=steps)

    def segment(
        self,
        features: FrameFeatures,
        encoded: Float[Tensor, "b t e h w"],
        value: Float[Tensor, "b t d h w"],
        tau: Float[Tensor, "b d c k k"],
    ) -> Segmentation:
        """Segment a frame: both branches, then `decode`."""
        return self.decode(features.backbone, self.run_branches(features, encoded, value, tau))

    def run_branches(
        self,
        features: FrameFeatures,
        encoded: Float[Tensor, "b t e h w"],
        value: Float[Tensor, "b t d h w"],
        tau: Float[Tensor, "b d c k k"],
    ) -> BranchOutputs:
        """Return both branches' outputs: E1* from the memory's keys and values, E2* from tau."""
        return BranchOutputs(self.transduction(features.match, encoded, value), self.induction(features.target, tau))

    def decode(self, backbone: BackboneFeatures, branches: BranchOutputs) -> Segmentation:
        """Fuse both branches' outputs and decode them; logits have the image's size (16 h, 16 w)."""
        transduced, induced = branches.transduced, branches.induced
        fused: Fused = self.fusion(transduced, induced)
        size = (16 * transduced.shape[-2], 16 * transduced.shape[-1])
        logits = self.decoder(backbone, fused.feature.to(self._dtype), size)
        return Segmentation(transduced, induced, fused, logits.float())

    def attention(
        self, match: Float[Tensor, "b c h w"], encoded: Float[Tensor, "b t e h w"], y: int, x: int
    ) -> Float[Tensor, "b t h w"]:
        """Return the attention of the frame's feature cell (y, x) over the memory; sums to 1."""
        return self.transduction.attention(match, encoded, y, x)

    def query_keys(self, match: Float[Tensor, "b c h w"]) -> Float[Tensor, "b k h w"]:
        """Return the unit query keys of a frame's cells."""
        return self.transduction.query_keys(match)
