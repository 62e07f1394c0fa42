"""One model's way through a pass: which of the segmenter's verbs each visit needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from demo.models.provider import Segmenter
from demo.runs.passes import Pass, Visit
from llb.types import FrameResult, Labels, Mask, Rgb, TraceRequest


@dataclass(frozen=True)
class VisitInput:
    """What a model gets at a visit.

    Attributes:
        visit: which frame of the clip, and whether its labels are known.
        frame: the picture.
        marked: the masks that are marked on this frame, by object.
        previous: the frame whose trace has the memory's keys as they were before this one (`TraceFolder.write`);
            None if this frame's trace needs all of them itself.
    """

    visit: Visit
    frame: Rgb
    marked: Mapping[int, Mask]
    previous: int | None = None

    @property
    def request(self) -> TraceRequest | None:
        """What to trace; nothing where nothing is written."""
        return None if self.visit.known else TraceRequest(keys=True, all_keys=self.previous is None)


@dataclass
class PassSegmenter:
    """Drives one segmenter through a pass and numbers its results by the frames of the clip."""

    segmenter: Segmenter
    plan: Pass
    present: set[int] = field(default_factory=set, init=False)  # objects that the segmenter follows already

    def read_ahead(self, frame: Rgb, marked: Mapping[int, Mask]) -> bool:
        """Let the segmenter begin a frame before its visit; tell whether it did: not where a mask is marked."""
        if marked or not self.present:
            return False
        self.segmenter.read_ahead(frame)
        return True

    def visit(self, given: VisitInput, known: Labels | None) -> FrameResult:
        """Take the segmenter through a frame; where its labels are `known` it only takes them in."""
        result = self._segment(given, known)
        self.present |= set(given.marked)
        order = [visit.index for visit in self.plan.visits]
        traces = tuple(
            replace(trace, memory_frames=tuple(order[frame] for frame in trace.memory_frames))
            for trace in result.traces
        )
        return replace(result, index=given.visit.index, traces=traces)

    def _segment(self, given: VisitInput, known: Labels | None) -> FrameResult:
        if not self.present:
            return self.segmenter.start(given.frame, given.marked, trace=given.request)
        for target, mask in given.marked.items():
            if target in self.present:
                self.segmenter.correct(target, mask)
            else:
                self.segmenter.add_target(target, mask)
        if known is None:
            return self.segmenter.step(given.frame, trace=given.request)
        masks = {target: known == target for target in self.present}
        return self.segmenter.observe(given.frame, masks, trace=given.request)
