"""Configuration as data: the two scales, the six variants, and the settings of a run.

A model's name is ``scale/variant``, such as ``lite/llb``. Only `llb.model.build` reads a `ModelConfig`; layers take
plain numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

LabelInput = Literal["mask", "bff"]
LabelEncoder = Literal["cnn", "vitae"]
Fusion = Literal["sum", "adaptive"]
Precision = Literal["fp32", "bf16"]
PrecisionChoice = Literal["fp32", "bf16", "auto"]


@dataclass(frozen=True)
class Variant:
    """The three choices in which the models differ (the paper's Tables 3 and 4)."""

    label_input: LabelInput
    label_encoder: LabelEncoder
    fusion: Fusion


VARIANTS: dict[str, Variant] = {
    "joint": Variant("mask", "cnn", "sum"),
    "llb-1": Variant("bff", "vitae", "sum"),
    "llb-2": Variant("mask", "cnn", "adaptive"),
    "llb-3": Variant("bff", "cnn", "adaptive"),
    "llb-4": Variant("mask", "vitae", "adaptive"),
    "llb": Variant("bff", "vitae", "adaptive"),
}


@dataclass(frozen=True)
class ViTAEConfig:
    """Sizes of the three ViTAE stages (strides 4, 2, 2); the output has ``tokens[2]`` channels at stride 16."""

    embed: tuple[int, int, int] = (64, 64, 128)
    tokens: tuple[int, int, int] = (64, 64, 256)
    random_features: int = 32
    depth: int = 10
    heads: int = 4
    groups: int = 64


@dataclass(frozen=True)
class Scale:
    """All sizes of a model; they are the same for every variant.

    `crop` is (height, width) of the search region in pixels; `search_factor` its side over the square root of the
    target's area (paper: 5; at lite scale, where the crop has half the pixels a side, 2.75 keeps small targets large);
    `backbone_channels` are those of strides 4, 8, 16, 32; `decoder_channels` and `decoder_dim` go from stride 32 to 4.
    """

    backbone: Literal["resnet50", "lite0"]
    backbone_channels: tuple[int, int, int, int]
    crop: tuple[int, int]
    search_factor: float
    feature_dim: int
    label_dim: int
    key_dim: int
    decoder_channels: tuple[int, int, int, int]
    decoder_dim: int
    decoder_norm: bool
    cnn_channels: tuple[int, int, int]
    head_dim: int
    vitae: ViTAEConfig


SCALES: dict[str, Scale] = {
    "paper": Scale(
        backbone="resnet50",
        backbone_channels=(256, 512, 1024, 2048),
        crop=(480, 832),
        search_factor=5.0,
        feature_dim=512,
        label_dim=32,
        key_dim=128,
        decoder_channels=(256, 128, 128, 64),
        decoder_dim=64,
        decoder_norm=True,
        cnn_channels=(16, 32, 64),
        head_dim=64,
        vitae=ViTAEConfig(),
    ),
    "lite": Scale(
        backbone="lite0",
        backbone_channels=(24, 40, 112, 320),
        crop=(240, 416),
        search_factor=2.75,
        feature_dim=128,
        label_dim=32,
        key_dim=64,
        decoder_channels=(96, 64, 48, 32),
        decoder_dim=32,
        decoder_norm=False,
        cnn_channels=(16, 32, 64),
        head_dim=64,
        vitae=ViTAEConfig(embed=(16, 32, 64), tokens=(32, 32, 128), depth=3, groups=32),
    ),
}


@dataclass(frozen=True)
class ModelConfig:
    """A scale times a variant. `label_dim` overrides the scale's D (JOINT's published files have D = 16), `crop` its
    (height, width) of the search region.

    >>> ModelConfig.from_name("lite/llb")
    ModelConfig(scale='lite', variant='llb', label_dim=None, crop=None)

    Raises:
        ValueError: there is no such scale or variant, or the crop is not of multiples of 16.
    """

    scale: str
    variant: str
    label_dim: int | None = None
    crop: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise ValueError(f"Unknown scale {self.scale!r}: choose one of {', '.join(SCALES)}.")
        if self.variant not in VARIANTS:
            raise ValueError(f"Unknown variant {self.variant!r}: choose one of {', '.join(VARIANTS)}.")
        if self.crop:
            check_crop(self.crop)

    @classmethod
    def from_name(cls, name: str) -> ModelConfig:
        """Parse ``scale/variant``; raise ValueError when it is not of that form or there is no such model."""
        scale, slash, variant = name.partition("/")
        if not slash:
            raise ValueError(f"{name!r} is not a model name: write scale/variant, for example lite/llb.")
        return cls(scale, variant)

    @property
    def name(self) -> str:
        """``scale/variant``."""
        return f"{self.scale}/{self.variant}"

    @property
    def sizes(self) -> Scale:
        """The sizes of the scale, with this model's own crop."""
        scale = SCALES[self.scale]
        return replace(scale, crop=self.crop) if self.crop else scale


def check_crop(crop: tuple[int, int]) -> None:
    """Raise ValueError for a (height, width) that the strides of a model do not divide."""
    if any(side <= 0 or side % 16 for side in crop):
        raise ValueError(f"crop is {crop}: choose a height and width that are multiples of 16.")


def read_crop(written: str) -> tuple[int, int]:
    """Return the (height, width) of a crop that is written as width x height.

    >>> read_crop("512x288")
    (288, 512)

    Raises:
        ValueError: it cannot be read.
    """
    width, _, height = written.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"The crop is {written!r}: write width and height, such as 512x288.")
    return int(height), int(width)


