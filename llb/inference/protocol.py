"""What the engine asks of a model; `llb.model.network.LLB` is one, and the tests' stand-ins are others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from llb.config import ModelConfig, Precision, Scale
from llb.model.incremental_attention import MemoryEncoding
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Segmentation, TargetEncoding


@runtime_checkable
class SegmentationModel(Protocol):
    """The verbs of a model; shapes as in `llb.model.network.LLB`."""

    config: ModelConfig
    mean_rgb: tuple[float, float, float]

    @property
    def precision(self) -> Precision:
        """The numbers in which backbone and decoder compute."""

    @property
    def scale(self) -> Scale:
        """Sizes of the model; the engine reads `crop`."""

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """At least one parameter: it tells the device."""

    def prepare(self, rgb: Tensor) -> Tensor:
        """RGB 0..255 to the network's input."""

    def extract(self, image: Tensor, backbone: BackboneFeatures | None = None) -> FrameFeatures:
        """Features of an image; `backbone` is what the same backbone made of it."""

    def shares_backbone(self, other: object) -> bool:
        """Whether another model's backbone is the same."""

    def encode_target(self, image: Tensor, mask: Tensor) -> TargetEncoding:
        """E1, E2 and W of an image and its mask."""

    def update_memory(self, before: MemoryEncoding | None, match: Tensor, slot: int) -> MemoryEncoding:
        """Self-attention over the memory, after a frame has taken a slot."""

    def fit_filter(
        self,
        target: Tensor,
        label: Tensor,
        weight: Tensor,
        temporal_weight: Tensor | None = None,
        tau: Tensor | None = None,
        steps: int = 20,
    ) -> FilterFit:
        """Steps of the few-shot learner."""

    def answer(self, features: FrameFeatures, encoded: Tensor, value: Tensor, tau: Tensor) -> BranchOutputs:
        """E1* and E2* of a frame, given a memory and tau."""

    def decode(self, backbone: BackboneFeatures, answers: BranchOutputs) -> Segmentation:
        """Fusion and logits of frames; one per target."""

    def attention(self, match: Tensor, encoded: Tensor, y: int, x: int) -> Tensor:
        """One feature cell's attention over the memory."""

    def query_keys(self, match: Tensor) -> Tensor:
        """Unit keys of a frame's cells."""
