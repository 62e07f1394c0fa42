"""Key maps of ResNet-50 weights: torchvision's, detectron2's, maskrcnn-benchmark's and the release's, to ours.

Beside the names, what the first convolution expects differs; it is changed so that it gives the same on images of the
release's form (BGR 0..255 minus a mean): the order of its channels, its scale, and (in the running mean of the
BatchNorm behind it) the image's mean. That is exact but for the padding at the image's border.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

OUR_MEAN = (102.9801, 115.9465, 122.7717)  # BGR
NORM = r"(weight|bias|running_mean|running_var|num_batches_tracked)$"


@dataclass(frozen=True)
class ResNetFormat:
    """A way to write ResNet-50 weights down.

    Attributes:
        name: as users know it.
        first: name of the first convolution's weight, which tells the formats apart.
        rules: patterns of names and what they become; names that no rule fits are not the backbone's.
        rgb: whether images are RGB there, not BGR.
        mean, std: what images are normalised with there, in grey levels and in the order of our channels (BGR).
        caffe_stride: whether each stage's stride is on its first 1x1 convolution, as here.
    """

    name: str
    first: str
    rules: tuple[tuple[str, str], ...]
    rgb: bool = False
    mean: tuple[float, float, float] = OUR_MEAN
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    caffe_stride: bool = True


def _torch_rules(prefix: str, stem: str = "") -> tuple[tuple[str, str], ...]:
    return (
        (rf"{prefix}{stem}conv1\.weight$", "stem.0.weight"),
        (rf"{prefix}{stem}bn1\.{NORM}", r"stem.1.\1"),
        (rf"{prefix}(layer\d\..+)", r"\1"),
    )


DETECTRON_RULES = (
    (r"(?:backbone\.bottom_up\.)?stem\.conv1\.weight$", "stem.0.weight"),
    (rf"(?:backbone\.bottom_up\.)?stem\.conv1\.norm\.{NORM}", r"stem.1.\1"),
    (r"(?:backbone\.bottom_up\.)?res(\d)\.(\d+)\.conv(\d)\.weight$", r"layer<\1>.\2.conv\3.weight"),
    (rf"(?:backbone\.bottom_up\.)?res(\d)\.(\d+)\.conv(\d)\.norm\.{NORM}", r"layer<\1>.\2.bn\3.\4"),
    (r"(?:backbone\.bottom_up\.)?res(\d)\.(\d+)\.shortcut\.weight$", r"layer<\1>.\2.downsample.0.weight"),
    (rf"(?:backbone\.bottom_up\.)?res(\d)\.(\d+)\.shortcut\.norm\.{NORM}", r"layer<\1>.\2.downsample.1.\3"),
)
TORCHVISION = {"rgb": True, "mean": (103.53, 116.28, 123.675), "std": (57.375, 57.12, 58.395), "caffe_stride": False}

FORMATS = (
    ResNetFormat("torchvision's ResNet-50", "conv1.weight", _torch_rules(""), **TORCHVISION),
    ResNetFormat(
        "torchvision's Mask R-CNN", "backbone.body.conv1.weight", _torch_rules(r"backbone\.body\."), **TORCHVISION
    ),
    ResNetFormat(
        "detectron2's Mask R-CNN",
        "backbone.bottom_up.stem.conv1.weight",
        DETECTRON_RULES,
        mean=(103.53, 116.28, 123.675),
    ),
    ResNetFormat("detectron2's ResNet-50", "stem.conv1.weight", DETECTRON_RULES, mean=(103.53, 116.28, 123.675)),
    ResNetFormat(
        "maskrcnn-benchmark's Mask R-CNN",
        "backbone.body.stem.conv1.weight",
        _torch_rules(r"backbone\.body\.", r"stem\."),
    ),
    ResNetFormat("a released LLB or JOINT", "feature_extractor.conv1.weight", _torch_rules(r"feature_extractor\.")),
    ResNetFormat("a model of this project", "backbone.stem.0.weight", ((r"backbone\.((?:stem|layer\d)\..+)", r"\1"),)),
)


def find_format(names: Mapping[str, Tensor]) -> ResNetFormat | None:
    """Tell which of `FORMATS` a state dict is in, None for none of them."""
    return next((known for known in FORMATS if known.first in names), None)


def convert_resnet(tensors: Mapping[str, Tensor], known: ResNetFormat) -> dict[str, Tensor]:
    """Rename a state dict to that of `llb.model.backbone.ResNet50` and fit its first layer to our images.

    Entries of a detector beside its backbone, and a classifier's, are left out.
    """
    state = {}
    for name, value in tensors.items():
        for pattern, ours in known.rules:
            if re.match(pattern, name):
                renamed = re.sub(f"^{pattern}", ours, name)
                state[re.sub(r"<(\d)>", lambda found: str(int(found[1]) - 1), renamed)] = value.float()
                break
    weight = state["stem.0.weight"]
    if known.rgb:
        weight = weight.flip(1)
    scale = 1 / torch.tensor(known.std)
    shift = (torch.tensor(OUR_MEAN) - torch.tensor(known.mean)) * scale
    state["stem.0.weight"] = weight * scale.view(1, 3, 1, 1)
    if "stem.1.running_mean" in state:
        state["stem.1.running_mean"] = state["stem.1.running_mean"] - weight.sum((2, 3)) @ shift
    return state