def write_crop(crop: tuple[int, int]) -> str:
    """Return a crop as `read_crop` reads it."""
    return f"{crop[1]}x{crop[0]}"


@dataclass(frozen=True)
class Range:
    """The values that a setting may have, from `low` to `high`, both included."""

    low: float
    high: float

    def check(self, name: str, value: float) -> None:
        """Raise ValueError for a value outside."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{name} is {value}: choose a value from {self.low} to {self.high}.")


RANGES = {
    "memory_size": Range(1, 100),
    "interval": Range(2, 100),
    "steps_first": Range(1, 100),
    "steps_update": Range(0, 100),
    "search_factor": Range(1.5, 20.0),
    "min_mask_area": Range(0.0, 1e6),
}  # of `InferenceConfig`


@dataclass(frozen=True)
class InferenceConfig:
    """Settings of a run on a clip. The defaults are the paper's T, memory and steps, and paste exactly, which the
    released code does not (`as_released`).

    >>> InferenceConfig(interval=10).interval
    10
    >>> InferenceConfig(memory_size=0)
    Traceback (most recent call last):
    ...
    ValueError: memory_size is 0: choose a value from 1 to 100.

    Attributes:
        memory_size: most frames in a target's memory, frame 0 included (1 to 100).
        interval: T; the frames T-2, 2T-2, ... after a target's start join its memory (at least 2).
        steps_first: steepest-descent steps on the first frame.
        steps_update: steps whenever the memory grew.
        search_factor: side of the search region over the square root of the target's area (None: the model's own).
        min_mask_area: least sum of a soft mask (pixels) that moves the search region; below, the target counts as
            not visible.
        scale_min_mask_area: scale `min_mask_area` by the frame's area where it is below 480 x 854 pixels
            (off: as released).
        exact_paste: paste a target's logits exactly onto its search region (off: as released, which is mostly
            one pixel further up and left).
        search_again: look for a target that was lost, all over the frame, until it is found
            (`llb.inference.lost_target`; off: as released, which waits where the target was).

    Raises:
        ValueError: a value is out of its range.
    """

    memory_size: int = 20
    interval: int = 5
    steps_first: int = 20
    steps_update: int = 3
    search_factor: float | None = None
    min_mask_area: float = 100.0
    scale_min_mask_area: bool = True
    exact_paste: bool = True
    search_again: bool = False

    def __post_init__(self) -> None:
        for name, allowed in RANGES.items():
            if name != "search_factor" or self.search_factor is not None:
                allowed.check(name, getattr(self, name))

    @classmethod
    def as_released(cls, interval: int = 5) -> InferenceConfig:
        """Return the settings of the released code, whose T (`interval`) is 3 on DAVIS and 5 on YouTube-VOS.

        >>> InferenceConfig.as_released(interval=3).exact_paste
        False
        """
        return cls(interval=interval, search_factor=5.0, scale_min_mask_area=False, exact_paste=False)

    def for_scale(self, scale: Scale) -> InferenceConfig:
        """Return the settings with the scale's own search factor where none is set.

        >>> InferenceConfig().for_scale(SCALES["lite"]).search_factor
        2.75
        """
        return replace(self, search_factor=scale.search_factor if self.search_factor is None else self.search_factor)
