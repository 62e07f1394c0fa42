"""The words that the page explains, in plain English."""

from __future__ import annotations

TITLE = "What do these words mean?"
TERMS = {
    "Video object segmentation": "Find an object's pixels on every frame of a clip; here its mask is given on one.",
    "Mask": "The pixels that belong to an object.",
    "LLB, JOINT": "Learning to Learn Better (AAAI 2023), and its predecessor (ICCV 2021), on which it builds.",
    "LLB-1 to LLB-4": "The paper's variants between JOINT and LLB: each lacks some of LLB's changes (see the grid).",
    "BFF": "Background-filtered frame: the picture with everything but the object blanked out (frame × mask).",
    "DLGM": "Discriminative label generation module: LLB's label encoder, which reads the BFF instead of the mask.",
    "Label encoder": "The network that turns the mask (or the BFF) of a past frame into E1 and E2.",
    "CNN, ViTAE": "Two kinds of label encoder: plain convolutions, or a small vision transformer with convolutions.",
    "E1, E2": "What the label encoder tells each branch about the object on a past frame: E1 matching, E2 the learner.",
    "E1*, E2*": "What the branches answer for the current frame: where they find E1 and E2 again.",
    "Gates γ1, γ2": "Learnt numbers from 0 to 1 that weigh the two branches' answers at each location.",
    "Branches added": "The two answers are added as they are, without gates; JOINT does this.",
    "Few-shot learner": "A small linear filter τ that is fitted while the clip runs, from the frames in the memory.",
    "W": "How much each location of a past frame counts when the few-shot learner is fitted.",
    "Transformer": "Here: each location of the new frame finds ones like it in the memory and copies what they hold.",
    "Memory": "Past frames that a model keeps; the painted one always stays.",
    "Temporal weight": "How much a frame of the memory counts for the few-shot learner: the newer, the more.",
    "Search region": "The part of the frame around the object that a model looks at.",
    "Feature cell": "A square of 16 × 16 pixels of the search region as the network sees it: its finest step inside.",
    "J": "Overlap of a mask with the true one: their intersection over their union, 1 is perfect.",
    "IoU": "Intersection over union of two masks, such as those of two models; with the true mask it is J.",
    "F": "How well a mask's contour agrees with the true one's, 1 is perfect.",
    "J&F": "The mean of J and F, the usual score of this field; with the models in per cent.",
    "DAVIS": "The data set of short clips with exact masks on which the models were measured.",
    "ms per frame": "Milliseconds of a model's work on a frame; with the models: one object, alone on two CPU cores.",
    "Parameters": "Numbers that a model has learnt; M is a million.",
    "Knock-out": "A part of a trained model switched off: it shows how much that model relies on it.",
    "Ablation": "A model trained without a part from the start: it shows what the part is good for.",
}
