"""The words that the page's components show; each gets its own dictionary as `props.words`."""

from __future__ import annotations

from demo.glossary import notes
from demo.text import TAKE_AWAY

NOT_LOADED = "This part of the page did not load: reload the page."
UNREACHABLE = "The server does not answer: try again in a moment."
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
    "repair": "✎ repair",
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
CANVAS_WORDS = {
    "unreachable": UNREACHABLE,
    "saving": "Saving what you painted …",
    "unsaved": "Not saved yet; it is tried again by itself. {}",
    "waits": "What you painted is not saved yet, so this did not start. {}",
    "frame_failed": "Frame {} could not be loaded; it is tried again by itself. {}",
    "try_again": "Try again",
    "still_loading": "This frame is still loading.",
    "finding": "Finding the outline …",
    "finding_more": "Finding the outline … {} more waiting",
    "left_frame": "You left frame {} before the outline was found: go back and draw it again.",
    "unreadable": "These labels could not be read: try again.",
    "mark_first": "Mark at least one object first: pick a number, then paint over the object or click it.",
    "tools": {
        "brush": ("Brush", "Paint over the object."),
        "eraser": ("Eraser", "Erase."),
        "click": ("Click", "Click the object; GrabCut finds its outline. More clicks add parts or take them away."),
        "scribble": ("Scribble", "Draw a line over the object, or over what is not the object; GrabCut does the rest."),
        "box": ("Box", "Drag a box around the object; GrabCut finds its outline."),
        "polygon": ("Polygon", "Click the corners; a double click or Enter fills it."),
    },
    "with_mouse": "Zoom with Ctrl + wheel. Ctrl+Z undoes.",
    "with_fingers": "Two fingers zoom and move.",
    "tool": "Tool",
    "sign": "What you click or scribble on",
    "add": "+ Object",
    "add_help": "This belongs to the object (N switches)",
    "not": "− Not this",
    "not_help": "This does not belong to the object (N switches)",
    "undo": "Undo",
    "undo_help": "Undo (Ctrl+Z)",
    "redo": "Redo",
    "redo_help": "Redo (Ctrl+Y)",
    "enlarge": "Enlarge",
    "shrink": "Close",
    "shrink_help": "Back to the page (Esc)",
    "enlarge_help": "Paint in the whole window",
    "workspace": "Mask canvas",
    "fill": "Fill the polygon",
    "cancel": "Cancel",
    "objects": "Object to mark: a number each",
    "object": "Object",
    "name": "Name of this object",
    "name_of": "object {}",
    "stage": "Frame to paint on: arrow keys move the brush, space paints, numbers choose the object",
    "frame": "Frame to mark",
    "marked_frames": "Marked frames:",
    "pixels": "pixels",
    "proposed": "model's mask, unchanged",
    "nothing_marked": "No object marked on this frame.",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "zoom_fit": "Whole frame",
    "more": "Name the object, import a mask, clear",
    "size": "Brush size",
    "opacity": "Opacity",
    "import": "Import a mask (PNG)",
    "truth": "Use the exact mask",
    "truth_help": "This example's exact mask of this frame.",
    "clear": "Clear this frame",
    "keys": "Keys: B brush, E eraser, C click, S scribble, X box, P polygon, N object or not, 1 to 8 object, "
    "[ ] brush size, + - 0 zoom, comma and full stop step through the frames, Ctrl+Z undo, Ctrl+Y redo; "
    "arrows and space paint without a mouse.",
    "repair_first": "Frame {frame}: fix the mask of {model} here, or add an object. Then track again from this frame.",
    "repair": "You changed this frame. All {} models track the objects you changed again from here; "
    "the others stay as they are.",
    "repair_one": "You changed this frame. The objects you changed will be tracked again from here; "
    "the others stay as they are.",
    "direction": "Where to track again",
    "directions": {
        "forwards": "forward to the end",
        "backwards": "back to the previous mark",
        "both": "both directions",
    },
    "go_on": "Track again from frame {}",
}
SEQUENCES_WORDS = {
    "sequence": "Sequence",
    "open": "Open this sequence at its worst frame",
    "worst_first": "J&F in per cent, the worst first: open a sequence at its worst frame.",
    "not_scored": "Nothing is scored, since there are no true masks: open a sequence where the results differ most.",
    "scoring": "{} of {} sequences are scored, the worst first.",
}
TRIM_WORDS = {
    "head": "Use a part of the clip: drag the two ends.",
    "start": "First frame",
    "end": "End",
    "stride": "Which frames",
    "every": "every frame",
    "every_nth": {"2": "every 2nd frame", "3": "every 3rd frame", "other": "every {}th frame"},
    "use": "Use this part",
    "facts": "Using frames {first}-{last} of {total} ({count} frames, {seconds} s).",
    "most": "Limited to the first {}.",
}
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
    "memory_cell": "Memory cell",
    "frame_cell": "frame {frame}, cell {row}, {column}",
    "others": "all {} others",
    "sum": "sum = E1*",
    "weight": "softmax",
    "product": "weight × E1",
    "in_trace": "in the run: {}",
    "filter": "E2*, channel {channel}: a 3 × 3 filter over {features} features",
    "filter_waits": "E2*: a 3 × 3 filter",
    "filter_hint": "Each number is a sum over all features at one of the nine places around the cell.",
    "nine": "The nine add up to E2* = {}",
    "terms": "The largest single products",
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
    "attention": "Attention of {} over the past frames",
    "click_pixel": "Click a pixel in a result to see where the models look from there: the answer appears here.",
    "learner": LEARNER_WORDS,
    "arithmetic": ARITHMETIC_WORDS,
}
ADDRESS_WORDS = {
    "copy": "Copy link to this view",
    "copied": "Copied: it opens this clip, frame and box.",
    "copy_by_hand": "Copy this link:",
    "link": "Link to this view",
    "unread": "Part of this address fits nothing here and was left out: {}.",
    "not_linkable": "Your own clips and corrections stay with you, so they have no link. Send a report instead: ",
    "report": "Download the report",
    "whole_page": "Open the whole page ↗",
}
LESSON_WORDS = {
    "lesson": "Lesson",
    "pages": "Pages of the lesson",
    "next": "Next",
    "back": "Back",
    "finish": "Finish",
    "close": "Close the lesson; your progress is kept",
    "task": "Your turn:",
    "done": "done",
    "right": "Right.",
    "otherwise": "It turned out otherwise.",
    "show": "Show it",
    "again": "Open this page's view again",
    "again_help": "Back to the clip, frame and box that this page is about",
    "worksheet": "Worksheet (print)",
    "worksheet_address": "/lesson/worksheet.html",
}
