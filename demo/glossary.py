"""The words that the page explains, in plain English: in a list, and where they stand.

A sentence marks a term as ``[[Term]]`` or ``[[Term|as it is shown]]``; ``demo/components/shared/term.js`` reads the
same marks.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

TITLE = "What do these words mean?"
TERMS = {
    "Video object segmentation": "Find an object's pixels on every frame of a clip; here its mask is given on one.",
    "Mask": "The pixels that belong to an object.",
    "Ground truth": "The exact masks of a clip; only the examples have them.",
    "LLB, JOINT": "Learning to Learn Better (AAAI 2023), and its predecessor (ICCV 2021), on which it builds.",
    "LLB-1 to LLB-4": "The paper's variants between JOINT and LLB: each lacks some of LLB's changes (see the grid).",
    "BFF": "Background-filtered frame: the picture with everything but the object blanked out (frame × mask).",
    "DLGM": "Discriminative label generation module: LLB's label encoder, which reads the BFF instead of the mask.",
    "Label encoder": "The network that turns the mask (or the BFF) of a past frame into E1 and E2.",
    "CNN": "A label encoder of plain convolutions.",
    "ViTAE": "A label encoder that is a small vision transformer with convolutions.",
    "E1, E2": "What the label encoder tells each branch about the object in a past frame: E1 is for matching, E2 for "
    "the few-shot learner.",
    "E1*, E2*": "What the branches answer for the current frame: where they find E1 and E2 again.",
    "E_tar": "The sum of both branches' answers behind their gates; the decoder turns it into the mask.",
    "Gates γ1, γ2": "Numbers from 0 to 1 that the network computes at each location: how much of each branch's answer "
    "is used there.",
    "Branches added": "The two answers are added as they are, without gates; JOINT does this.",
    "Matching": "The branch that finds locations like each one of the current frame in the memory, and copies what "
    "is stored there (a transformer; in the paper: transduction).",
    "Few-shot learner": "A small linear filter τ that is fitted while the clip runs, from the frames in the memory (in "
    "the paper: induction).",
    "W": "How much each location of a past frame counts when the few-shot learner is fitted.",
    "Attention": "How much a location of the current frame takes from each location in the memory, in per cent.",
    "Memory": "Past frames that a model keeps; the painted one always stays.",
    "Temporal weight": "How much a frame of the memory counts for the few-shot learner: the newer, the more.",
    "Search region": "The part of the frame around the object that a model looks at.",
    "Feature cell": "A square of 16 × 16 pixels of the search region as the network sees it: its finest step inside.",
    "PCA colours": "32 channels as one colour: the three directions in which they vary most become red, green, blue.",
    "J": "Overlap of a mask with the true one: their intersection over their union, 1 is perfect. While the object is "
    "out of sight it is left out; only DAVIS' own score counts such a frame, as 1 if nothing is marked there, else 0.",
    "F": "How well a mask's contour agrees with the true one's, 1 is perfect.",
    "J&F": "The mean of J and F, the usual score of this field; with the models in per cent.",
    "IoU": "Intersection over union of two masks, such as those of two models; with the true mask it is J.",
    "DAVIS": "The data set of short clips with exact masks on which the models were measured.",
    "ms per frame": "Milliseconds of a model's work on a frame; with the models: one object, alone on two CPU cores.",
    "Parameters": "Numbers that a model has learnt; M is a million.",
    "Knock-out": "A part of a trained model switched off: it shows how much that model relies on it.",
    "Ablation": "A model trained without a part from the start: it shows what the part is good for.",
}
MARK = re.compile(r"\[\[([^|\]]+)(?:\|([^\]]+))?\]\]")
BUTTON = Markup('<button type="button" class="term" aria-description="{note}">{shown}</button>')


def notes(*terms: str) -> dict[str, str]:
    """Return what terms mean, by term."""
    return {term: TERMS[term] for term in terms}


def term(shown: str, note: str) -> Markup:
    """Return a word that shows a note on hover, focus and tap."""
    return BUTTON.format(note=note, shown=shown)


def explained(sentence: str) -> Markup:
    """Return a sentence as HTML, in which the marked terms explain themselves and ``**words**`` are bold."""
    texts = MARK.split(sentence)  # text, term, how it is shown or None, text, ...
    html = [escape(texts[0])]
    for name, shown, text in zip(texts[1::3], texts[2::3], texts[3::3], strict=True):
        html += [term(shown or name, TERMS[name]), escape(text)]
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", str(Markup().join(html))))


def plain(sentence: str) -> str:
    """Return a sentence without the marks of its terms.

    >>> plain("Where [[E1, E2|E1]] is kept: the [[Memory]]")
    'Where E1 is kept: the Memory'
    """
    return MARK.sub(lambda found: found[2] or found[1], sentence)
