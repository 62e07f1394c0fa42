"""Class VideoSegmenter: segments one clip. It holds a model and everything that changes with time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from llb.config import InferenceConfig
from llb.inference.aggregation import mask_logits, merge
from llb.inference.batch import extract_together, segment_together
from llb.inference.input_checks import Frame, GivenMask, check_frame, check_mask, check_size, size_text
from llb.inference.protocol import SegmentationModel
from llb.inference.stopwatch import Spent
from llb.inference.target import MaskedFrame, Target
from llb.inference.threads import THREADS
from llb.inference.tracing import trace_target
from llb.types import FrameResult, TraceRequest


@dataclass(frozen=True)
class PreparedFrame:
    """A frame that `read_ahead` has begun and that awaits its `step`.

    `spent` is what reading it took; `shared_seconds` are those of a `FrameResult`.
    """

    image: UInt8[Tensor, "3 height width"]
    spent: Spent
    shared_seconds: float | None


class VideoSegmenter:
    """Segment a clip frame by frame: `start` with the first frame's masks, then `step` once per frame.

    `add_target` and `correct` give masks for the frame that comes next. `observe` replaces `step` where all masks are
    known already, for example from an earlier run: the memory takes them in and nothing is segmented.

    Works on the device of the model. The model is only read, so several segmenters may share one.

    With a `lead`, every target's search region is the one of that other segmenter, so that two models see the same
    pixels and only the models differ; backbone features that both compute alike are computed once. Pass each frame,
    and each new target, to the lead first.

    Without `keep_prob`, results carry labels and no probabilities, which then need not come from a GPU.

    Raises:
        ValueError: the lead's model has crops of another size.
    """

    _model: SegmentationModel
    _config: InferenceConfig
    _lead: VideoSegmenter | None
    _keep_prob: bool
    _device: torch.device
    _targets: list[Target]
    _new_masks: dict[int, GivenMask]  # of targets that start on the next frame
    _corrections: dict[int, GivenMask]  # of known targets on the next frame
    _size: tuple[int, int] | None  # of the clip's frames, (height, width); None before `start`
    _index: int
    _prepared: PreparedFrame | None

    def __init__(
        self,
        model: SegmentationModel,
        config: InferenceConfig | None = None,
        lead: VideoSegmenter | None = None,
        keep_prob: bool = True,
    ) -> None:
        if lead is not None and lead._model.scale.crop != model.scale.crop:
            raise ValueError("Models whose crops differ cannot share search regions: choose models with equal crops.")
        self._model, self._lead, self._keep_prob = model, lead, keep_prob
        self._config = (config or InferenceConfig()).for_scale(model.scale)
        if lead is not None:  # whose search regions are taken
            self._config = replace(self._config, search_again=lead._config.search_again)
        self._device = next(iter(model.parameters())).device
        self._targets, self._new_masks, self._corrections = [], {}, {}
        self._size, self._index, self._prepared = None, 0, None

    @torch.inference_mode()
    def start(self, frame: Frame, masks: Mapping[int, GivenMask], trace: TraceRequest | None = None) -> FrameResult:
        """Start a clip, discarding any earlier one; the result is that of frame 0, made of the masks themselves.

        `frame` is RGB; `masks` maps target ids (1 to 254) to masks of the frame's size. Where masks overlap, the
        smallest id wins.

        Raises:
            ValueError: there are no masks, or one is empty or of another size than the frame.
        """
        begun = Spent.now()
        check_frame(frame)
        size = (frame.shape[0], frame.shape[1])
        if not masks:
            raise ValueError("No masks were given: mark at least one target on the first frame.")
        for target_id, mask in masks.items():
            check_mask(target_id, mask, size)
        self._check_lead(0)
        self._targets, self._size, self._index, self._corrections, self._prepared = [], size, 0, {}, None
        self._new_masks = {int(target_id): mask.astype(bool) for target_id, mask in masks.items()}
        return self._segment(frame, trace, begun)

    def add_target(self, target_id: int, mask: GivenMask) -> None:
        """Add a target from the next frame on: `mask` belongs to the frame that is passed to the next `step`.

        Raises:
            ValueError: before `start`, for an id in use, or for a mask that is empty or of another size.
        """
        size = self._started()
        self._check_nothing_prepared()
        if target_id in self._new_masks or any(target.id == target_id for target in self._targets):
            raise ValueError(f"Target {target_id} exists already: choose another id.")
        check_mask(target_id, mask, size)
        self._new_masks[int(target_id)] = mask.astype(bool)

    def correct(self, target_id: int, mask: GivenMask) -> None:
        """Correct a known target's mask on the frame that is passed to the next `step` or `observe`.

        An empty mask means that the target is not visible there.

        Raises:
            ValueError: before `start`, for an unknown target, or for a mask of another size.
        """
        size = self._started()
        self._check_nothing_prepared()
        self.target(target_id)
        check_size(target_id, mask, size)
        self._corrections[int(target_id)] = mask.astype(bool)

    @torch.inference_mode()
    def step(self, frame: Frame, trace: TraceRequest | None = None) -> FrameResult:
        """Segment the next frame (RGB).

        Raises:
            ValueError: before `start`, or if the frame's size has changed.
        """
        if self._prepared is None:
            self.read_ahead(frame)
        assert self._prepared is not None, "the frame was read"
        return self._segment(frame, trace, Spent.now() - self._prepared.spent)

    @torch.inference_mode()
    @THREADS.adapt()
    def read_ahead(self, frame: Frame) -> None:
        """Crop every target's search region from the next frame and extract its features, ahead of its `step`.

        Followers (segmenters that this one leads) may then segment that frame at the same time as this one. Only that
        `step`, or a new `start`, may come next.

        Raises:
            ValueError: as `step` does, or if a frame that was read ahead still awaits its step.
        """
        begun = Spent.now()
        self._advance(frame)
        image = self._image(frame)
        tracked = [target for target in self._targets if target.id not in self._corrections]
        for target in tracked:
            target.begin_frame(self._index, image)
        extracting = Spent.now()
        if tracked:
            extract_together(self._model, tracked)
        end = Spent.now()
        self._prepared = PreparedFrame(image, end - begun, self._shared_seconds((end - extracting).seconds))

    @torch.inference_mode()
    def observe(self, frame: Frame, masks: Mapping[int, GivenMask], trace: TraceRequest | None = None) -> FrameResult:
        """Take in the next frame (RGB) with known masks of all targets; one that is left out counts as not visible.

        Raises:
            ValueError: as `step` does, for an unknown target, or for a mask of another size.
        """
        begun = Spent.now()
        for target_id, mask in masks.items():
            self.target(target_id)
            check_size(target_id, mask, self._started())
        self._advance(frame)
        return self._segment(frame, trace, begun, masks)

    def target(self, target_id: int) -> Target:
        """Return a target as it is at the current frame, to be read only; raise ValueError if its id is unknown."""
        for target in self._targets:
            if target.id == target_id:
                return target
        raise ValueError(f"Target {target_id} is not known: start with it or add it first.")

    def _started(self) -> tuple[int, int]:
        """Return the frames' size; raise ValueError before `start`."""
        if self._size is None:
            raise ValueError("The clip has not been started: call start with the first frame and its masks.")
        return self._size

    def _check_nothing_prepared(self) -> None:
        if self._prepared is not None:
            raise ValueError("A frame was read ahead and awaits its step: call step with it first.")

    def _advance(self, frame: Frame) -> None:
        """Check the next frame and count it."""
        check_frame(frame)
        self._check_nothing_prepared()
        size = self._started()
        if frame.shape[:2] != size:
            raise ValueError(
                f"The frame is {size_text(frame.shape)} pixels but the clip began with {size_text(size)}: "
                "resize the frame, or start a new clip."
            )
        self._check_lead(self._index + 1)
        self._index += 1

    @THREADS.adapt()
    def _segment(
        self, frame: Frame, trace: TraceRequest | None, begun: Spent, known: Mapping[int, GivenMask] | None = None
    ) -> FrameResult:
        """Track the present targets (or take their `known` masks), add the new ones, and merge."""
        image = self._prepared.image if self._prepared else self._image(frame)
        shared_seconds = self._prepared.shared_seconds if self._prepared else None
        self._prepared = None
        logits = self._track(image, known)
        logits |= self._add_new_targets(image)
        self._targets.sort(key=lambda target: target.id)
        ids = tuple(target.id for target in self._targets)
        prob, labels = merge(torch.stack([logits[target_id] for target_id in ids]), ids)
        for channel, target in enumerate(self._targets, start=1):
            target.update(prob[channel])
        scores = prob.cpu().numpy().copy() if self._keep_prob else np.empty((0, *labels.shape), np.float32)
        spent = Spent.now() - begun
        traces = tuple(trace_target(self._model, target, trace) for target in self._targets) if trace else ()
        cpu_seconds = spent.cpu if self._device.type == "cpu" else None
        return FrameResult(self._index, ids, labels, scores, spent.seconds, traces, shared_seconds, cpu_seconds)

    def _shared_seconds(self, seconds: float) -> float | None:
        """Return what to state as shared of the seconds that a frame's features took."""
        if self._lead is None:
            return seconds
        return 0.0 if self._model.shares_backbone(self._lead._model) else None

    def _track(self, image: Tensor, known: Mapping[int, GivenMask] | None) -> dict[int, Tensor]:
        """Return the present targets' logits on the current frame: corrected, known or segmented."""
        corrections, self._corrections = self._corrections, {}
        logits, tracked = {}, []
        for target in self._targets:
            if target.id in corrections:
                logits[target.id] = target.correct(MaskedFrame(self._index, image, corrections[target.id]))
            elif known is not None:
                mask = known.get(target.id, np.zeros(self._started(), bool)).astype(bool)
                logits[target.id] = target.observe(MaskedFrame(self._index, image, mask))
            else:
                tracked.append(target)
        if tracked:
            found = segment_together(self._model, tracked)
            pasted = {target.id: target.paste(each) for target, each in zip(tracked, found, strict=True)}
            logits |= _accepted(tracked, pasted)
        return logits

    def _image(self, frame: Frame) -> UInt8[Tensor, "3 height width"]:
        image = torch.tensor(np.ascontiguousarray(frame))
        if self._device.type == "cuda":  # page-locked memory is copied while the host goes on
            image = image.pin_memory()
        return image.to(self._device, non_blocking=True).permute(2, 0, 1).contiguous()

    def _check_lead(self, index: int) -> None:
        if self._lead is not None and (self._lead._size is None or self._lead._index != index):
            raise ValueError(f"The lead has not seen frame {index}: pass each frame to the lead first.")

    def _add_new_targets(self, image: UInt8[Tensor, "3 height width"]) -> dict[int, Tensor]:
        """Start a target from every new mask; return their logits in the first merge."""
        logits = {}
        for target_id, mask in self._new_masks.items():
            lead = self._lead.target(target_id) if self._lead is not None else None
            first = MaskedFrame(self._index, image, mask)
            self._targets.append(Target(self._model, self._config, target_id, first, lead))
            logits[target_id] = mask_logits(first.prob)
        self._new_masks = {}
        return logits


def _accepted(tracked: list[Target], pasted: dict[int, Tensor]) -> dict[int, Tensor]:
    """Return the logits of segmented targets but what a lost one shows that it is not; see `Target.accept`."""
    if all(target.window is None for target in tracked):
        return pasted
    seen = [pasted[target.id] > 0 for target in tracked if target.window is None]
    taken = torch.stack(seen).any(0) if seen else torch.zeros_like(pasted[tracked[0].id], dtype=torch.bool)
    return {target.id: target.accept(pasted[target.id], taken) for target in tracked}
