"""Every sentence that a visitor reads."""

from __future__ import annotations

from llb.config import VARIANTS, Variant

TITLE = "LLB playground"
INTRO = (
    "<h1>Paint it once, follow it through the video</h1><p>LLB learns an object from <b>one</b> painted frame. Run it "
    "beside its simpler relatives on the same clip, then look inside: what each model stores of the object, and how it "
    "weighs its two branches. <a href='#results'>See a finished comparison</a></p>"
)

STEP_CLIP = "### 1 · Choose a clip"
STEP_OBJECTS = "### 2 · Mark the objects on the first frame"
STEP_MODELS = "### 3 · Choose the models"
UPLOAD = "Upload your own clip"
EXAMPLES = "Examples: their masks are ready and exact"
OBJECT = "Object to paint"
OBJECT_HELP = "Up to 8 objects: pick a number, then paint over the object."
CLEAR_READY = "Remove the ready mask and paint my own"
RUN = "Run"
STOP = "Stop and keep what is done"
STOPPING = "Stopping …"
REPLAY = "Play all from the start"

RESULTS_EMPTY = "### Results"
INSIDE = "### Look inside"
INSIDE_INTRO = (
    "Every model has two branches. One **matches** each pixel with the frames in its memory, the other is a small "
    "filter **learnt on the spot** from them. E1 and E2 are what the two branches know of the object; the gates γ1 "
    "and γ2 say how far each branch is trusted, place by place."
)
FRAME = "Frame"
SHOWN_OBJECT = "Object"
GATE_SCALE = "Gates, mean over channels:"
NUMBERS_NOTE = "ms per frame: on this machine. J (examples only): overlap with the true mask, 1 is perfect."

REGION_TITLE, REGION_NOTE = "Region", "what the model sees"
GATE_TITLES = ("γ1", "γ2")
GATE_NOTES = ("trust in matching", "trust in the filter")
FEATURE_TITLES = ("E1", "E2")
FEATURE_NOTES = ("stored for matching", "taught to the filter")
NO_GATES = "No gates: this model adds its two branches as they are."
FIRST_FRAME = "Frame 0 has no prediction: its mask was given, so no gate was used."
NOT_TRACED = "This model has nothing to show for this object at this frame."
NOTHING_INSIDE = "Run a comparison to look inside."
DISPLAY_ONLY = "not in memory: computed for display only"
IN_MEMORY = "in memory"

PREPARING = "Preparing a first comparison for you. You can start your own meanwhile."
READY = "Press Run to see the models side by side."
NO_WEIGHTS = "No model can run here yet: the folder weights/ holds no trained weights."
STARTING = "Starting: each model learns the object from the first frame."
NO_CLIP = "Choose a clip first: pick an example or upload one."
NO_MASK = "Mark at least one object first: pick a number and paint over the object on the first frame."
NO_MODEL = "Tick at least one model."
WRONG_SIZE = "The painting belongs to another clip: clear it with the bin and paint again."
STORAGE_FULL = "Your storage on this server is full, so the run ended here: what is done is kept."
NOTHING_PAINTED = "Nothing painted yet."
READY_MASK = "ready mask"

TABLE = "How good is each model? The ablation, measured"
TABLE_INTRO = (
    "Overlap (J) and contour accuracy (F) in per cent on 10 DAVIS 2016 validation sequences, trained alike on the same "
    "clips; beside them the paper's figures for its large models, which were measured on DAVIS 2017. The interval says "
    "how far the difference to JOINT could move if other sequences had been drawn: if it holds 0, this set cannot tell "
    "the two apart."
)
TABLE_HEADS = ("Model", "J&F", "J", "F", "to JOINT", "95 % interval", "second seed", "paper's J&F")

INPUTS = {"mask": "sees the mask only", "bff": "sees frame × mask"}
ENCODERS = {"cnn": "CNN encoder", "vitae": "ViTAE transformer encoder"}
FUSIONS = {"sum": "plain sum", "adaptive": "gates weigh the branches"}


def limits(megabytes: int, side: int, frames: int) -> str:
    """Say what may be uploaded, before a limit is hit."""
    return (
        f"mp4, mov, webm, avi or gif; up to {megabytes} MB and {side} pixels a side. "
        f"The first {frames} frames are used (5 seconds at 30 a second)."
    )


def clip_card(title: str, width: int, height: int, frames: int, seconds: float, note: str) -> str:
    """Describe the chosen clip in one line."""
    line = f"{title}: {width} × {height}, {frames} frames, {seconds:.1f} s"
    return f"{line} ({note})" if note else line


def difference(variant: str) -> str:
    """Say in one line what tells a variant from the others."""
    kind: Variant = VARIANTS[variant]
    return f"{INPUTS[kind.label_input]} · {ENCODERS[kind.label_encoder]} · {FUSIONS[kind.fusion]}"


def caption(title: str, seconds: float | None, overlap: float | None) -> str:
    """Caption a result: the variant, its time per frame and its J if the truth is known."""
    parts = [title]
    if seconds is not None:
        parts.append(f"{seconds * 1000:.0f} ms per frame")
    if overlap is not None:
        parts.append(f"J {overlap:.2f}")
    return " · ".join(parts)


def results_title(clip: str, frames: int, of: int, stopped: bool) -> str:
    """Head the results: which clip, and how much of it."""
    return f"### Results: {clip}" + (f" (stopped after {frames} of {of} frames)" if stopped else "")


def time_left(seconds: float) -> str:
    """Say how long a run will still take."""
    if seconds >= 90:
        return f"about {seconds / 60:.0f} minutes left"
    return f"about {max(1, round(seconds))} s left"


def explained(part: float) -> str:
    """Explain the colours of E1 and E2."""
    return (
        "Colours of E1 and E2: each place holds 32 numbers. Their three main directions, the same for all pictures, "
        "are shown as red, green and blue, as they differ from that encoder's average; they hold "
        f"{part:.0%} of the variation. Under one heading, the same colour means the same content at every frame."
    )


def missing(count: int) -> str:
    """Head the list of models that cannot run."""
    return f"{count} more {'model is' if count == 1 else 'models are'} not available here: why?"


def mean_gate(value: float) -> str:
    """State a gate's mean."""
    return f"mean {value:.2f}"


def too_small(target: int, pixels: int, least: int) -> str:
    """Say that an object is too small to follow."""
    return f"Object {target} is only {pixels} pixels: paint at least {least}, or erase it."


def running(clip: str) -> str:
    """Head a run at work."""
    return f"Running on: {clip}"


def marked(target: int, pixels: int) -> str:
    """Name a marked object and its size."""
    return f"Object {target} · {pixels:,} pixels"
