"""An object of a model in a finished run, as the engine had it: features and labels from what is on disk.

What is stored are the search regions, and E1, E2 and W in fp16. The features are computed anew from the clip's frames,
so all is as it was up to the rounding of the labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from demo import text
from demo.clips.clip import Clip
from demo.runs.recent import Recent
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.inference import search_region
from llb.inference.search_region import Placement
from llb.model.network import LLB
from llb.types import FrameFeatures, Rgb, SearchRegion

FeatureKey = tuple[str, str, int, int]  # run, model, object, frame
Features = Float[Tensor, "1 c h w"]  # X


class NotRepeatable(ValueError):
    """A fit that cannot be done again from what is stored; the sentence says why."""


@dataclass(frozen=True)
class FitInputs:
    """What the few-shot learner is given at a frame: the memory's samples."""

    frames: tuple[int, ...]
    features: Float[Tensor, "1 t c h w"]
    label: Float[Tensor, "1 t d h w"]
    weight: Float[Tensor, "1 t d h w"]
    temporal_weights: tuple[float, ...]

    @property
    def temporal_weight(self) -> Float[Tensor, "1 t"]:
        """The temporal weights on the device of the features."""
        return torch.tensor([self.temporal_weights], dtype=self.features.dtype, device=self.features.device)


@dataclass(frozen=True)
class Fitted:
    """A fit that the run did: at which frame, and its losses before each step and after the last."""

    frame: int
    losses: tuple[float, ...]

    @property
    def steps(self) -> int:
        """How many steps it had."""
        return len(self.losses) - 1


@dataclass(frozen=True)
class StoredTarget:
    """An object of a model in a run, and the network that the run was computed with.

    `kept` are X's of frames that were computed before; traces are read once.
    """

    run: Run
    clip: Clip
    network: LLB
    model: str
    target: int
    kept: Recent[FeatureKey, Features] = field(default_factory=lambda: Recent(64))
    _traces: dict[int, StoredTrace] = field(default_factory=dict, init=False)

    @property
    def identity(self) -> tuple[str, str, int]:
        """Name run, model and object: runs of the same key are the same."""
        return self.run.key or str(self.run.folder), self.model, self.target

    def trace(self, frame: int) -> StoredTrace:
        """Return what is stored of a frame; raise NotRepeatable if it is not all there."""
        if frame not in self._traces:
            trace = self.run.traces(self.model).read(frame, self.target)
            if trace is None or not trace.features:
                raise NotRepeatable(text.FIT_NOT_KEPT)
            self._traces[frame] = trace
        return self._traces[frame]

    def fits(self, frame: int) -> list[Fitted]:
        """Return the fits from the object's first frame to a frame, in the order in which they were done.

        They go backwards where the run went backwards from a later mark.
        """
        start = self.trace(frame).memory_frames[0]
        series = self.run.frame_stats()
        order = range(start, frame + 1) if start <= frame else range(start, frame - 1, -1)
        fitted = [index for index in order if series[index].of(self.model, self.target).losses]
        return [Fitted(index, self.trace(index).losses) for index in fitted]

    def inputs(self, frame: int) -> FitInputs:
        """Return the samples to which τ was fitted at a frame; their features are computed where they are not kept."""
        trace = self.trace(frame)
        samples = [self.trace(index) for index in trace.memory_frames]
        features = torch.cat([self.target_features(index) for index in trace.memory_frames])
        label, weight = (
            torch.stack([torch.from_numpy(sample.features[name]).float() for sample in samples]).to(self.device)
            for name in ("label", "weight")
        )
        return FitInputs(
            trace.memory_frames, _laid_out(features), _laid_out(label), _laid_out(weight), trace.temporal_weights
        )

    def target_features(self, frame: int) -> Features:
        """Return X of a frame."""
        key = (*self.identity, frame)
        found = self.kept.get(key)
        if found is None:
            found = self.features(frame).target
            self.kept.keep(key, found)
        return found

    def features(self, frame: int, target: int | None = None) -> FrameFeatures:
        """Return all features of a frame, in the search region of the object, or of another one."""
        trace = self.trace(frame) if target is None else self.run.traces(self.model).read(frame, target)
        assert trace is not None, "the object is in this frame"
        image = image_of(self.clip.frame(frame)).to(self.device)
        crop = search_region.cut_image(image, placement_of(trace.region, self.crop), self.crop)
        return self.network.extract(self.network.prepare(crop))

    @property
    def crop(self) -> tuple[int, int]:
        """Height and width of a search region as the network sees it."""
        return self.network.scale.crop

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device


def _laid_out(samples: Float[Tensor, "t c h w"]) -> Float[Tensor, "1 t c h w"]:
    """Lay samples out as a memory has them."""
    return samples.contiguous(memory_format=torch.channels_last)[None]


def image_of(frame: Rgb) -> UInt8[Tensor, "3 height width"]:
    """Return a frame as the engine has it."""
    return torch.from_numpy(frame).permute(2, 0, 1).contiguous()


def placement_of(region: SearchRegion, crop: tuple[int, int]) -> Placement:
    """Return how a search region was sampled for a crop: the inverse of `llb.inference.search_region.place`.

    >>> placement_of(SearchRegion(y0=41, x0=0, y1=161, x1=208), crop=(240, 416))
    Placement(region=SearchRegion(y0=41, x0=0, y1=161, x1=208), first=(41, 0), count=(120, 208), step=1)
    """
    sides = (region.y1 - region.y0, region.x1 - region.x0)
    step = max(1, int(min(sides[0] / crop[0], sides[1] / crop[1]) - 0.1))
    before = (step - 1) // 2
    return Placement(region, (region.y0 + before, region.x0 + before), (sides[0] // step, sides[1] // step), step)
