"""What a training costs, by formula: operations and memory of a step, counted without computing it.

The step runs on PyTorch's meta device, whose tensors have shapes and no values: its own counter adds up the operations
of matrix products and convolutions, and what autograd keeps for the backward pass is what fills the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from llb.training.config import Stage, TrainConfig, TrainPrecision
from llb.training.rollout import rerun, roll_out
from llb.training.step import weigh_losses
from llb.training.trainer import build_networks

GB = 1e9
HALF_SHARE = 0.6  # of the activations' bytes under bf16 or fp16: norms, exponentials and the learner stay in fp32
WORKSPACE = 0.15  # of the activations: what a backward pass holds beside them for a moment
RESERVED = 0.08  # share of a GPU's memory that its context and fragments take


@dataclass(frozen=True)
class Device:
    """A device's peak (operations per second in a precision, sums in fp32) and its memory in bytes.

    A GPU's fp32 is that of its tensor cores (TF32), which convolutions use, and fp16 is as fast as bf16.
    """

    name: str
    fp32: float
    bf16: float
    memory: float

    def peak(self, precision: TrainPrecision) -> float:
        """Return the peak in a precision."""
        return self.fp32 if precision == "fp32" else self.bf16


DEVICES = {
    "a100": Device("A100 80 GB", 156e12, 312e12, 80 * GB),
    "a100-40": Device("A100 40 GB", 156e12, 312e12, 40 * GB),
    "h100": Device("H100 80 GB", 494e12, 989e12, 80 * GB),
    "rtx4090": Device("RTX 4090 24 GB", 82.6e12, 165e12, 24 * GB),
    "rtx3090": Device("RTX 3090 24 GB", 35.6e12, 71e12, 24 * GB),
}


@dataclass(frozen=True)
class StepCost:
    """What a step of one clip takes: operations (a multiplication and an addition are two), and bytes.

    Attributes:
        forward, backward: operations of either pass.
        activations: bytes that the forward pass keeps for the backward pass.
        recomputes: whether the backward pass computes the forward pass again.
    """

    forward: int
    backward: int
    activations: float
    recomputes: bool

    @property
    def operations(self) -> int:
        """Operations of both passes."""
        return self.forward + self.backward

    @property
    def bytes_per_clip(self) -> float:
        """Bytes that each further clip of a part takes at the step's fullest moment."""
        return self.activations * (1 + WORKSPACE)


@dataclass(frozen=True)
class Fixed:
    """Bytes that do not depend on the number of clips."""

    weights: int
    gradients: int
    moments: int
    averages: int
    buckets: int  # DistributedDataParallel's copy of the gradients

    @property
    def total(self) -> int:
        """All of them."""
        return self.weights + self.gradients + self.moments + self.averages + self.buckets


def step_cost(config: TrainConfig, stage: Stage, *, recompute: bool = False, clips: int = 1) -> StepCost:
    """Count the operations and the kept bytes of a stage's step of `clips` clips in one part."""
    network, models = build_networks(config)
    network.to("meta")
    shape = (clips, stage.clips.frames)
    rgb = torch.zeros(*shape, 3, *stage.clips.crop, dtype=torch.uint8, device="meta")
    mask = torch.zeros(*shape, 1, *stage.clips.crop, dtype=torch.uint8, device="meta")
    kept = KeptBytes((*network.parameters(), *network.buffers()))
    again = Recomputed(kept)
    counters = _counter(), _counter()
    with FusedAttention():
        with counters[0], kept.watch():
            rollout = roll_out(models[0], rgb, mask, again=rerun if recompute else None)
            losses = weigh_losses(rollout, mask[:, 1:, 0].float(), config.losses)
        with counters[1]:
            losses.total.backward()
        if recompute:
            roll_out(models[0], rgb, mask, again=again)
    share = 1.0 if config.precision == "fp32" else HALF_SHARE
    forward, backward = (counter.get_total_flops() for counter in counters)
    return StepCost(forward, backward, share * (kept.total + again.largest), recompute)


class FusedAttention(TorchFunctionMode):
    """Attention as real devices compute it: the meta device would choose the form that keeps the attention maps."""

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        if function is F.scaled_dot_product_attention:
            return torch.ops.aten._scaled_dot_product_flash_attention(*arguments)[0]
        return function(*arguments, **(keywords or {}))


class KeptBytes:
    """The storages that a forward pass leaves for the backward pass, each counted once, without the parameters'."""

    _known: dict[int, torch.UntypedStorage]  # held, so that no other object gets the same id
    _kept: dict[int, torch.UntypedStorage]

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        self._known = {id(storage): storage for storage in (tensor.untyped_storage() for tensor in parameters)}
        self._kept = {}

    @property
    def total(self) -> int:
        """Bytes of what was kept."""
        return sum(storage.nbytes() for storage in self._kept.values())

    def without(self, tensors: Iterable[Tensor]) -> KeptBytes:
        """Return a count of its own that leaves these tensors out, too."""
        other = KeptBytes(tensors)
        other._known |= self._known
        return other

    def add(self, tensor: Tensor) -> Tensor:
        """Count a tensor's storage, and return the tensor."""
        storage = tensor.untyped_storage()
        if id(storage) not in self._known:
            self._kept[id(storage)] = storage
        return tensor

    def watch(self) -> AbstractContextManager[object]:
        """Count what autograd keeps inside the block."""
        return torch.autograd.graph.saved_tensors_hooks(self.add, lambda tensor: tensor)


class Recomputed:
    """Calls functions as `rerun` does, for counting: their arguments are kept, and of their activations the largest."""

    def __init__(self, kept: KeptBytes) -> None:
        self._kept, self.largest = kept, 0

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        for tensor in _tensors(arguments):
            self._kept.add(tensor)
        inner = self._kept.without(_tensors(arguments))
        with inner.watch():
            result = function(*arguments)
        self.largest = max(self.largest, inner.total)
        return result


def _tensors(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in a tuple or a dataclass, however deep."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _tensors(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _tensors(getattr(value, field.name))


def fixed_bytes(network: nn.Module, averages: bool, processes: int) -> Fixed:
    """Return the bytes of weights and of what Adam and several processes add to them, all in fp32."""
    every = 4 * sum(p.numel() for p in network.parameters()) + 4 * sum(b.numel() for b in network.buffers())
    trained = 4 * sum(p.numel() for p in network.parameters() if p.requires_grad)
    return Fixed(every, trained, 2 * trained, every if averages else 0, trained if processes > 1 else 0)


def largest_part(memory: float, fixed: Fixed, cost: StepCost) -> int:
    """Return how many clips fit into a GPU's memory at once (0: not one)."""
    return max(0, int((memory * (1 - RESERVED) - fixed.total) // cost.bytes_per_clip))


def _counter() -> FlopCounterMode:
    return FlopCounterMode(display=False, custom_mapping={torch.ops.aten.convolution_backward: _convolution_backward})


def _convolution_backward(grad: torch.Size, x: torch.Size, weight: torch.Size, *arguments: Any, **_: Any) -> int:
    """Return a convolution's operations for each gradient that is asked for; PyTorch's own overcounts grouped ones."""
    transposed, needed = arguments[4], arguments[7]
    places = x if transposed else grad
    once = 2 * places.numel() * weight[1:].numel()
    return once * (bool(needed[0]) + bool(needed[1]))
