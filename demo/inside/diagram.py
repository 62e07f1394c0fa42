"""The parts of Fig. 2 that the page shows, in the order of the flow: what each is, in a sentence and as a formula."""

from __future__ import annotations

from dataclasses import dataclass

from llb.config import VARIANTS


@dataclass(frozen=True)
class Part:
    """A box of the diagram.

    `feature` names the stored feature that it shows, if it is one; `scale` how its numbers become colours: "gate"
    0..1, "feature" the picture's own range, "" for a picture that is none of numbers.
    """

    key: str
    symbol: str
    title: str
    sentence: str
    formula: str
    feature: str = ""
    scale: str = ""


PARTS: dict[str, Part] = {
    part.key: part
    for part in (
        Part("frame", "I", "Frame", "The frame of the clip; the box is where the model looks for the object.", "I_t"),
        Part(
            "region",
            "X",
            "Search region",
            "The part of the frame around the object's last place: all that the model sees.",
            "side = search factor × √(object's area)",
        ),
        Part(
            "source",
            "BFF",
            "What the label encoder reads",
            "The frame with its background removed (LLB's idea), or the bare mask (JOINT).",
            "BFF = I × y",
        ),
        Part(
            "value",
            "E1",
            "Label for matching",
            "What the model stores of the object at this frame for the transformer to carry to later frames.",
            "E1 = DLGM(BFF)",
            "value",
            "feature",
        ),
        Part(
            "label",
            "E2",
            "Label for the few-shot learner",
            "What the small filter τ has to reproduce from the frame's features: its training target.",
            "E2 = DLGM(BFF)",
            "label",
            "feature",
        ),
        Part(
            "weight",
            "W",
            "Importance of each place",
            "How much each place counts when τ is fitted.",
            "W: factor of each residual in the learner's loss",
            "weight",
            "feature",
        ),
        Part(
            "memory",
            "M",
            "Memory",
            "Past frames with their E1, E2 and W; the first, painted one always stays.",
            "frames 0, T-2, 2T-2, … up to the memory size",
        ),
        Part(
            "tau",
            "τ",
            "Few-shot learner",
            "A small linear filter that is fitted to the memory while the clip runs.",
            "τ = argmin Σ wₜ ‖W (τ ∗ X - E2)‖² + λ² ‖τ‖²",
        ),
        Part(
            "transduced",
            "E1*",
            "Matching's answer",
            "Each place of this frame gathers E1 from the memory places that look like it.",
            "E1* = softmax(q·k / (1/30)) E1",
            "transduced",
            "feature",
        ),
        Part(
            "induced",
            "E2*",
            "The filter's answer",
            "The fitted filter applied to this frame's features.",
            "E2* = τ ∗ X",
            "induced",
            "feature",
        ),
        Part(
            "gate_transduced",
            "γ1",
            "Trust in matching",
            "A learnt gate between 0 and 1 for every place and channel: how much of E1* is let through.",
            "γ1 = sigmoid(W₂ ReLU(W₁ E1*))",
            "gate_transduced",
            "gate",
        ),
        Part(
            "gate_induced",
            "γ2",
            "Trust in the filter",
            "A second learnt gate: how much of E2* is let through. The two need not add up to 1.",
            "γ2 = sigmoid(W₄ ReLU(W₃ E2*))",
            "gate_induced",
            "gate",
        ),
        Part(
            "fused",
            "E_tar",
            "Fused target feature",
            "Both answers together, weighed by the gates (LLB) or simply added (JOINT); the decoder reads it.",
            "E_tar = γ1 E1* + γ2 E2*",
            "fused",
            "feature",
        ),
        Part("mask", "y", "Mask", "The decoder's answer, and the next frame's starting point.", "y_t"),
    )
}

PLUS = "A plain sum: this model adds E1* and E2* as they are, so every weight is 1."
FIRST = "Frame 0 was painted, not predicted: nothing was computed here."
ENCODERS = {"cnn": "CNN", "vitae": "ViTAE"}


def formula(part: Part, variant: str) -> str:
    """Return a part's formula as it is in a variant."""
    kind = VARIANTS[variant]
    if part.key == "source" and kind.label_input == "mask":
        return "y (the mask alone)"
    if part.key in ("value", "label"):
        encoder, read = ENCODERS[kind.label_encoder], "BFF" if kind.label_input == "bff" else "y"
        return f"{part.symbol} = {encoder}({read})"
    if part.key == "fused" and kind.fusion == "sum":
        return "E_tar = E1* + E2*"
    if part.key in ("gate_transduced", "gate_induced") and kind.fusion == "sum":
        return f"{part.symbol} = 1 (no gate)"
    return part.formula


def symbol(part: Part, variant: str) -> str:
    """Return a part's symbol as it is in a variant: what the label encoder reads is the mask or the BFF."""
    return "y" if part.key == "source" and VARIANTS[variant].label_input == "mask" else part.symbol


def absent(part: Part, variant: str, predicted: bool) -> str:
    """Return why a part has no picture, empty if it has one."""
    later = ("transduced", "induced", "gate_transduced", "gate_induced", "fused")
    if part.key in ("gate_transduced", "gate_induced") and VARIANTS[variant].fusion == "sum":
        return PLUS
    return FIRST if part.key in later and not predicted else ""
