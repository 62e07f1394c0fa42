"""Every sentence on the page, but for the glossary, the intro and how to cite (`page/templates`)."""

from __future__ import annotations

from demo.clips.clip import Clip

TITLE = "LLB playground"

STEP_CLIP = "## 1 · Choose a clip"
STEP_OBJECTS = "## 2 · Mark the objects"
STEP_MODELS = "## 3 · Choose the models"
UPLOAD = "Upload your own clip"
UPLOAD_LIMITS = "Limits"
CLIPS = "Clips"
RUN = "Run"
STOP = "Stop (finished frames are kept)"
CHANGE, SHOW_PLACE = "change", "show where"
PRESENT, PRESENT_END = "Present", "Leave (Esc)"
READY_ANSWER = "ready answer"
STOPPING = "Stopping …"

RESULTS_EMPTY = "## Results"
SETTINGS = "Settings (the paper's values)"
MEMORY_SIZE, MEMORY_SIZE_HELP = "Memory size", "Maximum number of past frames kept per object."
INTERVAL, INTERVAL_HELP = "Interval T", "A frame joins the memory every T frames."
STEPS, STEPS_HELP = "Few-shot steps", "Steps of the few-shot learner on the painted frame."
SEARCH = "Search factor"
SEARCH_HELP = "Size of the search region in object sizes; by default the model's own (2.75 for lite)."
OWN_VALUE = "the model's own"
SHARED = (
    "Same search region for all: every model gets the first model's crop, so only the model differs (one with larger "
    "crops keeps its own)"
)
SEARCH_AGAIN = "Look for a lost object again, all over the frame (in the paper a model waits where it last saw it)"
SEARCHES_AGAIN = "looks for a lost object again"
COPY_LINK = "Copy a link to these models and settings"
LINK_HELP = "The link comes here, and into the clipboard."
KNOCK_OUT_GROUP = "Knock-outs of LLB: parts of the trained model switched off"
KNOCK_OUT_NOTE = (
    "[[Knock-out|Knock-outs]] are **not** [[Ablation|ablations]]: nothing was trained without the part. They show how "
    "much the trained LLB relies on that part."
)
KNOCK_OUT_BADGE = "knock-out"
KNOCK_OUT_TITLES = {
    "gates": ("LLB, gates = 1", "both branches pass whole: a sum with LLB's weights"),
    "only-e1": ("LLB, only E1*", "the few-shot learner's answer is left out"),
    "only-e2": ("LLB, only E2*", "the transformer's answer is left out"),
    "tau-frozen": ("LLB, τ frozen", "the filter is never updated after the painted frame"),
    "memory-1": ("LLB, memory of one", "only the painted frame is remembered"),
}
INSIDE = "## Look inside"
INSIDE_INTRO = (
    "Every model has two branches. One [[Matching|matches]] each location with the frames in its [[Memory|memory]], "
    "the other is a small filter [[Few-shot learner|learnt on the spot]] from them. [[E1, E2|E1 and E2]] are what each "
    "branch is told about the object in past frames. They answer with [[E1*, E2*|E1* and E2*]] for the current frame; "
    "the [[Gates γ1, γ2|gates γ1 and γ2]] say how much of each answer is used at each location. Click a box to enlarge "
    "it, or a pixel in a result above to see where the model looks."
)
IN_COMPANY = "while other work ran"
NUMBERS_NOTE = (
    "[[J]]: overlap with the true mask while the object is in sight, 1 is perfect (examples only). [[ms per frame]]: a "
    "model's own time for a frame with all objects, on this machine; features that several models share are divided "
    f"evenly among them. “{IN_COMPANY}”: it had to wait for the processor, alone it is faster."
)

TAKE_AWAY = {
    "side_by_side": "Video, side by side (mp4)",
    "cutouts": "Cut-outs with transparency (WebM, zip)",
    "masks": "Masks (PNG, zip)",
    "soft": "Soft masks (8-bit PNG, zip)",
    "coco": "Masks (COCO RLE, zip)",
    "curves": "Curves (CSV)",
    "plots": "Plots (SVG and PNG, zip)",
    "measurements": "Numbers (JSON)",
    "report": "Report (HTML)",
    "internals": "Internals of this frame (npz)",
    "traces": "Internals of all frames (npz)",
}

