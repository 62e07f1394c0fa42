"""The words that the page explains, in plain English."""

from __future__ import annotations

TITLE = "What do these words mean?"
TERMS = {
    "Mask": "The pixels that belong to an object.",
    "BFF": "Background-filtered frame: the picture with everything but the object blanked out.",
    "Label encoder": "The network that turns the mask (or the BFF) of a past frame into E1 and E2.",
    "CNN, ViTAE": "Two kinds of label encoder: plain convolutions, or a small vision transformer with convolutions.",
    "Gates γ1, γ2": "Learnt numbers from 0 to 1 that weigh the two branches' answers, place by place.",
    "Plain sum": "The two answers are added as they are; JOINT, LLB's predecessor, does this.",
    "Few-shot learner": "A small linear filter τ that is fitted while the clip runs, from the frames in the memory.",
    "Transformer": "Here: each place of the new frame finds places like it in the memory and copies what they hold.",
    "Memory": "Past frames that a model keeps; the painted one always stays.",
    "Search region": "The part of the frame around the object that a model looks at.",
    "J": "Overlap of a mask with the truth: their intersection over their union, 1 is perfect.",
    "F": "How well the contours agree, 1 is perfect.",
    "J&F": "The mean of J and F, the usual score of this field; on the cards in per cent.",
    "ms per frame": "Milliseconds of a model's work on a frame; on the cards: one object, alone on two CPU cores.",
    "Parameters": "Numbers that a model has learnt; M is a million.",
    "Knock-out": "A part of a trained model switched off; an ablation is trained without it from the start.",
}
