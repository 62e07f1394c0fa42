"""The least that a model of your own must do to run on the page: two methods (``docs/your_model.md``)."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float

from llb.inference.aggregation import mask_logits, merge
from llb.types import FrameResult, Mask, Rgb, TraceRequest

SoftMask = Float[np.ndarray, "height width"]  # 0 to 1: how sure it is that a pixel belongs to the object
EPSILON = 1e-4  # a predicted mask is never surer than this, so that a painted one always outweighs it


class SimpleSegmenter(ABC):
    """Make a `demo.models.provider.Segmenter` of two methods, `predict` and `update`; one serves one pass over a clip.

    Frame by frame, `predict` says where the objects are and `update` takes in the frame with its final masks. On the
    first frame, and wherever all masks are known, `update` alone is called. Late objects and corrections need nothing
    more: they arrive in `update` like any other mask.
    """

    _index: int = -1
    _targets: tuple[int, ...] = ()
    _painted: Mapping[int, Mask] = {}  # what is known of the next frame

    @abstractmethod
    def predict(self, frame: Rgb) -> Mapping[int, SoftMask | Mask]:
        """Return a mask of the frame's size for each object id: soft (float32, 0 to 1) or hard (bool).

        An object that is left out is not to be seen on this frame.
        """

    @abstractmethod
    def update(self, frame: Rgb, masks: Mapping[int, SoftMask]) -> None:
        """Take in a frame with the final soft mask of every object: painted, known, or as predicted and merged.

        The ids are those that the next `predict` is to answer for.
        """

    def start(self, frame: Rgb, masks: Mapping[int, Mask], trace: TraceRequest | None = None) -> FrameResult:
        """Take the first frame and its masks."""
        self._index, self._targets, self._painted = -1, tuple(sorted(masks)), dict(masks)
        return self._finish(frame, {}, time.perf_counter())

    def add_target(self, target_id: int, mask: Mask) -> None:
        """Let an object in on the next frame."""
        self._targets = tuple(sorted({*self._targets, target_id}))
        self._painted = {**self._painted, target_id: mask}

    def correct(self, target_id: int, mask: Mask) -> None:
        """Say where a known object is on the next frame."""
        self._painted = {**self._painted, target_id: mask}

    def read_ahead(self, frame: Rgb) -> None:  # noqa: B027 (nothing is to be done here)
        """Do nothing: no other model waits for this one."""

    def step(self, frame: Rgb, trace: TraceRequest | None = None) -> FrameResult:
        """Segment the next frame.

        Raises:
            ValueError: `predict` returned an unknown id, a mask of another size, or values outside 0 to 1.
        """
        begun = time.perf_counter()
        found = self.predict(frame)
        for target, mask in found.items():
            self._check(target, mask, frame)
        return self._finish(frame, found, begun)

    def observe(self, frame: Rgb, masks: Mapping[int, Mask], trace: TraceRequest | None = None) -> FrameResult:
        """Take in the next frame with the masks of all objects; one that is left out is not to be seen."""
        self._painted = {**masks, **self._painted}
        return self._finish(frame, {}, time.perf_counter())

    def _check(self, target: int, mask: SoftMask | Mask, frame: Rgb) -> None:
        who = f"{type(self).__name__}.predict"
        if target not in self._targets:
            raise ValueError(f"{who} returned object {target}, which nobody marked: return the ids of the last update.")
        if mask.shape != frame.shape[:2]:
            raise ValueError(f"{who} returned a mask of shape {mask.shape}: return the frame's, {frame.shape[:2]}.")
        if not (mask.min() >= 0 and mask.max() <= 1):  # NaN fails as well
            raise ValueError(f"{who} returned a mask with values outside 0 to 1: return probabilities.")

    def _finish(self, frame: Rgb, found: Mapping[int, SoftMask | Mask], begun: float) -> FrameResult:
        """Merge what was painted and what was predicted of a frame, hand it to `update`, and return it."""
        logits = torch.stack([self._logits(target, found, frame.shape[:2]) for target in self._targets])
        merged, labels = merge(logits, self._targets)
        prob = merged.numpy()
        self._index, self._painted = self._index + 1, {}
        self.update(frame, dict(zip(self._targets, prob[1:], strict=True)))
        return FrameResult(self._index, self._targets, labels, prob, time.perf_counter() - begun)

    def _logits(self, target: int, found: Mapping[int, SoftMask | Mask], size: tuple[int, ...]) -> torch.Tensor:
        if target in self._painted:
            return mask_logits(torch.from_numpy(self._painted[target].astype(np.float32)))
        mask = found[target].astype(np.float32) if target in found else np.zeros(size, np.float32)
        return torch.logit(torch.from_numpy(mask), EPSILON)