ANSWERED = "Answered from the cache: the same clip, masks, models and settings were run before"
INSIDE_PENDING = "The inside of this frame is being computed: it comes by itself in a minute or two."
FIT_NOT_KEPT = (
    "What this fit was made of is not kept: of a long clip the inside of some frames is stored. Look at the frame "
    "where the object was painted."
)
FIT_CHANGED = (
    "A repair has changed what this fit was made of, so it cannot be repeated: look at a frame that the repair left as "
    "it was, or undo the repair."
)
E1_NOT_KEPT = "E1 of the frames in the memory is not kept: of a long clip the inside of some frames is stored."
OUTSIDE_REGION = "This place is outside the search region of the object: click nearer to it."
NO_LEARNER = "This model has no few-shot learner."
FIT_AT_WORK = "The fit is being repeated, step by step …"
FIT_FAILED = "The fit could not be repeated: choose another frame, or run the comparison again."
INSIDE_NOT_YET = "The inside of these results is being computed: try again in a minute or two."
PREPARING = "Preparing a first comparison for you. You can start your own meanwhile."
READING, FRAMES = "Reading the clip", "frames"
READY = "Press Run to see the models side by side."
MARK_FIRST = "Mark the object on the first frame, then press Run: the results come here."
NO_WEIGHTS = "No model can run here yet: the folder weights/ holds no trained weights."
STARTING = "Starting: each model learns the object from the first frame."
STARTING_REPAIR = "Starting: each model takes in the changed frame."
NO_CLIP = "Choose a clip first: pick an example or upload one."
NO_MASK = "Mark at least one object first: pick a number and paint over the object on the first frame."
NOTHING_TO_REPAIR = "Nothing is marked on this frame: paint the object there first."
UNDO_REPAIR = "Undo the last repair"
NO_MODEL = "Tick at least one model."
CLIP_BEING_READ = "Your clip is still being read: wait until that is done, then try again."
OLDER_PAINTING = "Newer masks of this clip are saved already."
RUN_BUSY = "Your last run is still waiting or running: wait until it ends, or stop it first."
VIEW_BUSY = "Your run is at work and stays on show: open this view once it has ended, or after you stop it."
NOT_COMPUTED = "The results that this address names are not stored here: press Run to compute them."
RUN_FAILED = "The run failed on the server, which is not your fault: finished frames are kept. Try again."
RUN_CANCELLED = "Your run was cancelled before it began."
OWN_STORAGE_FULL = "Your storage on this server is full: choose a shorter clip or fewer models."
DISK_FULL = "This server's disk is full of other visitors' work: try again in a few minutes."
MEMORY_FULL = (
    "This server has no memory left for this: try again in a few minutes, or take a smaller clip or fewer models."
)
TOO_MANY_VISITORS = "Too many visitors are using this page at the moment: try again in a few minutes."
GONE = "This is no longer there: reload the page."
INCOMPLETE = "This request is incomplete: reload the page."
EXPORTS_BUSY = "Many files are being written at the moment: try again in a minute."
READING_BUSY = "Many clips are being read at the moment: try again in a minute."
CHOICES_BUSY = "Many visitors are choosing a clip at the moment: try again in a few seconds."
CUTS_BUSY = "Many objects are being cut out at the moment: try again in a few seconds."
NOTHING_DONE = "No frame of this comparison is finished by all models yet: download the files a little later."
REPAIR_AT_WORK = "This repair is still running: download the files when it ends, or stop it first."
STORAGE_FULL = (
    "Your storage on this server is full, so the run ended here: finished frames are kept. Choose a shorter clip or "
    "fewer models."
)
RUN_DISK_FULL = (
    "This server's disk is full, so the run ended here: finished frames are kept. Try again in a few minutes, or "
    "choose a shorter clip."
)

TABLE = "## How good is each model? The ablation, measured"
TABLE_INTRO = (
    "Overlap ([[J]]) and contour accuracy ([[F]]) in per cent on 10 [[DAVIS]] 2016 validation sequences. All six were "
    "trained together, in turn, on the same clips, and share what they have in common; beside them the paper's figures "
    "for its large models, measured on DAVIS 2017. The interval says how far the difference from JOINT could move if "
    "other sequences had been drawn: if it includes 0, this set cannot tell the two apart. The training's "
    "own chance is not in it: see the second seed."
)
SECOND_SEED = "second seed"
TABLE_HEADS = {
    "Model": "What it reads, how it encodes it, and how it fuses the branches.",
    "J&F": "Mean of J and F.",
    "J": "Overlap of mask and truth: intersection over union.",
    "F": "How well the contours agree.",
    "ms": "Milliseconds per frame of one object, alone on two CPU cores.",
    "from JOINT": "Difference in J&F.",
    "95 % interval": "Bootstrap over the ten sequences.",
    SECOND_SEED: "J&F of a training from another seed.",
    "paper's J&F": "The authors' large model on DAVIS 2017.",
}

MODELS = "Models"
MODELS_HINT = "Six designs, trained together, so only the design differs:"
MODELS_DETAILS = "Size, accuracy and speed of each"
NOT_IN_PAPER, NO_WEIGHTS_HERE = "not in the paper", "no weights here"


