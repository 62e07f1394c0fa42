"""The lesson: what each page says, which view of this page it opens, and what the reader does there."""

from __future__ import annotations

from urllib.parse import parse_qsl

from demo.lesson.page import Done, Exercise, Fact, LessonPage, Question, TableFact

PAIR = ("lite/llb", "lite/joint")
BRANCHES = ("lite/llb", "lite/llb~only-e1", "lite/llb~only-e2")
BEE = "clip=bee&models=lite/llb,lite/joint"
TRAIN = "clip=train&models=lite/llb,lite/joint"
HOVER = 24  # a frame on which the bee hovers and both models have it
BEE_THERE = "440,90,190,185"  # x, y, width, height: the bee on that frame, and a little around it

PAGES: tuple[LessonPage, ...] = (
    LessonPage(
        "start",
        "One painted frame",
        "In video object segmentation somebody paints an object once, on frame 0. The model has to find its pixels in "
        "every later frame; nobody told it what a bee is. Keep three questions in mind: How can one painted frame be "
        "enough? Why does the model answer twice? Does it help to know more about the object? At the end you answer "
        "them.",
        "Play the clip, or go to frame 20 or later.",
        f"{BEE}&frame=0",
        ".player .bar",
        Done("frame", "20-47"),
    ),
    LessonPage(
        "region",
        "Where it looks at all",
        "A model does not see the whole frame. It cuts out a rectangle around the place where it last saw the object: "
        "the search region, X. What lies outside it cannot be found; keep that for later. In the diagram the upper "
        "lane is the memory, made of past frames; the lower lane is the current frame.",
        "Open the box X in the diagram.",
        f"{BEE}&frame={HOVER}&box=frame",
        '.inside [data-part="region"]',
        Done("box", "region"),
    ),
    LessonPage(
        "matching",
        "First answer: matching",
        "E1 is what the model wrote down about the object at each place of a past frame. Each place of the current "
        "frame compares itself with all places in the memory (dot products, then a softmax) and copies the E1 of those "
        "that look alike. What it gathers is called E1*.",
        "Click the bee in a result, and see in which past frames this place looks.",
        f"{BEE}&frame={HOVER}&box=transduced",
        ".player .panes",
        Done("pixel", BEE_THERE),
        exercise=Exercise(
            "A place of the current frame compares itself with all places in the memory. What does it copy from those "
            "that look alike, and what makes the shares add up to 1?",
            "It copies their E1, what the model wrote down about the object there. The softmax makes the shares add up "
            "to 1, so E1* is a weighted mean of E1.",
        ),
    ),
    LessonPage(
        "filter",
        "Second answer: a filter learnt on the spot",
        "The second branch looks nothing up. While the clip runs it fits a small convolution, τ (tau), so that τ "
        "applied to a past frame's features gives a second label, E2. That takes 20 steps on the painted frame and 3 "
        "more whenever a frame joins the memory. On the current frame τ gives E2*.",
        "Open the box τ and read how its loss falls.",
        f"{BEE}&frame={HOVER}&box=label",
        '.inside [data-part="tau"]',
        Done("box", "tau"),
        exercise=Exercise(
            "Both branches use the painted frame. What is learnt while the clip runs, and what is not?",
            "Only the filter τ is fitted while the clip runs (20 steps, then 3 at each new memory frame). The network "
            "itself, with what writes E1 and E2, was trained before and stays as it is.",
        ),
    ),
    LessonPage(
        "sum",
        "Two answers, one mask",
        "Now each place has two answers: E1* from matching and E2* from the filter. Neither is a mask. Each is 32 "
        "numbers per place, drawn as colours. They are added, and the decoder, which also sees fine details of the "
        "image, draws the mask from the sum, E_tar.",
        "Open the box E_tar, and compare it with E1* and E2*.",
        f"{BEE}&frame={HOVER}&box=induced",
        '.inside [data-part="fused"]',
        Done("box", "fused"),
    ),
    LessonPage(
        "gates",
        "Gates: how much is let through",
        "Before adding, LLB multiplies each answer with a gate: γ1 (gamma one) with E1*, γ2 with E2*. A gate is a "
        "number from 0 (nothing) to 1 (all) for each place and channel. JOINT has no gates and adds everything. What "
        "is left behind its gate is what a branch adds to the sum.",
        "Open the box γ1 E1* or γ2 E2*, and compare LLB with JOINT.",
        f"{BEE}&frame={HOVER}&box=gate_transduced",
        '.inside [data-part^="contribution"]',
        Done("box", "contribution_transduced|contribution_induced"),
        exercise=Exercise(
            "Write the sum E_tar of LLB and of JOINT with γ1, γ2, E1*, E2*.",
            "LLB: E_tar = γ1 · E1* + γ2 · E2*. JOINT: E_tar = E1* + E2*.",
        ),
    ),
    LessonPage(
        "memory",
        "What the memory keeps",
        "Every 5th frame (3, 8, 13, …) joins the memory, with the mask that the model itself gave it. At most 20 "
        "frames fit, and the painted one never leaves: it alone is surely right. LLB writes E1 and E2 from the "
        "object's pixels with the background removed (BFF, background-filtered frame). A wrong mask in the memory "
        "misleads later frames.",
        "Choose frame 0 in the upper lane, and look at its BFF.",
        f"{BEE}&frame={HOVER}&box=source",
        ".inside .lane.past",
        Done("past", "0-0"),
    ),
    LessonPage(
        "branches",
        "Are both answers needed?",
        "J says how well a mask fits: its overlap with the true mask, from 0 to 1. LLB's mean J on this clip is 0.75. "
        "Now one answer is switched off in the trained model; nothing is trained anew. That is a knock-out.",
        "Predict first; then the page shows it.",
        f"{BEE}&frame={HOVER}&chart=j",
        ".player .panes",
        Done("answer"),
        Question(
            "What is the mean J with matching alone (only E1*)?",
            ("about 0.7: matching does nearly all", "about 0.5: a third of it goes", "about 0.2: the bee is lost"),
            1,
            "0.51 with only E1*, and 0.31 with only E2*. The decoder was trained on the sum and reads one part alone "
            "badly. So this model needs both; a model trained with one branch might do better.",
            f"clip=bee&models={','.join(BRANCHES)}&frame={HOVER}&chart=j",
        ),
        Exercise(
            "Mean J on the bee: LLB, only E1*, only E2*. Does this show that a model trained with one branch would be "
            "as bad?",
            "0.75, 0.51 and 0.31. No: it is a knock-out of a trained model, whose decoder expects the sum. A model "
            "trained with one branch (an ablation) was not tried here.",
        ),
        (
            Fact("0.75", "bee", BRANCHES, 0),
            Fact("0.51", "bee", BRANCHES, 1),
            Fact("0.31", "bee", BRANCHES, 2),
        ),
    ),
    LessonPage(
        "dash",
        "A mask, or what is inside it?",
        "JOINT writes its labels from the bare mask: where the object is. LLB writes them from the BFF: where it is "
        "and what it looks like. On the next frame the bee dashes, and the shutter smears it.",
        "Predict first; then the page shows frame 42.",
        f"{BEE}&frame=41&box=source",
        ".player .panes",
        Done("answer"),
        Question(
            "Which model still has a part of the bee on frame 42?",
            ("LLB", "JOINT", "both", "neither"),
            2,
            "Both keep its middle: J 0.40 with LLB, 0.35 with JOINT. Two frames later both have it whole again (0.81 "
            "and 0.80), because the memory still holds the sharp bee. So here it matters little what labels are made "
            "of. One dash of one bee proves little: see the table later.",
            f"{BEE}&frame=42&box=source",
        ),
        Exercise(
            "What does LLB's label encoder read that JOINT's does not? What happens on frame 42 of the bee, and two "
            "frames later?",
            "The object's pixels (BFF = frame × mask) instead of the bare mask. On frame 42 both keep the middle of "
            "the bee (J 0.40 and 0.35); on frame 44 both have it whole again (0.81 and 0.80).",
        ),
        (
            Fact("0.40", "bee", PAIR, 0, frame=42),
            Fact("0.35", "bee", PAIR, 1, frame=42),
            Fact("0.81", "bee", PAIR, 0, frame=44),
            Fact("0.80", "bee", PAIR, 1, frame=44),
        ),
    ),
    LessonPage(
        "tunnel",
        "Into the tunnel",
        "The engine (object 1) drives into a tunnel and comes out at the far end. The memory keeps what it looks like; "
        "nothing about it has changed.",
        "Predict first; then the page shows frame 44.",
        f"{TRAIN}&frame=4&object=1&box=region",
        ".player .panes",
        Done("answer"),
        Question(
            "What do the models do when the engine is out again?",
            (
                "They find it: the memory knows it",
                "LLB finds it, JOINT does not",
                "Neither finds it: they look in the wrong place",
            ),
            2,
            "Neither: J is 0.00 for both. The search region X stayed where the engine was last seen. Knowing what it "
            "looks like is of no use where it is not looked for. One of the settings looks for lost objects all over "
            "the frame: an experiment for the last page.",
            f"{TRAIN}&frame=44&object=1&box=region",
        ),
        Exercise(
            "Why does no model find the engine behind the tunnel, though the memory holds it? What would you change?",
            "Each looks only inside its search region, which stays where it last saw the engine (J 0.00 for LLB and "
            "for JOINT on frame 44). For example: let the region grow, or search the whole frame, while it is lost "
            "(as one of the page's settings does).",
        ),
        (
            Fact("0.00", "train", PAIR, 0, frame=44),
            Fact("0.00", "train", PAIR, 1, frame=44),
        ),
    ),
    LessonPage(
        "table",
        "What the table proves, and what not",
        "The table below measures six designs, trained together, on ten other clips, in J&F (J, and F for the "
        "contour). Labels made of BFF: LLB-3 +1.5 points over JOINT, LLB-1 +1.7, LLB +1.7. Gates alone: LLB-2 +1.0. A "
        "ViTAE that reads the bare mask: LLB-4 -0.9. The interval says where a difference may lie with ten other such "
        "clips.",
        "Read the table, then answer.",
        BEE,
        "#table",
        Done("answer"),
        Question(
            "Which sentence do these figures carry?",
            (
                "Gates make the model better",
                "LLB is 1.7 points better than JOINT",
                "BFF may help; ten clips are too few to be sure",
            ),
            2,
            "LLB's interval runs from +0.0 to +4.2, and most of its lead comes from one clip (drift-chicane). Trained "
            "from a second seed, LLB has 80.4 and JOINT 78.8: the same sign again, and a point less for both. So it is "
            "a hint. For more you would measure on more clips, and train each design many times.",
        ),
        facts=(
            TableFact("+1.5", "llb-3", "difference"),
            TableFact("+1.7", "llb-1", "difference"),
            TableFact("+1.7", "llb", "difference"),
            TableFact("+1.0", "llb-2", "difference"),
            TableFact("-0.9", "llb-4", "difference"),
            TableFact("+0.0", "llb", "low"),
            TableFact("+4.2", "llb", "high"),
            TableFact("80.4", "llb", "second"),
            TableFact("78.8", "joint", "second"),
        ),
    ),
    LessonPage(
        "own",
        "Your own experiment",
        "Change one thing and write down what you expect before you press Run: another design, a knock-out, the "
        "search for lost objects (Settings, with the train), another clip or your own. Then go back to the three "
        "questions. How can one painted frame be enough? Why does the model answer twice? Does it help to know more "
        "about the object? What did you see that answers each?",
        "Bring a comparison on show that differs from this one.",
        BEE,
        "#run-bar",
        Done("comparison"),
    ),
)
EXERCISES = 6  # questions of the worksheet


def opened_frames(clip: str) -> set[int]:
    """Return the frames of an example that the lesson's pages open."""
    queries = [dict(parse_qsl(address)) for page in PAGES for address in page.addresses]
    return {int(query["frame"]) for query in queries if query["clip"] == clip and "frame" in query}


def clicked_frames(clip: str) -> set[int]:
    """Return the frames of an example at which a page asks for a click on a pixel."""
    queries = [dict(parse_qsl(page.address)) for page in PAGES if page.done.what == "pixel"]
    return {int(query["frame"]) for query in queries if query["clip"] == clip}
