"""The words of the few-shot learner at work, and of the numbers behind a clicked place."""

from __future__ import annotations

LEARNER_WORDS = {
    "title": "The few-shot learner at work",
    "hint": "watch τ being fitted, step by step",
    "intro": (
        "τ is a bank of small 3 × 3 filters over the features X. It is not trained beforehand: it is fitted on the "
        "spot until τ ∗ X gives E2 on the frames in the memory. The same τ on the features of a new frame gives E2*. "
        "Move the slider to see what τ is worth after each step of steepest descent."
    ),
    "step": "Step",
    "step_of": "after step {step} of {steps}",
    "before": "before the first step",
    "change": "Change this fit",
    "change_hint": "Changes are tried out here alone; the results above stay as they are.",
    "steps": "Steps",
    "own_steps": "as in the run",
    "reg": "Regulariser λ",
    "own_reg": "the model's own",
    "from": "Start from",
    "from_before": "τ of the fit before",
    "from_zero": "τ = 0",
    "samples": "Frames that count (temporal weight)",
    "reset": "As in the run",
    "fitted_at": "Fitted at frame {at} to {frames}, tried out on frame {shown}.",
    "fitted_only": "Fitted at frame {at} to {frames}; the model segmented no frame with it.",
    "frame": "frame {}",
    "frames": "frames {}",
    "formula": "L = (Σₜ ‖wₜ W (τ∗Xₜ − E2ₜ)‖² + λ²‖τ‖²) / N",
    "formula_hint": (
        "Eq. (1) as the released code has it: all samples t and places, wₜ the temporal weight, N the number of terms. "
        "The first number is the misfit, the second the price of large filters. Each model's E2 has a scale of its "
        "own, so the losses of two models cannot be compared."
    ),
    "loss": "Loss before each step and after the last; the axis is logarithmic",
    "target": "E2 of frame {newest}: what τ ∗ X is to become",
    "fitted": "τ ∗ X of frame {newest}, {when}",
    "filters": (
        "τ, {when}: the {filters} largest of the {features} filters for channel {channel} of E2*; "
        "blue −{limit}, white 0, red {limit}"
    ),
    "channel": "Channel of E2*",
    "strongest": "the strongest",
    "induced": "E2* of frame {shown}: the same τ there",
    "mask": "Pink: the mask that this τ would give on frame {shown}. White line: the run's own. Their IoU: {iou}",
}
ARITHMETIC_WORDS = {
    "title": "The numbers behind this place",
    "hint": (
        "The two answers mostly use different channels of the {}: each is shown in the one in which it is strongest at "
        "this place. The run has kept the numbers in 16 bits, so a sum may differ in its last digit."
    ),
    "channel": "Channel",
    "strongest": "each answer's strongest",
    "matching": "E1*, channel {}: what the memory's most similar cells hold",
    "matching_hint": (
        "The query q of this cell is compared with the key k of every cell in the memory. Softmax makes weights of "
        "{} q·k that sum to 1; they weigh the cells' E1."
    ),
    "memory_cell": "Frame: cell",
    "frame_cell": "{frame}: {row}, {column}",
    "others": "all {} others",
    "sum": "sum = E1*",
    "weight": "softmax",
    "product": "softmax × E1",
    "in_trace": "in the run: {}",
    "filter": "E2*, channel {channel}: a 3 × 3 filter over {features} features",
    "filter_waits": "E2*: a 3 × 3 filter",
    "filter_hint": "Each number is a sum over all features at one of the nine places around the cell.",
    "nine": "The nine add up to E2* = {}",
    "largest_products": "The largest single products",
    "term": "feature {feature}, {place}",
    "places": [
        ["above left", "above", "above right"],
        ["left", "centre", "right"],
        ["below left", "below", "below right"],
    ],
    "x": "X",
    "tau_x": "τ × X",
    "filter_sum": "sum = E2*",
    "fusion": "E_tar: both answers together",
    "gated": "γ1 E1* + γ2 E2* = E_tar, with a gate of its own for every place and channel",
    "added": "E1* + E2* = E_tar: a plain sum, no gates",
    "channel_of": "channel {}:",
}
