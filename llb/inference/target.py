"""One target in a clip: its search region, its memory and its filter tau."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from llb.config import InferenceConfig
from llb.inference import search_region
from llb.inference.aggregation import mask_logits
from llb.inference.lost_target import Search, Sight
from llb.inference.memory import Memory, Sample, is_memory_frame
from llb.inference.protocol import SegmentationModel
from llb.inference.search_region import Placement, TargetState
from llb.model.incremental_attention import MemoryEncoding
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Segmentation, TargetEncoding

REFERENCE_AREA = 480 * 854  # pixels of the frames that `InferenceConfig.min_mask_area` is meant for


@dataclass(frozen=True)
class MaskedFrame:
    """A frame of the clip with a target's mask on it."""

    index: int
    image: UInt8[Tensor, "3 height width"]
    mask: Bool[np.ndarray, "height width"]

    @property
    def prob(self) -> Float[Tensor, "height width"]:
        """The mask as probabilities, 0 or 1, on the image's device."""
        return torch.from_numpy(self.mask).to(self.image.device).float()


class Target:
    """Track one target: `begin_frame`, then `paste` what was segmented there, then `update` with the merged mask.

    `llb.inference.batch` segments all targets of a frame together between the first two. Where the mask is known,
    `observe` or `correct` takes the place of both. The frame's crop, features and merged mask are kept until the next
    frame begins; only then may the frame join the memory. Features and labels are computed at most once per frame.

    A `lead` is the same target in another model's segmenter that has begun the frame already: its search region and
    crop are used.
    """

    id: int
    start: int  # index of the target's first frame
    index: int  # of the current frame
    placement: Placement  # the current search region
    window: TargetState | None  # where the target is looked for while it is lost; None: where its last mask was
    crop: Float[Tensor, "1 3 crop_height crop_width"]  # RGB 0..255 inside it
    segmentation: Segmentation | None  # of the current frame; None where the mask was given
    memory: Memory
    memory_encoding: MemoryEncoding
    memory_changed: bool  # at the current frame
    tau: Float[Tensor, "1 d c k k"]
    fit: FilterFit | None  # the few-shot learner's steps at the current frame
    _state: TargetState
    _prob: Float[Tensor, "height width"]  # the current frame's mask: merged, or as it was given
    _search: Search | None  # None: a lost target is not looked for
    _settled: bool  # whether the current frame's place in or outside the memory is decided
    _features: FrameFeatures | None
    _encoding: TargetEncoding | None

    def __init__(
        self,
        model: SegmentationModel,
        config: InferenceConfig,
        target_id: int,
        first: MaskedFrame,
        lead: Target | None = None,
    ) -> None:
        self.id, self.start = target_id, first.index
        self.model, self._config, self._crop, self._lead = model, config, model.scale.crop, lead
        self._image_size = (first.image.shape[-2], first.image.shape[-1])
        self.segmentation, self.fit = None, None
        self._start_region(first)
        self.memory = Memory(self._sample(), config.memory_size)
        self.memory_encoding = model.update_memory(None, self.features.match, 0)
        self.memory_changed = True
        self._fit_filter(None, config.steps_first)

    def begin_frame(self, index: int, image: UInt8[Tensor, "3 height width"]) -> None:
        """Close the last frame and crop the next one where the last mask was."""
        self._follow()
        if self._lead is not None:
            self.window = self._lead.window
        elif self._search is not None:
            self.window = self._search.next_window(self._image_size, self._crop)
        self._crop_frame(index, image, tracking=True)

    def set_features(self, features: FrameFeatures) -> None:
        """Store the current frame's features that were computed together with other targets'."""
        self._features = features

    def run_branches(self) -> BranchOutputs:
        """Return E1* and E2* of the current frame."""
        return self.model.run_branches(self.features, self.encoded, self.memory.value, self.tau)

    def paste(self, segmentation: Segmentation) -> Float[Tensor, "height width"]:
        """Keep the current frame's segmentation; return its logits over the whole image, -100 outside the region."""
        self.segmentation = segmentation
        logits = segmentation.logits
        if self._config.exact_paste:
            return search_region.paste(logits, self.placement.region, self._image_size)
        return search_region.paste_as_released(logits, self.placement, self._image_size)

    def accept(
        self, logits: Float[Tensor, "height width"], taken: Bool[Tensor, "height width"]
    ) -> Float[Tensor, "height width"]:
        """Return the current frame's logits as they are to be merged; `taken` are the pixels of targets that are seen.

        Of a lost target they are -100 everywhere, unless it is found: then it is followed from there.
        """
        if self.window is None or self._search is None:
            return logits
        free = logits.masked_fill(taken, search_region.OUTSIDE_LOGIT)
        if self._search.is_found(Sight.of(torch.sigmoid(2 * free)), self._min_area):
            self._state = self.window
            return free
        return torch.full_like(free, search_region.OUTSIDE_LOGIT)

    def observe(self, known: MaskedFrame) -> Float[Tensor, "height width"]:
        """Follow a known mask on the next frame as if it had been segmented there; return it as logits."""
        self._follow()
        self.window = None
        self._crop_frame(known.index, known.image, tracking=True)
        if self._is_due:
            self._extract()  # now, while a lead's features of this frame exist
        return mask_logits(known.prob)

    def correct(self, corrected: MaskedFrame) -> Float[Tensor, "height width"]:
        """Restart the region from a corrected mask of the next frame and add it to the memory; return it as logits.

        The memory protects the frame as it does the first one. With an empty mask the target counts as unseen: its
        region stays, and nothing enters the memory.
        """
        if not corrected.mask.any():
            logits = self.observe(corrected)
            self._settled = self.memory_changed = True
            return logits
        self._close_frame()
        self._start_region(corrected)
        self._add_to_memory(self._config.steps_first if self._config.steps_update else 0, correction=True)
        return mask_logits(self._prob)

    def update(self, prob: Float[Tensor, "height width"]) -> None:
        """Set the current frame's merged probability (a target's first frame was encoded with the given mask)."""
        self._prob = prob

    @property
    def encoded(self) -> Float[Tensor, "1 t k h w"]:
        """The memory's unit keys after the transformer's self-attention."""
        return self.memory_encoding.encoded

    @property
    def in_memory(self) -> bool:
        """Whether the current frame is in the memory or will join it when the next frame begins."""
        if self._settled:
            return self.index in self.memory.frames
        return self._is_due and (self._search is None or self._search.may_join(Sight.of(self._prob), self._min_area))

    @property
    def features(self) -> FrameFeatures:
        """The current frame's features: computed at the first call, then kept until the next frame."""
        return self._features or self._extract()

    @property
    def mask(self) -> Float[Tensor, "1 1 crop_height crop_width"]:
        """The current frame's (soft) mask inside its search region."""
        return search_region.cut_mask(self._prob, self.placement, self._crop)

    @property
    def lead_backbone(self) -> BackboneFeatures | None:
        """The current frame's backbone features, if a lead with the same backbone has them."""
        lead = self._lead
        return lead.features.backbone if lead and self.model.shares_backbone(lead.model) else None

    def encoding(self) -> TargetEncoding:
        """Return E1, E2 and W of the current frame: computed at the first call, then kept until the next frame."""
        if self._encoding is None:
            self._encoding = self.model.encode_target(self.model.prepare(self.crop), self.mask)
        return self._encoding

    def _follow(self) -> None:
        """Close the last frame and move to where the target was in it."""
        self._close_frame()
        self._state = search_region.follow(self._state, self._prob, self._min_area)
        if self._search is not None:
            self._search.note(self._state, Sight.of(self._prob), self._min_area)

    def _start_region(self, given: MaskedFrame) -> None:
        """Make a frame with a given mask the current one, its search region around that mask."""
        assert self._config.search_factor is not None, "settings must be made for the model's scale"
        self._state = search_region.start_state(given.mask, self._crop, self._config.search_factor)
        self._search = Search(self._state) if self._config.search_again else None
        self.window = None
        self._crop_frame(given.index, given.image, tracking=False)
        self._prob = given.prob
        self._settled = True

    def _crop_frame(self, index: int, image: UInt8[Tensor, "3 height width"], tracking: bool) -> None:
        """Make a frame the current one: place the search region in it and cut the crop out."""
        self.index = index
        self._features, self._encoding = None, None
        self._settled = False
        if self._lead is None:
            self.placement = search_region.place(self.window or self._state, self._image_size, self._crop, tracking)
            self.crop = search_region.cut_image(image, self.placement, self._crop)
        else:
            self.placement, self.crop = self._lead.placement, self._lead.crop

    def _close_frame(self) -> None:
        """Add the current frame to the memory if it is due."""
        self.fit, self.segmentation = None, None
        self.memory_changed = self.in_memory and not self._settled
        if self.memory_changed:
            self._add_to_memory(self._config.steps_update)

    def _add_to_memory(self, steps: int, correction: bool = False) -> None:
        """Add the current frame to the memory and fit the filter to it by so many steps."""
        slot = self.memory.add(self._sample(), correction)
        self.memory_encoding = self.model.update_memory(self.memory_encoding, self.features.match, slot)
        self.memory_changed = True
        self._fit_filter(self.tau, steps)

    def _extract(self) -> FrameFeatures:
        self._features = self.model.extract(self.model.prepare(self.crop), self.lead_backbone)
        return self._features

    def _sample(self) -> Sample:
        return Sample(self.index, self.features, self.encoding())

    def _fit_filter(self, tau: Tensor | None, steps: int) -> None:
        """Fit tau to the memory as it is now; no steps leave it as it was."""
        if steps == 0:
            return
        memory = self.memory
        self.fit = self.model.fit_filter(
            memory.target, memory.label, memory.weight, memory.temporal_weight, tau=tau, steps=steps
        )
        self.tau = self.fit.tau

    @property
    def _is_due(self) -> bool:
        """Whether it is the current frame's turn to join the memory."""
        return self._config.memory_size > 1 and is_memory_frame(self.index - self.start, self._config.interval)

    @property
    def _min_area(self) -> float:
        """The least sum of a soft mask, in pixels, that moves the region."""
        share = self._image_size[0] * self._image_size[1] / REFERENCE_AREA
        return self._config.min_mask_area * (min(1.0, share) if self._config.scale_min_mask_area else 1.0)
