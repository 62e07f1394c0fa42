"""The words of the player, and of the table of sequences."""

from __future__ import annotations

from demo.components.words.common import UNREACHABLE
from demo.glossary import notes
from demo.text import TAKE_AWAY

PLAYER_WORDS = {
    "terms": notes("Ground truth", "IoU", "J", "F", "E1*, E2*", "E_tar", "Matching"),
    "frame_failed": "Frame {} could not be loaded; it is tried again by itself.",
    "unreachable": UNREACHABLE,
    "player": "Results, all on one clock: arrow keys step, space plays",
    "play": "Play",
    "pause": "Pause",
    "frame": "Frame",
    "object": "Object",
    "view": "View",
    "speed": "Speed",
    "loop": "loop",
    "opacity": "Opacity",
    "opacity_help": "How strongly the objects are coloured",
    "overlay": "Overlay",
    "mask": "Mask",
    "contour": "Contour",
    "difference_to": "Difference from",
    "difference_to_truth": "Difference from ground truth",
    "truth": "the ground truth",
    "boundary": "Boundary errors",
    "boundary_right": "contour within F's tolerance",
    "boundary_wrong": "contour that is wrong",
    "boundary_missed": "true contour that is missed",
    "only_this": "only this model",
    "only": "only",
    "both": "both",
    "pane": "result at the current frame",
    "click_pixel": "Click a pixel to see where the models look from there",
    "pane_keys": "Shift with an arrow key moves a cross, Enter shows where the models look from it.",
    "story_back": "What to look at: back to frame {}",
    "download": "Download as video",
    "take_away": "Download",
    "about": "~{}",
    "repair": "repair",
    "repair_help": "Fix the mask on this frame, or add an object, then track again from here (all models).",
    "uncertain": "Go to the most uncertain frame",
    "uncertain_help": "Where a model is least sure which pixels belong to the object: a good place to look for errors.",
    "worst": "Go to the worst frame",
    "worst_help": "Where an object fares worst: the lowest J&F or, without a truth, the least agreement.",
    "nothing_uncertain": "No other uncertain frame.",
    "exports": TAKE_AWAY,
    "timelines": "over time",
    "all_models": "all models",
    "chart_keys": "Arrow keys go to the frame before and after, Page Up and Page Down ten frames on.",
    "charts": {
        "j": {
            "tab": "J",
            "help": "[[J]] is the overlap ([[IoU]]) with the [[Ground truth|true mask]]: 1 is perfect. Left out while "
            "the object is out of sight.",
        },
        "f": {
            "tab": "F",
            "help": "[[F]] says how well the contour follows the [[Ground truth|true one]]: 1 is perfect. Left out "
            "while the object is out of sight.",
        },
        "agreement": {
            "tab": "IoU with the others",
            "help": "Mean overlap ([[IoU]]) with the other models' masks: there is no [[Ground truth|ground truth]] to "
            "compare with.",
        },
        "area": {"tab": "Area", "help": "Size of the mask in pixels: a sudden drop is often a lost object."},
        "share": {
            "tab": "Branch share",
            "help": "Share of the fused feature [[E_tar]] that comes from [[Matching|matching]] (1 = all "
            "[[E1*, E2*|E1*]], 0 = all [[E1*, E2*|E2*]]).",
        },
        "disagreement": {
            "tab": "Disagreement",
            "help": "How much the models' masks differ: 1 minus their mean overlap ([[IoU]]). 0 means all agree.",
        },
        "uncertainty": {
            "tab": "Uncertainty",
            "help": "How undecided the model's own probabilities are: 0 is sure; 1 is undecided everywhere, or nothing "
            "was found.",
        },
    },
}
SEQUENCES_WORDS = {
    "sequence": "Sequence",
    "open": "Open this sequence at its worst frame",
    "worst_first": "J&F in per cent, the worst first: open a sequence at its worst frame.",
    "not_scored": "Nothing is scored, since there are no true masks: open a sequence where the results differ most.",
    "scoring": "{} of {} sequences are scored, the worst first.",
}
