"""Where the time of a frame goes: the engine's stages, timed and counted from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import plain
from llb.inference import search_region, segmenter
from llb.model.network import LLB

STAGES = (
    "crop",
    "backbone",
    "heads",
    "DLGM",
    "memory encoding",
    "few-shot",
    "transduction",
    "induction",
    "fusion",
    "decoder",
    "paste",
    "aggregation",
)


@dataclass
class Stages:
    """Seconds of every stage, without those of stages inside it, and floating-point operations if they are counted."""

    counting: bool = False
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    operations: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    _inner: list[float] = field(default_factory=list)

    @contextmanager
    def watch(self, model: LLB) -> Iterator[None]:
        """Watch the engine and a model while the context lasts."""
        places: list[tuple[Any, str, str]] = [
            (search_region, "place", "crop"),
            (search_region, "cut_image", "crop"),
            (search_region, "cut_mask", "crop"),
            (search_region, "follow", "crop"),
            (model.backbone, "forward", "backbone"),
            (model.transduction, "features", "heads"),
            (model.induction, "features", "heads"),
            (model.label_generator, "forward", "DLGM"),
            (model.transduction, "update_memory", "memory encoding"),
            (model.transduction, "encode_memory", "memory encoding"),
            (model.induction, "fit", "few-shot"),
            (model.transduction, "forward", "transduction"),
            (model.induction, "forward", "induction"),
            (model.fusion, "forward", "fusion"),
            (model.decoder, "forward", "decoder"),
            (search_region, "paste", "paste"),
            (segmenter, "merge", "aggregation"),
            (plain, "fit_by_autograd", "few-shot"),
        ]
        with ExitStack() as stack:
            for owner, name, stage in places:
                stack.enter_context(patch.object(owner, name, self.timed(getattr(owner, name), stage)))
            yield

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """Return a function that does the same and is added to a stage."""

        def call(*arguments: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            begun = time.perf_counter()
            if self.counting:
                with FlopCounterMode(
                    display=False, custom_mapping={torch.ops.aten.baddbmm_: _flops_in_place}
                ) as counter:
                    result = function(*arguments, **named)
                self.operations[stage] += counter.get_total_flops()
            else:
                result = function(*arguments, **named)
            if torch.cuda.is_initialized():  # a GPU works on after the call; its stages are timed one by one
                torch.cuda.synchronize()
            spent = time.perf_counter() - begun
            self.seconds[stage] += spent - self._inner.pop()
            if self._inner:
                self._inner[-1] += spent
            return result

        return call


def _flops_in_place(total: list[int], left: list[int], right: list[int], **_: Any) -> int:
    """Count a batched product that is added in place, which the counter does not know."""
    batch, rows, inner = left
    return 2 * batch * rows * inner * right[-1]
