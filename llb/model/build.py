"""Build a network from a name or a ModelConfig: the whole model tree, spelled once."""

from __future__ import annotations

import torch
from torch import nn

from llb.config import SCALES, VARIANTS, ModelConfig, Precision
from llb.model.backbone import Lite0, ResNet50, fold_batch_norm, load_lite0_imagenet
from llb.model.decoder import Decoder
from llb.model.fusion import AdaptiveFusion, SumFusion
from llb.model.induction import Induction
from llb.model.label_cnn import LabelCNN
from llb.model.label_generator import LabelGenerator
from llb.model.network import LLB
from llb.model.transduction import Transduction
from llb.model.vitae import LabelViTAE


def build_model(model: str | ModelConfig, seed: int = 0) -> LLB:
    """Build a model in eval mode with seeded random weights; a lite model's frozen backbone has its ImageNet weights.

    Parts that two variants share start from the same values under the same seed. `model` is a name such as
    ``lite/llb``.

    Raises:
        ValueError: there is no such model.
    """
    config = ModelConfig.from_name(model) if isinstance(model, str) else model
    scale, variant = SCALES[config.scale], VARIANTS[config.variant]
    label_dim = config.label_dim or scale.label_dim
    c4 = scale.backbone_channels[2]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone: nn.Module = Lite0() if scale.backbone == "lite0" else ResNet50()
        transduction = Transduction(c4, scale.feature_dim, scale.key_dim)
        induction = Induction(c4, scale.feature_dim)
        decoder = Decoder(
            scale.backbone_channels, label_dim, scale.decoder_channels, scale.decoder_dim, scale.decoder_norm
        )
        torch.manual_seed(seed + 1)
        fusion = AdaptiveFusion(label_dim) if variant.fusion == "adaptive" else SumFusion()
        torch.manual_seed(seed + 2)
        vitae = variant.label_encoder == "vitae"
        in_channels = 3 if vitae or variant.label_input == "bff" else 1
        encoder = LabelViTAE(scale.vitae, scale.head_dim) if vitae else LabelCNN(in_channels, scale.cnn_channels)
        label_generator = LabelGenerator(encoder, variant.label_input, in_channels, scale.head_dim, label_dim)
    if isinstance(backbone, Lite0):
        load_lite0_imagenet(backbone)
    network = LLB(
        config,
        backbone=backbone,
        label_generator=label_generator,
        transduction=transduction,
        induction=induction,
        fusion=fusion,
        decoder=decoder,
    )
    return network.eval()


def for_inference(model: LLB, precision: Precision = "fp32") -> LLB:
    """Make a trained model faster in place: BatchNorm folded, weights laid out channels last.

    Outputs stay the same up to rounding in fp32; in bf16, backbone and decoder (the convolutions) compute in it. The
    model can then only be run: its parameters no longer have the names and shapes of the files.
    """
    model.eval().requires_grad_(False)
    fold_batch_norm(model)
    if precision == "bf16":
        model.backbone.bfloat16()
        model.decoder.bfloat16()
    return model.to(memory_format=torch.channels_last)
