"""J&F on annotated clips in the course of a training, shared out among its processes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llb.config import InferenceConfig
from llb.evaluation.evaluate import score_sequence
from llb.inference import VideoSegmenter
from llb.io.davis import find_sequences
from llb.model.network import LLB

if TYPE_CHECKING:
    from accelerate import Accelerator

SPLIT = "val"


def validate(model: LLB, data: Path, accelerator: Accelerator) -> float:
    """Return the model's J&F (0..1) on the split ``val`` of a data set in DAVIS layout: the mean over all objects.

    Every process segments its share of the sequences; each gets the result.
    """
    from accelerate.utils import gather_object

    config = InferenceConfig().for_scale(model.scale)
    found = []
    for sequence in find_sequences(data, SPLIT)[accelerator.process_index :: accelerator.num_processes]:
        scored = score_sequence(VideoSegmenter(model, config), sequence, lambda frames: None)
        found += [item.score.mean for item in scored.objects]
    return float(np.mean(gather_object(found)))
