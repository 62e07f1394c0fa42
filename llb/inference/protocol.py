"""The interface of a model as the engine uses it: `llb.model.network.LLB` has it, and the tests' stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from llb.config import ModelConfig, Precision, Scale
from llb.model.incremental_attention import MemoryEncoding
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Segmentation, TargetEncoding


@runtime_checkable
class SegmentationModel(Protocol):
    """A model that the engine can run; methods and shapes are those of `llb.model.network.LLB`."""

    config: ModelConfig
    mean_rgb: tuple[float, float, float]

    @property
    def precision(self) -> Precision:
        """Precision of backbone and decoder."""

    @property
    def scale(self) -> Scale:
        """Sizes of the model; the engine reads `crop` and `search_factor`."""

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Parameters of the model, at least one; the engine works on their device."""

    def prepare(self, rgb: Tensor) -> Tensor:
        """Turn RGB 0..255 into the network's input."""

    def extract(self, image: Tensor, backbone: BackboneFeatures | None = None) -> FrameFeatures:
        """Return the features of an image; `backbone` reuses what the same backbone made of it."""

    def shares_backbone(self, other: object) -> bool:
        """Return whether another model's backbone gives the same features."""

    def encode_target(self, image: Tensor, mask: Tensor) -> TargetEncoding:
        """Return E1, E2 and W of an image and its mask."""

    def update_memory(self, before: MemoryEncoding | None, match: Tensor, slot: int) -> MemoryEncoding:
        """Return the encoding of a memory in which a frame has taken a slot."""

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
        """Fit tau to the memory by some steps of the few-shot learner."""

    def run_branches(self, features: FrameFeatures, encoded: Tensor, value: Tensor, tau: Tensor) -> BranchOutputs:
        """Return E1* and E2* of a frame, given a memory and tau."""

    def decode(self, backbone: BackboneFeatures, branches: BranchOutputs) -> Segmentation:
        """Fuse and decode a batch of frames, one per target."""

    def attention(self, match: Tensor, encoded: Tensor, y: int, x: int) -> Tensor:
        """Return one feature cell's attention over the memory."""

    def query_keys(self, match: Tensor) -> Tensor:
        """Return the unit keys of a frame's cells."""
