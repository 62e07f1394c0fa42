"""In which numbers a model computes: fp32, or bf16 where that is quicker."""

from __future__ import annotations

import torch

from llb.config import ModelConfig, Precision, PrecisionChoice


def choose_precision(config: ModelConfig, device: str, choice: PrecisionChoice) -> Precision:
    """Return what "auto" means for a model on this machine; any other choice stands.

    It is bf16 for a lite model on a CPU that computes in it, where it is quicker by a quarter to a half.
    """
    if choice != "auto":
        return choice
    return "bf16" if device == "cpu" and config.scale == "lite" and cpu_computes_bf16() else "fp32"


def cpu_computes_bf16() -> bool:
    """Tell whether this machine's CPU multiplies in bf16 by itself; where it must imitate it, bf16 is slower."""
    known = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}  # older PyTorch cannot tell
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))
