"""One target in a clip: its search region, its memory and its filter tau."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from llb.config import InferenceConfig
from llb.inference import search_region
from llb.inference.aggregation import mask_logits
from llb.inference.memory import Memory, Sample, joins_memory
from llb.inference.protocol import SegmentationModel
from llb.inference.search_region import Placement
from llb.types import BackboneFeatures, BranchOutputs, FilterFit, FrameFeatures, Segmentation, TargetEncoding

REFERENCE_AREA = 480 * 854  # of the frames that `InferenceConfig.min_mask_area` is meant for


class Target:
    """Follows one target: `look` at a frame and `place` what was segmented there, then `update` with what the merge of
    all targets made of it (`llb.inference.batch` segments all targets together).

    Where the mask is known, `observe` or `correct` stands for both. The last frame's crop, features and merged mask
    are kept until the next frame, when the frame may join the memory (features and labels are computed once, for
    whoever asks first). With a `lead`, the same target of another model's
    segmenter that has seen the frame already, the search region is the lead's.
    """

    _features: FrameFeatures | None
    _encoding: TargetEncoding | None

    def __init__(
        self,
        model: SegmentationModel,
        config: InferenceConfig,
        target_id: int,
        index: int,
        frame: UInt8[Tensor, "3 height width"],
        mask: Bool[np.ndarray, "height width"],
        lead: Target | None = None,
    ) -> None:
        self.id = target_id
        self.start = index
        self.model, self._config, self._crop, self._lead = model, config, model.scale.crop, lead
        self._image = (frame.shape[-2], frame.shape[-1])
        assert config.search_factor is not None, "settings must be made for the model's scale"
        self._state = search_region.start_state(mask, self._crop, config.search_factor)
        self.segmentation: Segmentation | None = None
        self._cut(index, frame, tracking=False)
        self._prob: Float[Tensor, "height width"] = torch.from_numpy(mask).to(frame.device).float()
        self._settled = True
        self.memory = Memory(self._sample(), config.memory_size)
        self.code = model.update_memory(None, self.features.match, 0)
        self.memory_changed = True  # at the current frame
        self.fit: FilterFit | None = None
        self._fit_filter(None, config.steps_first)

    def look(self, index: int, frame: UInt8[Tensor, "3 height width"]) -> None:
        """Leave the last frame behind and cut out the next one where the last mask says."""
        self._close()
        self._state = search_region.follow(self._state, self._prob, self._min_area)
        self._cut(index, frame, tracking=True)

    def take(self, features: FrameFeatures) -> None:
        """Take the current frame's features from whoever computed them."""
        self._features = features

    def answer(self) -> BranchOutputs:
        """Return both branches' answers on the current frame."""
        return self.model.answer(self.features, self.encoded, self.memory.value, self.tau)

    def place(self, segmentation: Segmentation) -> Float[Tensor, "height width"]:
        """Take the current frame's segmentation; return its logits over the whole image, -100 outside the region."""
        self.segmentation = segmentation
        logits = segmentation.logits
        if self._config.exact_paste:
            return search_region.paste(logits, self.placement.region, self._image)
        return search_region.paste_as_released(logits, self.placement, self._image)

    def observe(
        self, index: int, frame: UInt8[Tensor, "3 height width"], mask: Bool[np.ndarray, "height width"]
    ) -> Float[Tensor, "height width"]:
        """Follow a mask that is known already, as if it had been segmented; return it as logits."""
        self.look(index, frame)
        if self.in_memory:
            self._extract()  # while a lead still looks at this frame
        return mask_logits(torch.from_numpy(mask).to(frame.device).float())

    def correct(
        self, index: int, frame: UInt8[Tensor, "3 height width"], mask: Bool[np.ndarray, "height width"]
    ) -> Float[Tensor, "height width"]:
        """Take a corrected mask of the next frame: it is followed from there and enters the memory; return its logits.

        The memory protects it as it does the first frame. An empty mask says that the target is not to be seen here:
        its region stays, and nothing enters the memory.
        """
        if not mask.any():
            logits = self.observe(index, frame, mask)
            self._settled = self.memory_changed = True
            return logits
        self._close()
        assert self._config.search_factor is not None, "settings must be made for the model's scale"
        self._state = search_region.start_state(mask, self._crop, self._config.search_factor)
        self._cut(index, frame, tracking=False)
        self._prob = torch.from_numpy(mask).to(frame.device).float()
        self._remember(self._config.steps_first if self._config.steps_update else 0, correction=True)
        self._settled = True
        return mask_logits(self._prob)

    def update(self, prob: Float[Tensor, "height width"]) -> None:
        """Take the merged probability of the current frame (a target's first frame is encoded with the given mask)."""
        self._prob = prob

    @property
    def encoded(self) -> Float[Tensor, "1 t k h w"]:
        """The memory's unit keys after the transformer's self-attention."""
        return self.code.encoded

    @property
    def in_memory(self) -> bool:
        """Whether the current frame is in the memory or will join it when the next frame begins."""
        if self._settled:
            return self.index in self.memory.frames
        return self._config.memory_size > 1 and joins_memory(self.index - self.start, self._config.interval)

    @property
    def features(self) -> FrameFeatures:
        """The current frame's features: computed at the first call, then kept until the next frame."""
        return self._features or self._extract()

    @property
    def mask(self) -> Float[Tensor, "1 1 crop_height crop_width"]:
        """The current frame's (soft) mask, cut out by its search region."""
        return search_region.cut_mask(self._prob, self.placement, self._crop)

    def encoding(self) -> TargetEncoding:
        """Return E1, E2 and W of the current frame: computed at the first call, then kept until the next frame."""
        if self._encoding is None:
            self._encoding = self.model.encode_target(self.model.prepare(self.crop), self.mask)
        return self._encoding

    def _close(self) -> None:
        """Let the last frame join the memory if it is due."""
        self.fit, self.segmentation = None, None
        self.memory_changed = self.in_memory and not self._settled
        if self.memory_changed:
            self._remember(self._config.steps_update)

    def _remember(self, steps: int, correction: bool = False) -> None:
        """Take the current frame into the memory and fit the filter anew."""
        slot = self.memory.add(self._sample(), correction)
        self.code = self.model.update_memory(self.code, self.features.match, slot)
        self.memory_changed = True
        self._fit_filter(self.tau, steps)

    def _cut(self, index: int, frame: UInt8[Tensor, "3 height width"], tracking: bool) -> None:
        """Place the search region in a frame and cut it out."""
        self.index = index
        self._features, self._encoding = None, None
        self._settled = False  # whether it is decided that the current frame is in the memory or not
        self.placement: Placement
        self.crop: Float[Tensor, "1 3 height width"]
        if self._lead is None:
            self.placement = search_region.place(self._state, self._image, self._crop, tracking)
            self.crop = search_region.cut_image(frame, self.placement, self._crop)
        else:
            self.placement, self.crop = self._lead.placement, self._lead.crop

    @property
    def known_backbone(self) -> BackboneFeatures | None:
        """The current frame's backbone features, if a lead with the same backbone has them."""
        lead = self._lead
        return lead.features.backbone if lead and self.model.shares_backbone(lead.model) else None

    def _extract(self) -> FrameFeatures:
        self._features = self.model.extract(self.model.prepare(self.crop), self.known_backbone)
        return self._features

    def _sample(self) -> Sample:
        return Sample(self.index, self.features, self.encoding())

    def _fit_filter(self, tau: Tensor | None, steps: int) -> None:
        """Fit tau to the memory as it is now; no steps leave it as it was."""
        if steps == 0:
            return
        memory = self.memory
        self.fit = self.model.fit_filter(memory.target, memory.label, memory.weight, memory.temporal_weight, tau, steps)
        self.tau: Float[Tensor, "1 d c k k"] = self.fit.tau

    @property
    def _min_area(self) -> float:
        share = self._image[0] * self._image[1] / REFERENCE_AREA
        return self._config.min_mask_area * (min(1.0, share) if self._config.scale_min_mask_area else 1.0)
