"""The named results that pass between model, engine and page.

Axes: B targets, T memory frames, D label channels, h = H/16, w = W/16.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

Rgb = UInt8[np.ndarray, "height width 3"]  # a picture, 0 to 255
Labels = UInt8[np.ndarray, "height width"]  # object ids, 0 = background
Mask = Bool[np.ndarray, "height width"]
VOID = 255  # pixels of a mask that belong to nothing for sure, as in PASCAL VOC
LARGEST_ID = VOID - 1  # of an object


@dataclass(frozen=True)
class BackboneFeatures:
    """Features at strides 4, 8, 16 and 32."""

    c2: Float[Tensor, "b c2 h2 w2"]
    c3: Float[Tensor, "b c3 h3 w3"]
    c4: Float[Tensor, "b c4 h4 w4"]
    c5: Float[Tensor, "b c5 h5 w5"]


@dataclass(frozen=True)
class FrameFeatures:
    """An image's features before any target is known: backbone features and the two branches' heads."""

    backbone: BackboneFeatures
    match: Float[Tensor, "b c h w"]  # transduction branch
    target: Float[Tensor, "b c h w"]  # induction branch, L2-normalised over the sample


@dataclass(frozen=True)
class TargetEncoding:
    """The label generator's output for frames with known masks."""

    value: Float[Tensor, "b d h w"]  # E1, to the transformer
    label: Float[Tensor, "b d h w"]  # E2, to the few-shot learner
    weight: Float[Tensor, "b d h w"]  # W


@dataclass(frozen=True)
class FilterFit:
    """The few-shot learner after some steps: tau and the loss before each step and after the last."""

    tau: Float[Tensor, "b d c k k"]
    losses: Float[Tensor, "steps b"]


@dataclass(frozen=True)
class Fused:
    """E_tar and the two gates (None for the plain sum)."""

    feature: Float[Tensor, "b d h w"]
    gate_transduced: Float[Tensor, "b d h w"] | None
    gate_induced: Float[Tensor, "b d h w"] | None


@dataclass(frozen=True)
class BranchOutputs:
    """The two branches' outputs on a frame, given a memory and tau."""

    transduced: Float[Tensor, "b d h w"]  # E1*
    induced: Float[Tensor, "b d h w"]  # E2*


@dataclass(frozen=True)
class Segmentation:
    """The segmentation of a frame, given a memory and tau."""

    transduced: Float[Tensor, "b d h w"]  # E1*
    induced: Float[Tensor, "b d h w"]  # E2*
    fused: Fused
    logits: Float[Tensor, "b 1 height width"]


@dataclass(frozen=True)
class SearchRegion:
    """A box of the image in pixels, half-open; it may reach outside the image."""

    y0: int
    x0: int
    y1: int
    x1: int


@dataclass(frozen=True)
class TraceRequest:
    """Which inner values of a step to return, beside those that every trace has.

    Attributes:
        pixel: (y, x) in the image; adds that pixel's attention over the memory.
        keys: add the frame's query keys and, where the memory has changed, its keys: the attention of every pixel
            follows from the two.
        all_keys: with `keys`, add the memory's keys at every frame.
    """

    pixel: tuple[int, int] | None = None
    keys: bool = False
    all_keys: bool = False


@dataclass(frozen=True)
class TargetTrace:
    """One target at one frame, in numpy. Fields that do not exist at this frame or in this variant are None."""

    target: int
    region: SearchRegion
    crop: Rgb  # the search region
    mask: Float[np.ndarray, "height width"]  # merged probability of this frame inside the region
    bff: UInt8[np.ndarray, "height width 3"]  # crop x mask, shown in RGB (removed background = mean colour)
    value: Float[np.ndarray, "d h w"]  # E1 of this frame
    label: Float[np.ndarray, "d h w"]  # E2
    weight: Float[np.ndarray, "d h w"]  # W
    in_memory: bool  # False: E1, E2 and W were computed for this trace alone and serve no later frame
    transduced: Float[np.ndarray, "d h w"] | None = None  # E1*; None on the target's first frame, as all below
    induced: Float[np.ndarray, "d h w"] | None = None  # E2*
    gate_transduced: Float[np.ndarray, "d h w"] | None = None  # gamma1, also None where the branches are summed
    gate_induced: Float[np.ndarray, "d h w"] | None = None  # gamma2
    fused: Float[np.ndarray, "d h w"] | None = None  # E_tar
    logits: Float[np.ndarray, "height width"] | None = None
    attention: Float[np.ndarray, "t h w"] | None = None  # of the requested pixel, over the memory
    query: Float[np.ndarray, "k h w"] | None = None  # unit keys of this frame's cells, on request
    memory_keys: Float[np.ndarray, "t k h w"] | None = None  # of the memory's cells, on request, where it changed
    few_shot_losses: tuple[float, ...] = ()  # of the fit that ran at this frame (empty: none did)
    memory_frames: tuple[int, ...] = ()  # frame indices in the memory
    temporal_weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class FrameResult:
    """A segmented frame. `prob` is background first, then the targets in the order of `targets`; empty if unwanted.

    `seconds` is what the frame took, without traces. Of these, `shared_seconds` went into features that other models
    may reuse (0: they were reused here; None: nothing is shared), and in `cpu_seconds` the thread had a processor core
    (None: not known, as on a GPU).
    """

    index: int
    targets: tuple[int, ...]
    labels: UInt8[np.ndarray, "height width"]
    prob: Float[np.ndarray, "n height width"]
    seconds: float
    traces: tuple[TargetTrace, ...] = field(default=())
    shared_seconds: float | None = None
    cpu_seconds: float | None = None
