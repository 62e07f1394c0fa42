"""The sentences about results of other programs."""

from __future__ import annotations

IMPORTED, IMPORTED_BADGE = "masks of another program", "imported"
RESULTS_UPLOAD_TITLE = "Compare results of other models"
RESULTS_UPLOAD = "Upload zips of PNG masks for this clip"
RESULTS_UPLOAD_NOTE = (
    "A zip for each model (Cutie.zip, SAM2.zip): a palette or grey PNG with object numbers for every frame, named like "
    "the frames (00000.png) or in their order. A zip called truth.zip holds the true masks: J and F are measured then."
)
READING_RESULTS = "Reading the results"
NOTHING_IN_RESULTS = "These masks show no object: their pixels are all background."
TRUTH_ALONE = "truth.zip holds the true masks: choose it together with the zip of a result."
TRUTH_KNOWN = "The true masks of this clip are known already: leave truth.zip out."
IMPORTED_NOT_REPAIRED = "Masks of other programs cannot be repaired here: run a model on the clip first."
NOT_SCORED = "J and F are not measured: the true mask of the first frame is missing, or shows no object."


def too_many_results(count: int, most: int) -> str:
    """Refuse too many panes side by side."""
    return f"These are {count} results side by side: {most} is the most."


def not_a_zip(name: str) -> str:
    """Refuse results that are not packed."""
    return f"{name} is not a zip: pack the PNG masks of each model into one zip."


def twice_in_zip(title: str, name: str) -> str:
    """Refuse a zip with several clips."""
    return f"{title} holds several files called {name}: pack the masks of this clip alone."
