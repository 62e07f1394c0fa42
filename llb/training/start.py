"""Load the files that a training starts from into a network, and say what did not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from llb.model.backbone import ResNet50
from llb.model.network import LLB
from llb.model.resnet_weights import FORMATS, convert_resnet, find_format
from llb.model.vitae import LabelViTAE
from llb.model.vitae_weights import convert_vitae
from llb.released.checkpoint_reader import read_released
from llb.released.key_map import LABEL_HEAD, convert_state
from llb.training.config import TrainConfig
from llb.training.shared_trunk import SharedTrunk


def load_start(network: nn.Module, config: TrainConfig) -> Iterator[str]:
    """Load a run's files in order and yield a sentence for each that did not give everything.

    Raises:
        ValueError: a file is not the one that the settings name, cannot be read, or nothing in it fits the model.
    """
    for start in config.starts:
        if start.part != "run":
            tensors = read_tensors(start.checked())
            load = _load_shared if isinstance(network, SharedTrunk) else LOADERS[start.part]
            yield from load(cast(Any, network), start.path, tensors)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file, or a state dict that torch.save wrote; nothing that it names is executed.

    Raises:
        ValueError: it is neither.
    """
    if path.suffix != ".safetensors":
        return read_released(path)
    try:
        tensors = load(path.read_bytes())
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}.") from error
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def _load_shared(trunk: SharedTrunk, path: str, tensors: Mapping[str, Tensor]) -> Iterator[str]:
    """Load the shared stage itself; a backbone that is not in the file stays ImageNet's."""
    missing = trunk.load_state_dict(dict(tensors), strict=False).missing_keys
    if any("backbone." not in name for name in missing):
        raise ValueError(f"{path} does not hold the shared stage: {missing[0]} is missing.")
    yield from ()


def _load_model(model: LLB, path: str, tensors: Mapping[str, Tensor]) -> Iterator[str]:
    """Load a whole model: the lite recipe's shared stage, an earlier stage of the same model, or a released one."""
    if any(name.startswith("trunk.") for name in tensors):
        trunk = SharedTrunk(model.config.scale, seed=0)
        yield from _load_shared(trunk, path, tensors)
        tensors = trunk.variant_state(model.config.variant)
    elif LABEL_HEAD in tensors:
        tensors = convert_state(tensors)
    yield from _fill(model, tensors, path)


def _load_backbone(model: LLB, path: str, tensors: Mapping[str, Tensor]) -> Iterator[str]:
    if not isinstance(model.backbone, ResNet50):
        raise ValueError(f"{model.config.name} has a frozen backbone of its own: leave --init-backbone out.")
    known = find_format(tensors)
    if known is None:
        names = ", ".join(known.name for known in FORMATS)
        raise ValueError(f"{path} holds no ResNet-50 whose names are known ({names}).")
    if not known.caffe_stride:
        yield (
            f"{path}: {known.name} strides on the 3x3 convolutions, this backbone on the 1x1 ones before them, as "
            "released: its deeper layers see shifted features until stage 2 trains them."
        )
    yield from _fill(model.backbone, convert_resnet(tensors, known), path)


def _load_encoder(model: LLB, path: str, tensors: Mapping[str, Tensor]) -> Iterator[str]:
    encoder = model.label_generator.encoder
    if not isinstance(encoder, LabelViTAE):
        raise ValueError(f"{model.config.name} has no ViTAE: leave --init-encoder out.")
    yield from _fill(encoder.vitae, convert_vitae(tensors), path)


LOADERS = {"model": _load_model, "backbone": _load_backbone, "encoder": _load_encoder}


def _fill(module: nn.Module, tensors: Mapping[str, Tensor], path: str) -> Iterator[str]:
    """Load the tensors that fit; yield a sentence where some of the module's have no counterpart."""
    wanted = module.state_dict()
    found = {name: value for name, value in tensors.items() if name in wanted and wanted[name].shape == value.shape}
    if not found:
        raise ValueError(f"Nothing in {path} fits this model: check the file.")
    module.load_state_dict(found, strict=False)
    lite = any(name.startswith("backbone.net.") for name in wanted)  # its backbone is ImageNet's and in no file
    left = [
        name
        for name in wanted
        if name not in found and not name.endswith("num_batches_tracked") and not (lite and "backbone." in name)
    ]
    if left:
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        yield f"{path} has nothing that fits {', '.join(left[:3])}{more}: these keep their first, random values."
