"""Convert a released state dict: its names to ours, and a whole checkpoint to a safetensors file.

Every released name is either mapped or dropped for a stated reason; none is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from llb.checkpoint import save_model
from llb.config import ModelConfig
from llb.model.build import build_model
from llb.released.checkpoint_reader import read_released

LABEL_HEAD = "label_encoder.label_pred_tm.0.weight"  # its first axis is D
MAX_LABEL_DIM = 256

RULES: tuple[tuple[str, str], ...] = (
    (r"feature_extractor\.conv1\.", "backbone.stem.0."),
    (r"feature_extractor\.bn1\.", "backbone.stem.1."),
    (r"feature_extractor\.(layer\d)\.", r"backbone.\1."),
    (r"transformer\.feature_adjustor\.0\.", "transduction.adjust."),
    (r"transformer\.decoder\.self_attn\.WK\.", "transduction.self_attention.attention.key."),
    (r"transformer\.decoder\.cross_attn\.WK\.", "transduction.cross_attention.key."),
    (r"target_model\.feature_extractor\.0\.", "induction.head."),
    (r"target_model\.filter_optimizer\.residual_module\.filter_reg", "induction.filter_reg"),
    (r"combiner\.tm_1\.", "fusion.gate_induced.0."),
    (r"combiner\.tm_2\.", "fusion.gate_induced.2."),
    (r"combiner\.tr_1\.", "fusion.gate_transduced.0."),
    (r"combiner\.tr_2\.", "fusion.gate_transduced.2."),
    (r"decoder\.TSE\.layer(\d)\.", r"decoder.levels.<\1>.embed."),
    (r"decoder\.RRB(\d)\.layer(\d)\.conv1x1\.", r"decoder.levels.<\2>.refine\1.project."),
    (r"decoder\.RRB(\d)\.layer(\d)\.bblock\.", r"decoder.levels.<\2>.refine\1.inner."),
    (r"decoder\.CAB\.layer(\d)\.convreluconv\.", r"decoder.levels.<\1>.attend.gate."),
    (r"decoder\.proj\.layer(\d)\.", r"decoder.levels.<\1>.proj."),
    (r"decoder\.project\.conv(\d)\.", r"decoder.up\1."),
    (r"label_encoder\.label_pred_tm\.", "label_generator.label."),
    (r"label_encoder\.label_pred_tr\.", "label_generator.value."),
    (r"label_encoder\.samp_w_pred\.", "label_generator.weight."),
    # LLB: ViTAE and its two projections
    (r"label_encoder\.prejector_tm\.", "label_generator.encoder.induction."),
    (r"label_encoder\.prejector_tr\.", "label_generator.encoder.transduction."),
    (r"label_encoder\.label_backbone\.layers\.(\d)\.RC\.PCM\.", r"label_generator.encoder.vitae.reduction.\1.local."),
    (
        r"label_encoder\.label_backbone\.layers\.(\d)\.RC\.PRM\.convs\.(\d)\.0\.",
        r"label_generator.encoder.vitae.reduction.\1.reduce.convs.\2.",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.(\d)\.RC\.attn\.w$",
        r"label_generator.encoder.vitae.reduction.\1.attention.directions",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.(\d)\.RC\.attn\.",
        r"label_generator.encoder.vitae.reduction.\1.attention.",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.2\.NC\.(\d+)\.PCM\.",
        r"label_generator.encoder.vitae.normal.\1.local.",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.2\.NC\.(\d+)\.attn\.",
        r"label_generator.encoder.vitae.normal.\1.",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.2\.NC\.(\d+)\.mlp\.fc1\.",
        r"label_generator.encoder.vitae.normal.\1.mlp.0.",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.2\.NC\.(\d+)\.mlp\.fc2\.",
        r"label_generator.encoder.vitae.normal.\1.mlp.2.",
    ),
    (
        r"label_encoder\.label_backbone\.layers\.2\.NC\.(\d+)\.norm",
        r"label_generator.encoder.vitae.normal.\1.norm",
    ),
    # JOINT: the label CNN
    (r"label_encoder\.conv_block\.0\.", "label_generator.encoder.stem.0."),
    (r"label_encoder\.res1_tm\.", "label_generator.encoder.induction.0."),
    (r"label_encoder\.res2_tm\.", "label_generator.encoder.induction.1."),
    (r"label_encoder\.res1_tr\.", "label_generator.encoder.transduction.0."),
    (r"label_encoder\.res2_tr\.", "label_generator.encoder.transduction.1."),
)

DROPPED: dict[str, str] = {
    r"transformer\..*\.WV\.(weight|bias)": "values are not projected; the release never uses it",
    r"transformer\.encoder\.self_attn\.WK\.(weight|bias)": "the same key projection again; the later name counts",
    r"label_encoder\.label_backbone\.head\.(weight|bias)": "ImageNet classifier, unused",
}


def convert_checkpoint(path: Path, out: Path) -> str:
    """Convert a released ``.pth.tar`` into a safetensors file that `load_model` takes; return the model's name.

    Raises:
        ValueError: the file is not a released LLB or JOINT checkpoint, or there is no folder for `out`.
    """
    if not out.parent.is_dir():
        raise ValueError(f"There is no folder {out.parent} to write to: make it first.")
    released = read_released(path)
    if LABEL_HEAD not in released:
        raise ValueError(f"{path} is not a released LLB or JOINT checkpoint: it has no entry {LABEL_HEAD}.")
    model = build_model(released_config(released))
    state, own = convert_state(released), model.state_dict()
    for name, value in state.items():
        if name in own and value.is_floating_point() != own[name].is_floating_point():
            raise ValueError(f"{path} does not fit {model.config.name}: {name} holds {value.dtype}.")
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"{path} does not fit {model.config.name}: {str(error).splitlines()[-1].strip()}") from error
    save_model(model, out)
    return model.config.name


def convert_name(name: str) -> str | None:
    """Return our name of a released entry, None where it is dropped.

    Raises:
        ValueError: the name belongs to neither list.
    """
    if any(re.fullmatch(pattern, name) for pattern in DROPPED):
        return None
    for pattern, ours in RULES:
        if re.match(pattern, name):
            renamed = re.sub("^" + pattern, ours, name)
            return re.sub(r"<(\d)>", lambda m: str(4 - int(m[1])), renamed)
    raise ValueError(f"{name!r} is not an entry of a released LLB or JOINT checkpoint.")


def convert_state(released: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename a released state dict; the gates' linear layers become 1x1 convolutions."""
    state = {}
    for name, value in released.items():
        ours = convert_name(name)
        if ours is not None:
            state[ours] = value[..., None, None] if ours.startswith("fusion.") else value
    return state


def released_config(released: Mapping[str, Tensor]) -> ModelConfig:
    """Tell LLB from JOINT by the names, and D by a shape (JOINT's published files have D = 16).

    Raises:
        ValueError: D is not from 1 to 256.
    """
    shape = released[LABEL_HEAD].shape
    if len(shape) != 4 or not 1 <= shape[0] <= MAX_LABEL_DIM:
        raise ValueError(f"{LABEL_HEAD} has shape {list(shape)}: in a released checkpoint it is [D, 64, 3, 3].")
    variant = "llb" if "combiner.tm_1.weight" in released else "joint"
    return ModelConfig("paper", variant, label_dim=shape[0])
