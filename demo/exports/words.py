"""Every sentence in the files that a visitor takes away."""

from __future__ import annotations

from demo.text import IN_COMPANY

MASKS_README = (
    "One folder per model, one PNG per frame of the clip as it was used. The pixel's number is the object's, 0 is the "
    "background; the colours are those of DAVIS.\n"
)
MODELS, FRAMES, PLOTS = "Models", "First, middle and last frame", "Over time"
HEADS = ("", "J", "F", "IoU with the others", "ms per frame")
INSIDE, SETTINGS = "What the models hold of the object", "How it was made"
NOTE = (
    "ms per frame is a model's work on a frame with all objects, without loading and saving; what several models "
    f'compute once for all is divided evenly among them, and "{IN_COMPANY}" says that they had to wait for the '
    "processor. "
    "J is the overlap with the true mask, F the agreement of the contours, both 1 at best and missing where no truth "
    "is known. Means over the frames whose mask was not given, and over the objects. A knock-out is a trained model "
    "with a part switched off; it is not an ablation."
)
LABELS = {
    "j": "J: overlap with the truth",
    "f": "F: agreement of the contours",
    "agreement": "IoU with the other models",
    "area": "Area of the mask, pixels",
    "share": "Share of the matching branch (E1*) in the fused feature",
    "losses": "Few-shot learner's loss on the object's first frame",
}


def report_title(clip: str) -> str:
    """Return the title of a report."""
    return f"LLB playground: {clip}"
