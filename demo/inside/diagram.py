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

    `feature` names the stored feature that it shows, if it is one; `scale` what of its numbers is shown: "feature" the
    numbers, "size" their sizes without the sign, "gate" the share that a gate lets through, "contribution" what a
    branch adds to E_tar; "" for a picture that is none of numbers. `of_past` tells whether it is about a frame in the
    memory.
    """

    key: str
    symbol: str
    title: str
    sentence: str
    formula: str
    feature: str = ""
    scale: str = ""
    of_past: bool = False


BOXES: dict[str, DiagramBox] = {
    box.key: box
    for box in (
        DiagramBox(
            "memory",
            "M",
            "Memory",
            "Past frames whose masks are known; the first one, painted by hand, always stays. A frame's temporal "
            "weight says how much it counts when the filter τ is fitted.",
            "frame 0, then every T-th frame",
        ),
        DiagramBox(
            "source",
            "BFF",
            "Label input",
            "What the label encoder reads of a past frame: the object's pixels with the background removed "
            "(background-filtered frame, LLB's idea), or the bare mask (JOINT).",
            "BFF = I × y",
            of_past=True,
        ),
        DiagramBox(
            "value",
            "E1",
            "Label for matching",
            "What the label encoder writes down of the object at each place of a past frame. The matching branch "
            "copies it to places of the current frame that look alike.",
            "E1 = DLGM(BFF)",
            "value",
            "feature",
            of_past=True,
        ),
        DiagramBox(
            "label",
            "E2",
            "Label for the filter",
            "What the small filter τ has to reproduce from a past frame's features: its training target.",
            "E2 = DLGM(BFF)",
            "label",
            "feature",
            of_past=True,
        ),
        DiagramBox(
            "weight",
            "W",
            "Weight of each place",
            "How much each place of a past frame counts when τ is fitted. Only its size is shown: W is squared in "
            "the learner's loss (eq. 1), so its sign means nothing.",
            "|W|: factor of each residual in the learner's loss",
            "weight",
            "size",
            of_past=True,
        ),
        DiagramBox(
            "tau",
            "τ",
            "Few-shot learner",
            "A small linear filter, fitted to E2 of the frames in the memory while the clip runs: its loss falls "
            "with every step.",
            "τ = argmin Σ wₜ ‖W (τ ∗ X - E2)‖² + λ² ‖τ‖²",
        ),
        DiagramBox("frame", "I", "Current frame", "The frame, with the region where the model looks.", "I_t"),
        DiagramBox(
            "region",
            "X",
            "Search region",
            "The part of the frame around the object's last place: all that the model sees.",
            "side = search factor × √(object's area)",
        ),
        DiagramBox(
            "transduced",
            "E1*",
            "Matching's answer",
            "Each place of this frame compares itself (q) with every place in the memory (k), and gathers their E1: "
            "the more alike, the more of it.",
            "E1* = softmax(30 q·k) E1",
            "transduced",
            "feature",
        ),
        DiagramBox(
            "gate_transduced",
            "γ1",
            "Let through of E1*",
            "The share of E1* that gate γ1 lets through at each place: 1 all of it, 0 nothing.",
            "γ1 = sigmoid(W₂ ReLU(W₁ E1*)); shown: Σ|γ1 E1*| / Σ|E1*| over channels",
            "gate_transduced",
            "gate",
        ),
        DiagramBox(
            "contribution_transduced",
            "γ1 E1*",
            "Matching adds",
            "What is left of E1* behind its gate. This goes into the sum.",
            "Σ|γ1 E1*| over channels",
            "transduced",
            "contribution",
        ),
        DiagramBox(
            "induced",
            "E2*",
            "The filter's answer",
            "The fitted filter τ applied to this frame's features.",
            "E2* = τ ∗ X",
            "induced",
            "feature",
        ),
        DiagramBox(
            "gate_induced",
            "γ2",
            "Let through of E2*",
            "The share of E2* that gate γ2 lets through at each place. The two gates need not add up to 1.",
            "γ2 = sigmoid(W₄ ReLU(W₃ E2*)); shown: Σ|γ2 E2*| / Σ|E2*| over channels",
            "gate_induced",
            "gate",
        ),
        DiagramBox(
            "contribution_induced",
            "γ2 E2*",
            "The filter adds",
            "What is left of E2* behind its gate, on the same scale as matching's part.",
            "Σ|γ2 E2*| over channels",
            "induced",
            "contribution",
        ),
        DiagramBox(
            "fused",
            "E_tar",
            "Sum of both",
            "What both branches add, together: the decoder makes the mask of it.",
            "E_tar = γ1 E1* + γ2 E2*",
            "fused",
            "feature",
        ),
        DiagramBox(
            "mask", "y", "Mask", "The decoder's answer. With it the frame can join the memory for later frames.", "y_t"
        ),
    )
}

GATES = ("gate_transduced", "gate_induced")
CONTRIBUTIONS = {"contribution_transduced": "E1*", "contribution_induced": "E2*"}
PLAIN_SUM = Absence(
    "plain_sum", "No gate: this model adds E1* and E2* as they are (a plain sum). All is let through, everywhere."
)
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
    if box.key in CONTRIBUTIONS and variant.fusion == "sum":
        return f"Σ|{CONTRIBUTIONS[box.key]}| over channels"
    return box.formula


def symbol_of(box: DiagramBox, variant: Variant | None) -> str:
    """Return a box's symbol as it is in a variant: the encoder may read the mask instead of the BFF, a gate lack."""
    if variant and box.key == "source" and variant.label_input == "mask":
        return "y"
    if variant and box.key in CONTRIBUTIONS and variant.fusion == "sum":
        return CONTRIBUTIONS[box.key]
    return box.symbol


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
