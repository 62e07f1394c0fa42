"""Class VideoSegmenter: the engine of one clip. It holds a model and everything that changes with time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, UInt8
from torch import Tensor

from llb.config import InferenceConfig
from llb.inference.aggregation import mask_logits, merge
from llb.inference.batch import extract_together, segment_together
from llb.inference.protocol import SegmentationModel
from llb.inference.target import Target
from llb.inference.tracing import trace_target
from llb.types import FrameResult, TraceRequest

Frame = UInt8[np.ndarray, "_ _ _"]  # [height, width, 3]; sizes are checked here, with a sentence
GivenMask = Bool[np.ndarray, "_ _"]
LARGEST_ID = 255


@dataclass(frozen=True)
class Ahead:
    """A frame that has been looked at and awaits its `step`, and how long the look took."""

    image: UInt8[Tensor, "3 height width"]
    seconds: float


class VideoSegmenter:
    """Segment a clip frame by frame: `start` with the first frame's masks, then `step` once per frame.

    `add_target` and `correct` say what is known of the frame that comes next; `observe` stands for `step` where all
    masks are known already, for example from an earlier run: the memory takes them in and nothing is segmented.

    Works on the device of the model. The model is only read, so several segmenters may share one.

    With a `lead`, every target is cut out where that other segmenter cuts it out, so that two models see the same
    pixels and only the models differ; what both compute alike is computed once. Give each frame, and each new target,
    to the lead first. Raise ValueError if the two models' crops differ in size.
    """

    def __init__(
        self, model: SegmentationModel, config: InferenceConfig | None = None, lead: VideoSegmenter | None = None
    ) -> None:
        if lead is not None and lead._model.scale.crop != model.scale.crop:
            raise ValueError("Models of different scales cannot share search regions: choose models of one scale.")
        self._model: SegmentationModel = model
        self._lead: VideoSegmenter | None = lead
        self._config = (config or InferenceConfig()).for_scale(model.scale)
        self._device = next(iter(model.parameters())).device
        self._targets: list[Target] = []
        self._waiting: dict[int, GivenMask] = {}
        self._corrections: dict[int, GivenMask] = {}
        self._size: tuple[int, int] | None = None
        self._index = 0
        self._ahead: Ahead | None = None

    @torch.inference_mode()
    def start(self, frame: Frame, masks: Mapping[int, GivenMask], trace: TraceRequest | None = None) -> FrameResult:
        """Begin a clip, forgetting any earlier one; the result is that of frame 0, made of the masks themselves.

        `frame` is RGB; `masks` maps target ids (1 to 255) to masks of the frame's size. Where masks overlap, the
        smallest id wins. Raise ValueError for no masks, an empty mask, or one of another size.
        """
        begun = time.perf_counter()
        _check_frame(frame)
        size = (frame.shape[0], frame.shape[1])
        if not masks:
            raise ValueError("No masks were given: mark at least one target on the first frame.")
        for target_id, mask in masks.items():
            _check_mask(target_id, mask, size)
        self._check_lead(0)
        self._targets, self._size, self._index, self._corrections, self._ahead = [], size, 0, {}, None
        self._waiting = {int(target_id): mask.astype(bool) for target_id, mask in masks.items()}
        return self._segment(frame, trace, begun)

    def add_target(self, target_id: int, mask: GivenMask) -> None:
        """Add a target from the next frame on: `mask` belongs to the frame that is passed to the next `step`.

        Raise ValueError before `start`, for an id in use, or for a mask that is empty or of another size.
        """
        size = self._started()
        self._check_not_ahead()
        if target_id in self._waiting or any(target.id == target_id for target in self._targets):
            raise ValueError(f"Target {target_id} exists already: choose another id.")
        _check_mask(target_id, mask, size)
        self._waiting[int(target_id)] = mask.astype(bool)

    def correct(self, target_id: int, mask: GivenMask) -> None:
        """Say where a known target is on the frame that is passed to the next `step` or `observe`.

        An empty mask says that it is not to be seen there. Raise ValueError before `start`, for an unknown target, or
        for a mask of another size.
        """
        size = self._started()
        self._check_not_ahead()
        self.target(target_id)
        _check_size(target_id, mask, size)
        self._corrections[int(target_id)] = mask.astype(bool)

    @torch.inference_mode()
    def step(self, frame: Frame, trace: TraceRequest | None = None) -> FrameResult:
        """Segment the next frame (RGB). Raise ValueError before `start` or if the frame's size has changed."""
        begun = time.perf_counter()
        if self._ahead is None:
            self.look(frame)
        else:
            begun -= self._ahead.seconds
        return self._segment(frame, trace, begun)

    @torch.inference_mode()
    def look(self, frame: Frame) -> None:
        """Begin the next frame ahead of its `step`: read every target's search region.

        Followers may then take that frame while this segmenter does. Nothing but that `step`, or a new `start`, may
        come next. Raise ValueError as `step` does, or if a step is due.
        """
        begun = time.perf_counter()
        self._next(frame)
        image = self._image(frame)
        tracked = [target for target in self._targets if target.id not in self._corrections]
        for target in tracked:
            target.look(self._index, image)
        if tracked:
            extract_together(self._model, tracked)
        self._ahead = Ahead(image, time.perf_counter() - begun)

    @torch.inference_mode()
    def observe(self, frame: Frame, masks: Mapping[int, GivenMask], trace: TraceRequest | None = None) -> FrameResult:
        """Take the next frame (RGB) with the masks of all present targets; one that is left out is taken as unseen.

        Raise ValueError as `step` does, for an unknown target, or for a mask of another size.
        """
        begun = time.perf_counter()
        for target_id, mask in masks.items():
            self.target(target_id)
            _check_size(target_id, mask, self._started())
        self._next(frame)
        return self._segment(frame, trace, begun, masks)

    def target(self, target_id: int) -> Target:
        """Return a target's present state, to be read only; raise ValueError if it is not known."""
        for target in self._targets:
            if target.id == target_id:
                return target
        raise ValueError(f"Target {target_id} is not known: start with it or add it first.")

    def _started(self) -> tuple[int, int]:
        """Return the frames' size; raise ValueError before `start`."""
        if self._size is None:
            raise ValueError("The clip has not been started: call start with the first frame and its masks.")
        return self._size

    def _check_not_ahead(self) -> None:
        if self._ahead is not None:
            raise ValueError("A frame was looked at and awaits its step: call step with it first.")

    def _next(self, frame: Frame) -> None:
        _check_frame(frame)
        self._check_not_ahead()
        size = self._started()
        if frame.shape[:2] != size:
            raise ValueError(
                f"The frame is {_by(frame.shape)} pixels but the clip began with {_by(size)}: "
                "resize the frame, or start a new clip."
            )
        self._check_lead(self._index + 1)
        self._index += 1

    def _segment(
        self, frame: Frame, trace: TraceRequest | None, begun: float, known: Mapping[int, GivenMask] | None = None
    ) -> FrameResult:
        """Track the present targets (or take their `known` masks), let the waiting ones in, and merge."""
        image = self._ahead.image if self._ahead else self._image(frame)
        self._ahead = None
        logits = self._follow(image, known)
        logits |= self._admit(image)
        self._targets.sort(key=lambda target: target.id)
        ids = tuple(target.id for target in self._targets)
        prob, labels = merge(torch.stack([logits[target_id] for target_id in ids]), ids)
        for channel, target in enumerate(self._targets, start=1):
            target.update(prob[channel])
        scores = prob.cpu().numpy().copy()
        seconds = time.perf_counter() - begun
        traces = tuple(trace_target(self._model, target, trace) for target in self._targets) if trace else ()
        return FrameResult(self._index, ids, labels, scores, seconds, traces)

    def _follow(self, image: Tensor, known: Mapping[int, GivenMask] | None) -> dict[int, Tensor]:
        """Return the present targets' logits on the current frame: corrected, known or segmented."""
        corrections, self._corrections = self._corrections, {}
        logits, tracked = {}, []
        for target in self._targets:
            if target.id in corrections:
                logits[target.id] = target.correct(self._index, image, corrections[target.id])
            elif known is not None:
                mask = known.get(target.id, np.zeros(self._started(), bool)).astype(bool)
                logits[target.id] = target.observe(self._index, image, mask)
            else:
                tracked.append(target)
        if tracked:
            found = segment_together(self._model, tracked)
            logits |= {target.id: target.place(each) for target, each in zip(tracked, found, strict=True)}
        return logits

    def _image(self, frame: Frame) -> UInt8[Tensor, "3 height width"]:
        return torch.tensor(np.ascontiguousarray(frame)).to(self._device).permute(2, 0, 1).contiguous()

    def _check_lead(self, index: int) -> None:
        if self._lead is not None and (self._lead._size is None or self._lead._index != index):
            raise ValueError(f"The lead has not seen frame {index}: give it each frame first.")

    def _admit(self, image: UInt8[Tensor, "3 height width"]) -> dict[int, Tensor]:
        """Make targets of the waiting masks; return their logits in the first merge."""
        logits = {}
        for target_id, mask in self._waiting.items():
            lead = self._lead.target(target_id) if self._lead is not None else None
            self._targets.append(Target(self._model, self._config, target_id, self._index, image, mask, lead))
            logits[target_id] = mask_logits(torch.from_numpy(mask).to(self._device).float())
        self._waiting = {}
        return logits


def _check_frame(frame: Frame) -> None:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError(f"A frame must be RGB uint8 [height, width, 3], not {frame.dtype} {list(frame.shape)}.")


def _check_mask(target_id: int, mask: GivenMask, size: tuple[int, int]) -> None:
    if not 1 <= target_id <= LARGEST_ID:
        raise ValueError(f"Target id {target_id} is out of range: choose 1 to {LARGEST_ID}.")
    _check_size(target_id, mask, size)
    if not mask.any():
        raise ValueError(f"The mask of target {target_id} is empty: mark at least one pixel.")


def _check_size(target_id: int, mask: GivenMask, size: tuple[int, int]) -> None:
    if mask.shape != size:
        raise ValueError(
            f"The mask of target {target_id} is {_by(mask.shape)} pixels but the frame is {_by(size)}: "
            "give a mask of the frame's size."
        )


def _by(shape: tuple[int, ...]) -> str:
    """Write a size the way people do, width x height."""
    return " x ".join(str(side) for side in reversed(shape[:2]))