def limits(megabytes: int, side: int, frames: int) -> str:
    """Say what may be uploaded, before a limit is hit."""
    return (
        f"A video (mp4, mov, webm, gif …), several pictures, or a zip of them; up to {megabytes} MB, up to {side} "
        f"pixels on the longer side and {frames:,} frames ({frames // 1800} minutes at 30 frames per second). From a "
        "longer clip you can choose a part."
    )


def own_clip(title: str) -> str:
    """Name the visitor's own clip beside the examples."""
    return f"Your clip: {title}"


def upload_title(stems: list[str]) -> str:
    """Name a clip after what was uploaded."""
    return stems[0] if len(stems) == 1 else f"{len(stems)} pictures"


def clip_line(clip: Clip) -> str:
    """Describe a clip in a line: its title, size and length, and what was done to it at the upload."""
    line = f"{clip.title}: {clip.width} × {clip.height}, {len(clip):,} frames, {clip.seconds:.1f} s"
    return f"{line} ({clip.note})" if clip.note else line


def clip_card(clip: Clip) -> str:
    """Describe a clip, and what makes an example hard."""
    return f"{clip_line(clip)}. {clip.description}" if clip.description else clip_line(clip)


def fit_waits(others: int) -> str:
    """Say that a fit waits behind other visitors' work."""
    return f"The fit waits for its turn: {others} {'visitor is' if others == 1 else 'visitors are'} before you."


def milliseconds(seconds: float | None, in_company: bool, unit: str = "") -> str:
    """Say how long a model takes, and whether other work ran meanwhile; nothing where it is not known."""
    return "" if seconds is None else f"{seconds * 1000:.0f}{unit}" + (f", {IN_COMPANY}" if in_company else "")


def pace(seconds: float | None, overlap: float | None, in_company: bool, scored: bool = False) -> str:
    """Say how fast a model was, and its J if the truth is known; `scored` tells that of `llb score`."""
    parts = [] if seconds is None else [milliseconds(seconds, in_company, " ms per frame")]
    parts += [] if overlap is None else [f"mean J {overlap:.2f}" + (" (DAVIS)" if scored else "")]
    return " · ".join(parts)


def results_title(clip: str, frames: int, of: int, stopped: bool) -> str:
    """Return the heading of a finished run: which clip, and how much of it."""
    return f"## Results: {clip}" + (f" (stopped after {frames} of {of} frames)" if stopped else "")


def duration(seconds: float) -> str:
    """Say roughly how long something takes."""
    if seconds >= 90:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {max(1, round(seconds)) if seconds < 20 else 5 * round(seconds / 5)} s"


def time_left(seconds: float) -> str:
    """Say how long a run will still take."""
    return f"{duration(seconds)} left"


def missing(count: int) -> str:
    """Return the heading of the list of models that cannot run."""
    return f"{count} more {'model is' if count == 1 else 'models are'} not available here: why?"


def too_small(target: int, index: int, pixels: int, least: int) -> str:
    """Say that an object is too small to follow."""
    return f"Object {target} on frame {index} is only {pixels} pixels: paint at least {least}, or erase it."


def no_such_object(target: int, most: int) -> str:
    """Say that no object may have this number."""
    return f"There is no object {target}: the numbers go from 1 to {most}."


def too_many(count: int, most: int) -> str:
    """Say that too many models are chosen."""
    return f"{count} models are chosen: untick some, at most {most} run side by side."


def object_name(target: int) -> str:
    """Return the name of an object that was given none."""
    return f"object {target}"


def model_failed(title: str, index: int) -> str:
    """Say that a model failed in a run."""
    return (
        f"{title} failed at frame {index}, so the run ended there: finished frames are kept. Try again, or without it."
    )


def repairing(clip: str, index: int) -> str:
    """Return the heading of a repair at work."""
    return f"Repairing from frame {index}: {clip}"


def running(clip: str) -> str:
    """Return the heading of a run at work."""
    return f"Running on: {clip}"


def place_in_queue(position: int, waiting: int, seconds: float) -> str:
    """Say where a run waits, and how long until it begins."""
    first = "Your run is the next one" if position == 1 else f"Your run is number {position} of {waiting} waiting"
    return f"{first}: it begins in {duration(seconds)}."


def turn_of_others(seconds: float) -> str:
    """Say that a long run gives way for a while."""
    return f"Other visitors' runs have their turn: yours goes on in {duration(seconds)}"


def too_long(seconds: float, limit: float, models: int, frames: int, objects: int) -> str:
    """Say that a run would take too long, and which would not; a number of 0 cannot be had."""
    ways = [f"{frames:,} frames"] if frames >= 2 else []
    ways += [f"{models} model{'s' if models > 1 else ''}"] if models else []
    ways += [f"{objects} object{'s' if objects > 1 else ''}"] if objects else []
    way = f": take at most {' or '.join(ways)}" if ways else ""
    return f"This would take {duration(seconds)}, and a run may take {limit / 60:.0f} minutes{way}."
