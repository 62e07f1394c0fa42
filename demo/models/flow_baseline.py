"""A model that has learnt nothing: dense optical flow carries the painted masks along. The floor of a comparison.

It is also the worked example of ``docs/your_model.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from demo.models.custom import CustomModel
from demo.models.simple_segmenter import SimpleSegmenter, SoftMask
from llb.types import Rgb


class FlowSegmenter(SimpleSegmenter):
    """Move every soft mask by the flow between two frames (OpenCV's DIS, preset "medium").

    The flow is estimated from the new frame to the old one, so that each new pixel looks up where it came from: nothing
    is left without a value, and what came from outside the picture belongs to no object.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._grey = np.zeros((0, 0), np.uint8)
        self._masks: Mapping[int, SoftMask] = {}

    def update(self, frame: Rgb, masks: Mapping[int, SoftMask]) -> None:
        """Keep the frame and its masks: they are where the next ones come from."""
        self._grey, self._masks = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), masks

    def predict(self, frame: Rgb) -> dict[int, SoftMask]:
        """Return the last masks, moved."""
        flow = self._flow.calc(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), self._grey, None)
        height, width = self._grey.shape
        flow[..., 0] += np.arange(width, dtype=np.float32)
        flow[..., 1] += np.arange(height, dtype=np.float32)[:, None]
        return {target: cv2.remap(mask, flow, None, cv2.INTER_LINEAR) for target, mask in self._masks.items()}


def model() -> CustomModel:
    """Describe the model to the page."""
    return CustomModel(
        name="flow",
        title="Optical flow, not learnt",
        difference="no network and no ablation: OpenCV's DIS flow carries the painted mask along; the floor to beat",
        segmenter=FlowSegmenter,
    )
