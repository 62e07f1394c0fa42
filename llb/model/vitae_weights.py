"""Key map of ViTAE-6M weights: ImageNet's own file, or the label encoder of a released LLB, to `ViTAE`.

Images are not converted: the release hands its background-filtered frames over as they are, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

PREFIX = r"^(?:module\.)?(?:label_encoder\.label_backbone\.)?layers\."
RULES: tuple[tuple[str, str], ...] = (
    (r"(\d)\.RC\.PCM\.", r"reduction.\1.local."),
    (r"(\d)\.RC\.PRM\.convs\.(\d)\.0\.", r"reduction.\1.reduce.convs.\2."),
    (r"(\d)\.RC\.attn\.w$", r"reduction.\1.attention.directions"),
    (r"(\d)\.RC\.attn\.", r"reduction.\1.attention."),
    (r"2\.NC\.(\d+)\.PCM\.", r"normal.\1.local."),
    (r"2\.NC\.(\d+)\.attn\.", r"normal.\1."),
    (r"2\.NC\.(\d+)\.mlp\.fc1\.", r"normal.\1.mlp.0."),
    (r"2\.NC\.(\d+)\.mlp\.fc2\.", r"normal.\1.mlp.2."),
    (r"2\.NC\.(\d+)\.norm", r"normal.\1.norm"),
)
OURS = "label_generator.encoder.vitae."


def convert_vitae(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename a state dict; entries that are not of the three stages (a classifier, a class token) are left out.

    A model of this project gives its label encoder's ViTAE.
    """
    state = {name.removeprefix(OURS): value for name, value in tensors.items() if name.startswith(OURS)}
    for name, value in tensors.items():
        found = re.match(PREFIX, name)
        rest = name[found.end() :] if found else ""
        for pattern, ours in RULES:
            if re.match(pattern, rest):
                state[re.sub(f"^{pattern}", ours, rest)] = value
                break
    return state
