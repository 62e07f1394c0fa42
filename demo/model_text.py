"""The words about models: how they differ, how large, good and fast they are."""

from __future__ import annotations

from llb.config import VARIANTS, Variant
from llb.evaluation.results_table import Measured

LONG_TITLE = "LLB (trained longer)"
LONG_DIFFERENCE = "larger crops: best for your own clips"
INPUTS = {"mask": "label from the mask", "bff": "label from object pixels (frame × mask)"}
ENCODERS = {"cnn": "CNN", "vitae": "ViTAE"}
FUSIONS = {"sum": "branches added", "adaptive": "branches weighted by gates"}


def difference(variant: str) -> str:
    """Say in one line how a variant differs from the others."""
    kind: Variant = VARIANTS[variant]
    return f"{INPUTS[kind.label_input]} · {ENCODERS[kind.label_encoder]} · {FUSIONS[kind.fusion]}"


def facts(parameters: int, result: Measured | None) -> str:
    """Say how large a model is and, if it was measured, how good and how fast (on two CPU cores)."""
    parts = [f"{parameters / 1e6:.1f} M parameters"] if parameters else []
    if result is not None:
        parts += [f"J&F {result.jf:.1f}", f"{result.milliseconds:.0f} ms per frame"]
    return " · ".join(parts)


def model_label(title: str, difference: str, facts: str) -> str:
    """Describe a model in the lines of its box; a box in the grid shows the first one, and reads all of them aloud."""
    return "\n".join(filter(None, (title, difference, facts)))


def large_title(variant: str) -> str:
    """Name a model of the paper's size."""
    return f"{variant.upper()}, the paper's size"


def large_facts(facts: str) -> str:
    """Add to what is known of a model of the paper's size how long it takes (docs/speed.md)."""
    return " · ".join([*([facts] if facts else []), "about 1.3 s per frame and object on two CPU cores"])
