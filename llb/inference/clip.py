"""Segment a whole clip, frame by frame, from the mask of its first frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from llb.config import InferenceConfig
from llb.inference import SegmentationModel, VideoSegmenter
from llb.io.video_reader import Frame
from llb.types import FrameResult, Labels, Mask, TraceRequest


@dataclass(frozen=True)
class SegmentedFrame:
    """A frame of the clip and its segmentation."""

    frame: Frame
    result: FrameResult


def segment_clip(
    model: SegmentationModel,
    frames: Iterable[Frame],
    labels: Labels,
    config: InferenceConfig | None = None,
    trace: TraceRequest | None = None,
) -> Iterator[SegmentedFrame]:
    """Segment a clip, given the object ids of its first frame; yield every frame, the first with the given mask.

    Holds one frame at a time.

    Raises:
        ValueError: the mask is empty or not of the frames' size.
    """
    segmenter = VideoSegmenter(model, config)
    started = False
    for frame in frames:
        if started:
            result = segmenter.step(frame.rgb, trace)
        else:
            result = segmenter.start(frame.rgb, masks_of(labels, (frame.rgb.shape[0], frame.rgb.shape[1])), trace)
        started = True
        yield SegmentedFrame(frame, result)


def masks_of(labels: Labels, size: tuple[int, int]) -> dict[int, Mask]:
    """Split object ids into one mask per target.

    Raises:
        ValueError: there is no object, or the labels are not of `size` (height, width).
    """
    if labels.shape != size:
        turned = " (it seems to be turned by a quarter)" if labels.shape == size[::-1] else ""
        raise ValueError(
            f"The mask is {labels.shape[1]}x{labels.shape[0]} but the frames are {size[1]}x{size[0]}{turned}: "
            "draw the mask on the clip's first frame at its full size."
        )
    targets = [int(value) for value in np.unique(labels) if value]
    if not targets:
        raise ValueError("The mask marks nothing: give each object a number from 1 on, 0 is the background.")
    return {target: labels == target for target in targets}
