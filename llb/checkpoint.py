"""Load a model by name or by file.

Weights are safetensors only; where they are looked for is in `llb.weight_files`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save, save_file
from torch import Tensor, nn

from llb.config import SCALES, ModelConfig, PrecisionChoice, read_crop, write_crop
from llb.model.backbone import Lite0, load_lite0_imagenet
from llb.model.build import build_model, for_inference
from llb.model.network import LLB
from llb.precision import choose_precision
from llb.weight_files import WEIGHTS, available_models, find_model, sha256_of

BACKBONE = "backbone."


def load_model(
    name: str,
    device: str = "cpu",
    folder: Path = WEIGHTS,
    as_trained: bool = False,
    precision: PrecisionChoice = "fp32",
) -> LLB:
    """Load a model by name, such as ``lite/llb``, or a ``.safetensors`` file that `save_model` or training wrote.

    It is ready to run (`llb.model.build.for_inference`), unless it is wanted `as_trained`; what the `precision` "auto"
    means is decided by `llb.precision.choose_precision`.

    Raises:
        ValueError: the name is unknown, there are no such weights, or the file is damaged or not of this model.
    """
    if name.endswith(".safetensors"):
        return _ready(_load_file(Path(name), None), device, as_trained, precision)
    card = find_model(name, folder)
    return _ready(_load_file(card.fetch(), card.model), device, as_trained, precision)


def weights_sha256(name: str, folder: Path = WEIGHTS) -> str:
    """Return the sha256 of the file that `load_model` reads for a name; empty for a model without weights."""
    if name.endswith(".safetensors"):
        return sha256_of(Path(name)) if Path(name).is_file() else ""
    card = available_models(folder).get(name)
    return card.sha256 if card else ""


def _ready(model: LLB, device: str, as_trained: bool, precision: PrecisionChoice) -> LLB:
    if not as_trained:
        for_inference(model, choose_precision(model.config, device, precision))
    return model.to(device)


def _load_file(path: Path, name: str | None) -> LLB:
    if not path.exists():
        raise ValueError(f"There is no file {path}: check the path.")
    try:
        with safe_open(path, "pt") as file:
            meta = file.metadata() or {}
            state: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}.") from error
    if "model" not in meta:
        raise ValueError(f"{path} does not say which model it holds: convert it with this project's tools first.")
    if name is not None and meta["model"] != name:
        raise ValueError(f"{path} holds {meta['model']}, not {name}: check weights/manifest.json.")
    if "backbone" in meta:
        state |= _read_backbone(path.with_name(Path(meta["backbone"]).name), meta.get("backbone_sha256", ""))
    config = ModelConfig.from_name(meta["model"])
    if "label_dim" in meta:
        config = replace(config, label_dim=int(meta["label_dim"]))
    if "crop" in meta:
        config = replace(config, crop=read_crop(meta["crop"]))
    model = build_model(config)
    state = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    try:
        result = model.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ValueError(f"{path} does not fit {config.name}: {str(error).splitlines()[-1].strip()}") from error
    frozen = "backbone." if SCALES[config.scale].backbone == "lite0" else "\0"
    absent = [key for key in result.missing_keys if not key.startswith(frozen)]
    if absent or result.unexpected_keys:
        raise ValueError(f"{path} does not fit {config.name}: {(absent or result.unexpected_keys)[0]} is amiss.")
    if isinstance(model.backbone, Lite0):
        model.backbone.key = _backbone_key(state)
    return model.eval()


def kept_weights(network: nn.Module) -> dict[str, Tensor]:
    """Return the weights that are worth a file: all but those of a lite backbone that is ImageNet's."""
    lite = next((module for module in network.modules() if isinstance(module, Lite0)), None)
    known = lite is not None and _is_imagenet(lite)
    return {name: value for name, value in network.state_dict().items() if not (known and "backbone." in name)}


def _is_imagenet(backbone: Lite0) -> bool:
    with torch.random.fork_rng(devices=[]):
        other = Lite0()
    load_lite0_imagenet(other)
    state = backbone.state_dict()
    return all(torch.equal(value, state[name].cpu()) for name, value in other.state_dict().items())


def save_apart(path: Path, backbone: Path, out: Path) -> bool:
    """Write a model's file `path` as `out`, its backbone going to the file `backbone` that several models share.

    `out` must be in the folder of `backbone`, whose name and sha256 it keeps. Return whether the model has one; a file
    without is copied.

    Raises:
        ValueError: `backbone` exists and holds other weights.
    """
    with safe_open(path, "pt") as file:
        meta = file.metadata()
        state: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
    shared = {key.removeprefix(BACKBONE): value for key, value in state.items() if key.startswith(BACKBONE)}
    if shared:
        data = save(shared)
        if backbone.exists() and backbone.read_bytes() != data:
            raise ValueError(f"{backbone} holds another backbone: remove it with the models that were trained with it.")
        backbone.write_bytes(data)
        meta |= {"backbone": backbone.name, "backbone_sha256": sha256_of(backbone)}
    save_file({key: value for key, value in state.items() if not key.startswith(BACKBONE)}, out, meta)
    return bool(shared)


def _backbone_key(state: Mapping[str, Tensor]) -> str:
    """Return a text that names the backbone's weights among a model's; empty where it has none of its own."""
    names = sorted(name for name in state if name.startswith(BACKBONE))
    digest = hashlib.sha256()
    for name in names:
        digest.update(state[name].contiguous().numpy().tobytes())
    return digest.hexdigest() if names else ""


def _read_backbone(path: Path, sha256: str) -> dict[str, Tensor]:
    """Read the file that several models share, under the names that its tensors have in a model."""
    if not path.is_file():
        raise ValueError(f"There is no file {path}: it holds the model's backbone and belongs beside its file.")
    if sha256_of(path) != sha256:
        raise ValueError(f"{path} is not the backbone that this model was trained with: fetch it again.")
    return {f"{BACKBONE}{key}": value for key, value in load_file(path).items()}


def save_model(model: LLB, path: Path) -> None:
    """Write a model's weights: in fp16 and without ImageNet's backbone at lite scale, in fp32 at paper scale."""
    lite = model.scale.backbone == "lite0"
    state = {
        name: (value.half() if lite and value.is_floating_point() else value).contiguous()
        for name, value in kept_weights(model).items()
    }
    meta = {"model": model.config.name}
    if model.config.label_dim:
        meta["label_dim"] = str(model.config.label_dim)
    if model.config.crop:
        meta["crop"] = write_crop(model.config.crop)
    save_file(state, path, meta)
