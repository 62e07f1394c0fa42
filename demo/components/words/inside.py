"""The words of the inside."""

from __future__ import annotations

from demo.components.words.common import UNREACHABLE
from demo.components.words.learner import ARITHMETIC_WORDS, LEARNER_WORDS
from demo.glossary import notes

INSIDE_WORDS = {
    "terms": notes("PCA colours", "Temporal weight", "Attention", "Memory", "Feature cell"),
    "unreachable": UNREACHABLE,
    "imported": "These are masks of other programs, which keep nothing to look into: run a model on this clip.",
    "model": "Model",
    "beside": "Compare with",
    "alone": "none",
    "object": "Object",
    "reduction": "Show channels as",
    "reduction_help": "A feature has 32 channels; a picture shows one number or one colour per place.",
    "scale": "Gate colours",
    "scale_help": "0 to 1: models can be compared. This clip's range: small differences can be seen.",
    "unit_scale": "0 to 1",
    "clip_scale": "this clip's range",
    "pca": "PCA colours",
    "mean": "mean",
    "max": "max",
    "channel": "channel",
    "dead": "dead",
    "frame": "frame",
    "kept": "long clip: inside of frame {}",
    "diagram": "{}: how the mask is made. Arrow keys go from box to box, Enter shows one large.",
    "past": "Past frames: the [[Memory|memory]]",
    "past_help": "Click a frame to see its labels below. The bar is its [[Temporal weight|temporal weight]].",
    "past_of": "Labels of past frame {}",
    "now": "Current frame {}",
    "connections": {
        "matching": "E1 is copied to places that look alike",
        "filter": "τ, fitted to E2, is applied",
    },
    "branches": {
        "matching": "Matching branch (transduction): what is here that I have seen?",
        "filter": "Filter branch (induction): what does my filter find here?",
    },
    "joins": "This frame and its mask join the memory",
    "stays_out": "This frame does not join the memory: one of every {} does",
    "frames_in_memory": "{} past frames",
    "temporal_weight": "temporal weight",
    "fitted_at": "loss of the fit at frame {}",
    "let_through": "object {}, beside it {}",
    "all_through": "no gate: all is let through",
    "painted": "painted, not predicted",
    "colours_note": (
        "[[PCA colours]]: the same colour means similar content within one model, for E1 and E1*, and for E2 and E2*, "
        "in all frames. Do not compare colours of E1 with E2, or of different models: each has its own colour axes."
    ),
    "plays": "The large pictures follow when you pause.",
    "formula": "Formula",
    "shape": "Channels × rows × columns",
    "stats": "Statistics",
    "hover": "Point at a picture to read values.",
    "row": "row",
    "column": "column",
    "pca_caption": "PCA colours; values under the pointer: mean over live channels",
    "bar": "colour bar",
    "on_object": "on the object {}, beside it {}",
    "contributions": "What each branch adds to the sum, on one scale",
    "matching_adds": "matching",
    "filter_adds": "filter",
    "share": "Share of {} that is let through",
    "gate": "Gate {} itself",
    "channels_of_gate": "Its channels, those that vary most first (on the object / beside it)",
    "first_fit": "First fit, at frame {}: {} steps",
    "later_fits": "Later fits, a few steps each time a frame joins",
    "loss_axis": "loss (log scale), by steps",
    "channel_strip": "Which channels E1 and E2 use",
    "channel_counts": "{e1} channels live in E1 only, {e2} in E2 only, {both} in both, {dead} dead.",
    "channel_rule": "Live: above {least} at any place of the {frames} frames kept of this object.",
    "channel_cell": "channel {channel} of {name}: largest value {size}",
    "channel_meaning": (
        "Training asks for a cosine of 0 between E1 and E2, so that the branches do not learn the same. Neither has "
        "negative values (both end in a ReLU), so that can only be if they use different channels, or the same "
        "channel at different places. So both can be added up, and neither covers the other."
    ),
    "channel_cosine": "Largest cosine in any frame: {}.",
    "looked": "From pixel {}: where do the models look?",
    "looked_help": (
        "Orange: [[Feature cell|cells]] in the memory that this pixel is compared with and found alike "
        "([[Attention|attention]]). The percentages say how much each past frame gets."
    ),
    "looks_most": "looks most at frame {}, {} of its attention",
    "asking": "the pixel, frame {}",
    "outside": "outside the search region of this object: click nearer to it",
    "gates_here": "Gates at this pixel over the clip",
    "gates_pending": "The gates on the other frames are being computed: they come by themselves in a minute or two.",
    "attention": "Attention of {} over the past frames",
    "click_pixel": "Click a pixel in a result to see where the models look from there: the answer appears here.",
    "learner": LEARNER_WORDS,
    "arithmetic": ARITHMETIC_WORDS,
}
