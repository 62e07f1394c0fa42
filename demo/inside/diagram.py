"""The boxes of the live diagram (the paper's Fig. 2), in the order of the flow: each in a sentence and as a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from demo import text
from demo.models.settings import variant_of
from demo.runs.trace_file import StoredTrace
from llb.config import VARIANTS, Variant

AbsentKind = Literal["plain_sum", "not_predicted", "no_inside", "not_kept", "pending", "waiting"]


@dataclass(frozen=True)
class Absence:
    """Why there is no picture: the kind for programs, a sentence for visitors."""

    kind: AbsentKind
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return kind and sentence as JSON values."""
        return {"absent": self.sentence, "absent_kind": self.kind}


@dataclass(frozen=True)
class DiagramBox:
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


BOXES: dict[str, DiagramBox] = {
    box.key: box
    for box in (
        DiagramBox(
            "frame", "I", "Frame", "The frame of the clip; the box is where the model looks for the object.", "I_t"
        ),
        DiagramBox(
            "region",
            "X",
            "Search region",
            "The part of the frame around the object's last place: all that the model sees.",
            "side = search factor × √(object's area)",
        ),
        DiagramBox(
            "source",
            "BFF",
            "What the label encoder reads",
            "The frame with its background removed (LLB's idea), or the bare mask (JOINT).",
            "BFF = I × y",
        ),
        DiagramBox(
            "value",
            "E1",
            "Label for matching",
            "What the model stores of the object at this frame for the transformer to carry to later frames.",
            "E1 = DLGM(BFF)",
            "value",
            "feature",
        ),
        DiagramBox(
            "label",
            "E2",
            "Label for the few-shot learner",
            "What the small filter τ has to reproduce from the frame's features: its training target.",
            "E2 = DLGM(BFF)",
            "label",
            "feature",
        ),
        DiagramBox(
            "weight",
            "W",
            "Importance of each place",
            "How much each place counts when τ is fitted.",
            "W: factor of each residual in the learner's loss",
            "weight",
            "feature",
        ),
        DiagramBox(
            "memory",
            "M",
            "Memory",
            "Past frames with their E1, E2 and W; the first, painted one always stays.",
            "frames 0, T-2, 2T-2, … up to the memory size",
        ),
        DiagramBox(
            "tau",
            "τ",
            "Few-shot learner",
            "A small linear filter that is fitted to the memory while the clip runs.",
            "τ = argmin Σ wₜ ‖W (τ ∗ X - E2)‖² + λ² ‖τ‖²",
        ),
        DiagramBox(
            "transduced",
            "E1*",
            "Matching's answer",
            "Each place of this frame gathers E1 from the memory places that look like it.",
            "E1* = softmax(q·k / (1/30)) E1",
            "transduced",
            "feature",
        ),
        DiagramBox(
            "induced",
            "E2*",
            "The filter's answer",
            "The fitted filter applied to this frame's features.",
            "E2* = τ ∗ X",
            "induced",
            "feature",
        ),
        DiagramBox(
            "gate_transduced",
            "γ1",
            "Trust in matching",
            "A learnt gate between 0 and 1 for every place and channel: how much of E1* is let through.",
            "γ1 = sigmoid(W₂ ReLU(W₁ E1*))",
            "gate_transduced",
            "gate",
        ),
        DiagramBox(
            "gate_induced",
            "γ2",
            "Trust in the filter",
            "A second learnt gate: how much of E2* is let through. The two need not add up to 1.",
            "γ2 = sigmoid(W₄ ReLU(W₃ E2*))",
            "gate_induced",
            "gate",
        ),
        DiagramBox(
            "fused",
            "E_tar",
            "Fused target feature",
            "Both answers together, weighed by the gates (LLB) or simply added (JOINT); the decoder reads it.",
            "E_tar = γ1 E1* + γ2 E2*",
            "fused",
            "feature",
        ),
        DiagramBox("mask", "y", "Mask", "The decoder's answer, and the next frame's starting point.", "y_t"),
    )
}

GATES = ("gate_transduced", "gate_induced")
PLAIN_SUM = Absence("plain_sum", "A plain sum: this model adds E1* and E2* as they are, so every weight is 1.")
NO_INSIDE = Absence("no_inside", "This model keeps nothing to look into.")
PENDING = Absence("pending", text.INSIDE_PENDING)
ENCODERS = {"cnn": "CNN", "vitae": "ViTAE"}


def find_box(key: str) -> DiagramBox:
    """Return a box by its key; raise ValueError if there is none."""
    if key not in BOXES:
        raise ValueError(f"There is no part {key!r}: choose one of the diagram's boxes.")
    return BOXES[key]


def variant_of_model(model: str) -> Variant | None:
    """Return what tells a model of the family from the others, by its name in a run; None for any other model."""
    variant = variant_of(model)
    return VARIANTS[variant] if variant else None


def formula_of(box: DiagramBox, variant: Variant | None) -> str:
    """Return a box's formula as it is in a variant."""
    if variant is None:
        return box.formula
    if box.key == "source" and variant.label_input == "mask":
        return "y (the mask alone)"
    if box.key in ("value", "label"):
        encoder, read = ENCODERS[variant.label_encoder], "BFF" if variant.label_input == "bff" else "y"
        return f"{box.symbol} = {encoder}({read})"
    if box.key == "fused" and variant.fusion == "sum":
        return "E_tar = E1* + E2*"
    if box.key in GATES and variant.fusion == "sum":
        return f"{box.symbol} = 1 (no gate)"
    return box.formula


def symbol_of(box: DiagramBox, variant: Variant | None) -> str:
    """Return a box's symbol as it is in a variant: what the label encoder reads is the mask or the BFF."""
    return "y" if box.key == "source" and variant and variant.label_input == "mask" else box.symbol


def not_predicted(frame: int) -> Absence:
    """Say that an object was painted on a frame."""
    return Absence("not_predicted", f"Frame {frame} was painted, not predicted: nothing was computed here.")


def not_kept(target: int, frame: int, nearest: int | None) -> Absence:
    """Say that nothing is kept of an object at a frame; `nearest` is a frame at which something is."""
    where = "mark it, then run" if nearest is None else f"look at frame {nearest}"
    return Absence("not_kept", f"Nothing is kept of object {target} at frame {frame}: {where}.")


def absence_of(box: DiagramBox, trace: StoredTrace, variant: Variant | None, frame: int) -> Absence | None:
    """Return why a box has no picture in the trace of a frame; None if it has one."""
    if not box.feature or box.feature in trace.features:
        return None
    adds = trace.predicted if variant is None else variant.fusion == "sum"
    if box.key in GATES and adds:
        return PLAIN_SUM
    return NO_INSIDE if trace.predicted else not_predicted(frame)
