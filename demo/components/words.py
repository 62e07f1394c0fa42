"""The words that the page's components show; each gets its own dictionary as `props.words`."""

from __future__ import annotations

from demo.text import TAKE_AWAY

NOT_LOADED = "This part of the page did not load: reload the page."
UNREACHABLE = "The server does not answer: try again in a moment."
PLAYER_WORDS = {
    "frame_failed": "Frame {} could not be loaded; it is tried again by itself.",
    "unreachable": UNREACHABLE,
    "player": "Results, all on one clock: arrow keys step, space plays",
    "play": "Play",
    "pause": "Pause",
    "frame": "Frame",
    "view": "View",
    "speed": "Speed",
    "loop": "loop",
    "overlay": "Overlay",
    "mask": "Mask",
    "contour": "Contour",
    "difference_to": "Difference to",
    "difference_to_truth": "Difference to the truth",
    "truth": "the truth",
    "only_this": "only this model",
    "only": "only",
    "both": "both",
    "pane": "result at the current frame",
    "click_pixel": "Click a place to see what the models look at from there",
    "download": "Download as video",
    "take_away": "Take away",
    "repair": "✎ repair",
    "repair_help": "Correct this model's mask of this frame, or add an object, and go on from here.",
    "uncertain": "Go to the most uncertain frame",
    "uncertain_help": "Where a model is least sure which pixels belong to the object: a good place to look for errors.",
    "nothing_uncertain": "There is no other frame to look at.",
    "exports": TAKE_AWAY,
    "timelines": "Timelines",
    "quality_tab": "Quality",
    "quality_help": (
        "J (full line): overlap with the truth. F (dashed): its contour. Without a truth: IoU with the other models."
    ),
    "area_tab": "Area",
    "area_help": "Size of the mask in pixels: a sudden drop is often a lost object.",
    "share_tab": "Who decides",
    "share_help": "Matching's part of the fused feature: 1 means all from E1*, 0 all from E2*.",
    "agreement": "IoU with the others",
    "area": "pixels",
    "share": "E1* share",
}
CANVAS_WORDS = {
    "unreachable": UNREACHABLE,
    "saving": "Saving what you painted …",
    "unsaved": "Not saved yet; it is tried again by itself. {}",
    "waits": "What you painted is not saved yet, so this did not start. {}",
    "frame_failed": "Frame {} could not be loaded; it is tried again by itself. {}",
    "try_again": "Try again",
    "still_loading": "This frame is still loading.",
    "still_busy": "The outline is still being found: draw again in a moment.",
    "left_frame": "The outline was found after you had left frame {}: go back and draw again.",
    "unreadable": "These labels could not be read: try again.",
    "tools": {
        "brush": ("Brush", "Paint over the object. Ctrl and wheel, or two fingers, zoom."),
        "eraser": ("Eraser", "Wipe away what is too much."),
        "polygon": ("Polygon", "Click the corners; a double click or Enter fills it."),
        "box": ("Box", "Drag a box around the whole object: its outline is found for you (GrabCut)."),
        "scribble": ("Scribble", "Draw a line over the object: the rest of it is found for you (GrabCut)."),
    },
    "tool": "Tool",
    "undo": "↶",
    "undo_help": "Undo (Ctrl+Z)",
    "redo": "↷",
    "redo_help": "Redo (Ctrl+Y)",
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
    "proposed": "as the model has it",
    "nothing_marked": "Nothing is marked on this frame.",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "zoom_fit": "Whole frame",
    "more": "Name, brush size, import a mask, keys …",
    "size": "Brush size",
    "opacity": "Opacity",
    "import": "Import a mask (PNG)",
    "truth": "Take the ready mask",
    "truth_help": "This example's exact mask of this frame.",
    "clear": "Clear this frame",
    "keys": "Keys: B brush, E eraser, P polygon, X box, S scribble, 1 to 8 object, [ ] size, + - 0 zoom, "
    "comma and full stop step through the frames, Ctrl+Z undo, arrows and space paint without a mouse.",
    "repair": "You marked this frame anew. The objects marked here are followed again from it; the rest stays.",
    "direction": "Where to go on",
    "directions": {"forwards": "to the end", "backwards": "back to the mark before", "both": "both ways"},
    "go_on": "Go on from frame {}",
}
TRIM_WORDS = {
    "head": "Use a part of it: drag the two ends.",
    "start": "First frame",
    "end": "End",
    "stride": "Which frames",
    "every": "every frame",
    "every_nth": "every {}. frame",
    "use": "Use this part",
    "facts": "Frames {first} to {last} of {total}, {seconds} s: {count} frames are used.",
    "most": "The first {} of them: that is the most.",
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
    "formula": "L = (Σₜ ‖wₜ W (τ ∗ Xₜ − E2ₜ)‖² + λ² ‖τ‖²) / N",
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
    "unreachable": UNREACHABLE,
    "model": "Model",
    "beside": "Beside it",
    "alone": "none",
    "object": "Object",
    "reduction": "Channels shown as",
    "reduction_help": "A feature has 32 channels; a picture shows one number or one colour per place.",
    "pca": "PCA colours",
    "mean": "mean",
    "max": "max",
    "channel": "channel",
    "frame": "frame",
    "kept": "long clip: inside of frame {}",
    "steps": ["this frame", "labels", "memory", "two answers", "result"],
    "explained": (
        "PCA: red, green and blue are the features' three main directions, the same for all models and frames "
        "of this clip; they hold {} % of the variation. Gates and W are always shown as numbers."
    ),
    "frames_in_memory": "{} frames",
    "fitted_at": "loss, fitted at frame {}",
    "formula": "Formula",
    "shape": "Channels × rows × columns",
    "stats": "Statistics",
    "hover": "Point at the picture to read values.",
    "row": "row",
    "column": "column",
    "pca_caption": "PCA colours; values: mean over channels",
    "bar": "colour bar",
    "memory_holds": "In memory: frames {}.",
    "cosine": "Cosine of E1 and E2 over time",
    "cosine_help": (
        "How alike the two labels are; training pushes them apart so that the branches complement each other."
    ),
    "now": "now",
    "gate_difference": "γ1 - γ2, mean over channels",
    "gate_difference_help": "Red: matching is trusted more. Blue: the filter is.",
    "memory": "Memory: frames and their temporal weights",
    "memory_help": "The weight says how much a frame counts when the filter is fitted.",
    "temporal_weight": "temporal weight",
    "looked": "From the place {}",
    "looked_help": (
        "Where the transformer looks in each memory frame (per cent of its attention), and the gates at this "
        "place over the clip."
    ),
    "cell": "feature cell {}",
    "outside": "outside the search region of this object: click nearer to it",
    "gates_here": "Gates at this place over time",
    "click_pixel": "Click a place in a picture above to see where the models look from there.",
    "learner": LEARNER_WORDS,
    "arithmetic": ARITHMETIC_WORDS,
}
