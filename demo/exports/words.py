"""Every sentence in the files that a visitor takes away."""

from __future__ import annotations

from demo.text import IN_COMPANY

MASKS_README = (
    "One folder per model, one PNG per frame of the clip as it was used. Each pixel holds the number of its object, 0 "
    "is the background; the colours are those of DAVIS.\n"
)
SOFT_README = (
    "A folder per model, in it one per object, with one PNG per frame: the model's probability of the object from 0 "
    "(not the object) to 255 (certain), after all objects were merged. The probability is computed at the network's "
    "resolution inside the search region and is 0 outside it. Of long clips not every frame is kept.\n"
)
NO_INSIDE = "None of these models has stored what it computed, so there are no soft masks and no internals to download."
MODELS, FRAMES, PLOTS = "Models", "First, middle and last frame", "Over time"
DIFFERENCES = "Difference from {}"
DIFFERENCES_LEGEND = "Blue: only the model marks it. Orange: only {} does. Grey: both do."
TRUTH = "ground truth"
HEADS = ("", "J", "F", "IoU with other models", "ms per frame")
UNKNOWN = "-"
INSIDE, SETTINGS = "What the models store about the object", "Settings and files"
NOTE = (
    "J: overlap with the true mask; F: agreement of the contours. Both are 1 at best; a dash: no ground truth. "
    "Means over the objects and over all frames whose mask was not given and in which the object is in sight. ms per "
    "frame: a model's work on a frame with all objects, without loading and saving; features that several models share "
    f'are divided evenly among them, and "{IN_COMPANY}" means that they had to wait for the processor. A knock-out is '
    "a trained model with a part switched off; it is not an ablation."
)
LABELS = {
    "j": "J: overlap with the ground truth",
    "f": "F: agreement of the contours with the ground truth",
    "agreement": "IoU with the other models, mean",
    "uncertainty": "Uncertainty of the mask, 0 (decided) to 1",
    "area": "Area of the mask, pixels, mean over the objects",
    "share": "Share of the fused feature that comes from matching (1 = all E1*, 0 = all E2*)",
    "losses": "Few-shot learner's loss on the object's first frame",
}
UNIT_SCALE = ("j", "f", "agreement", "uncertainty", "share")  # figures from 0 to 1
FACTS = {
    "title": "Clip",
    "size": "Frame size",
    "fps": "Frames per second",
    "frames": "Frames",
    "note": "At the upload",
    "memory_size": "Memory size (frames)",
    "interval": "A frame joins the memory every",
    "steps_first": "Few-shot steps on the first frame",
    "search_factor": "Search region in object sizes",
    "shared_regions": "Same search region for all models with equal crops",
    "search_again": "A lost object is looked for again",
    "objects": "Objects",
    "marked": "Frames marked by hand",
    "state": "State of the run",
}
STATES = {"running": "running", "done": "finished", "stopped": "stopped early", "waiting": "waiting"}
OWN_REGION = "the model's default"
NO_HASH, NO_PRECISION = "not shipped with this page", "unknown"


def report_title(clip: str) -> str:
    """Return the title of a report."""
    return f"LLB playground: {clip}"


def weights_fact(title: str) -> str:
    """Name the fact that says which weights a model had."""
    return f"{title}: weights (sha256)"


def precision_fact(title: str) -> str:
    """Name the fact that says in which numbers a model was computed."""
    return f"{title}: computed in"


def every(interval: int) -> str:
    """Say which frames join the memory."""
    return f"{interval} frames"
