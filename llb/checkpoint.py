"""Load a model by name or by file.

Weights are safetensors only; shipped files are listed, with their sha256, in weights/manifest.json. That folder lies
inside the installed package, and beside it in a checkout.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from llb.config import SCALES, VARIANTS, ModelConfig, Precision, PrecisionChoice
from llb.model.build import build_model, for_inference
from llb.model.network import LLB

PACKAGE = Path(__file__).resolve().parent
INSTALLED = PACKAGE / "weights"  # setup.py puts the checkout's folder there
WEIGHTS = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent / "weights"
NO_WEIGHTS = "no weights yet: this variant has not been trained at this scale"


@dataclass(frozen=True)
class ModelCard:
    """What is known of a model's weights; `reason` says why they cannot be used and is empty where they can.

    `model` is what the weights are of: the name itself, unless there are several for one variant (``lite/llb-long``).
    `parameters` counts the trained ones and the frozen backbone's.
    """

    name: str
    available: bool
    reason: str = ""
    file: str = ""
    sha256: str = ""
    model: str = ""
    parameters: int = 0


def shipped_models(folder: Path = WEIGHTS) -> dict[str, ModelCard]:
    """List every model of the family by name, with its weights or the reason why there are none."""
    path = folder / "manifest.json"
    entries = json.loads(path.read_text()) if path.exists() else {}
    names = dict.fromkeys([*(f"{scale}/{variant}" for scale in SCALES for variant in VARIANTS), *entries])
    cards = {}
    for name in names:
        entry = entries.get(name)
        if entry is None:
            cards[name] = ModelCard(name, False, NO_WEIGHTS)
        else:
            known = {field: str(entry[field]) for field in ("file", "sha256", "model")}
            found = (folder / known["file"]).exists()
            reason = "" if found else f"weights/{known['file']} is missing"
            cards[name] = ModelCard(name, found, reason, **known, parameters=int(entry["parameters"]))
    return cards


def load_model(
    name: str,
    device: str = "cpu",
    folder: Path = WEIGHTS,
    as_trained: bool = False,
    precision: PrecisionChoice = "fp32",
) -> LLB:
    """Load a shipped model such as ``lite/llb``, or a ``.safetensors`` file that `save_model` or training wrote.

    It is ready to run (`llb.model.build.for_inference`), unless it is wanted `as_trained`. The `precision` "auto" is
    bf16 for a lite model on a CPU that computes in it, where it is quicker by a quarter to a half, and fp32 elsewhere.

    Raises:
        ValueError: the name is unknown, there are no such weights, or the file is damaged or not of this model.
    """
    if name.endswith(".safetensors"):
        return _ready(_load_file(Path(name), None), device, as_trained, precision)
    cards = shipped_models(folder)
    if name not in cards:
        ready = ", ".join(card.name for card in cards.values() if card.available) or "none"
        raise ValueError(f"There is no model {name!r}: choose one that has weights ({ready}).")
    card = cards[name]
    if not card.available:
        raise ValueError(f"{name} cannot be loaded: {card.reason}.")
    path = folder / card.file
    if hashlib.sha256(path.read_bytes()).hexdigest() != card.sha256:
        raise ValueError(f"{path} is not the file that the manifest names (sha256 differs): fetch it again.")
    return _ready(_load_file(path, card.model), device, as_trained, precision)


def weights_sha256(name: str, folder: Path = WEIGHTS) -> str:
    """Return the sha256 of the file that `load_model` reads for a name; empty for a model without weights."""
    if name.endswith(".safetensors"):
        return hashlib.sha256(Path(name).read_bytes()).hexdigest() if Path(name).is_file() else ""
    card = shipped_models(folder).get(name)
    return card.sha256 if card else ""


def cpu_computes_bf16() -> bool:
    """Tell whether this machine's CPU multiplies in bf16 by itself; where it must imitate it, bf16 is slower."""
    known = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}  # older PyTorch cannot tell
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def choose_precision(config: ModelConfig, device: str, choice: PrecisionChoice) -> Precision:
    """Return what "auto" means for a model on this machine; any other choice stands."""
    if choice != "auto":
        return choice
    return "bf16" if device == "cpu" and config.scale == "lite" and cpu_computes_bf16() else "fp32"


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
    config = ModelConfig.from_name(meta["model"])
    if "label_dim" in meta:
        config = ModelConfig(config.scale, config.variant, int(meta["label_dim"]))
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
    return model.eval()


def save_model(model: LLB, path: Path) -> None:
    """Write a model's weights: fp16 and without the frozen backbone at lite scale, fp32 at paper scale."""
    lite = model.scale.backbone == "lite0"
    state = {
        name: (value.half() if lite and value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
        if not (lite and name.startswith("backbone."))
    }
    meta = {"model": model.config.name}
    if model.config.label_dim:
        meta["label_dim"] = str(model.config.label_dim)
    save_file(state, path, meta)
