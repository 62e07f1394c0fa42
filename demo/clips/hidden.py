"""Where an object of an example is out of sight: overlap with an empty mask says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from demo.clips.clip import Clip

CLIPS = 32  # whose masks need not be read again


def hidden_frames(clip: Clip) -> Mapping[int, tuple[int, ...]]:
    """Return the frames without a pixel of an object, by the objects of the exact masks."""
    return _of_masks(clip.folder) if clip.has_truth else {}


@lru_cache(CLIPS)
def _of_masks(folder: Path) -> Mapping[int, tuple[int, ...]]:
    """Read the exact masks of a clip; they never change."""
    clip = Clip.open(folder)
    masks = (clip.truth(index) for index in range(len(clip)))
    seen = {index: set(np.unique(labels).tolist()) for index, labels in enumerate(masks) if labels is not None}
    return {
        target: tuple(index for index, here in seen.items() if target not in here)
        for target in set[int]().union(*seen.values()) - {0}
    }
