"""The transformer's self-attention over a memory that changes by one frame at a time.

Each cell's output is a weighted mean over all cells of all frames. Its two sums are kept, so that a newcomer adds its
part and the frame that it replaces takes its part away: 2 T pairs of frames per change where all would be T^2. The keys
have unit length, so that a weight is at most 1 (a cell's weight on itself) and no running maximum is needed.

What rounding leaves in the sums goes with the frames; those of a frame that stays are made anew now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from llb.model.layers import KeyAttention

BLOCK = 1024  # cells per block, at least a frame's: the weights of a block stay in the cache
RENEW = 4  # every so many changes one frame's sums are made anew, the frames taking turns


@dataclass(frozen=True)
class Sums:
    """The memory's cells, m = T n, frame after frame: their keys, weighted sums over the memory, and sums of weights.

    `changes` counts the frames that were taken in.
    """

    cells: Float[Tensor, "b m c"]
    keys: Float[Tensor, "b m k"]
    totals: Float[Tensor, "b m c"]
    norms: Float[Tensor, "b m 1"]
    changes: int


@dataclass(frozen=True)
class MemoryEncoding:
    """What the transformer knows of a memory: `encoded`, the unit keys by which a frame looks things up, and the sums
    from which the next change goes on (None where it needs none)."""

    encoded: Float[Tensor, "b t k h w"]
    sums: Sums | None = None


def update_sums(attention: KeyAttention, before: Sums | None, cells: Float[Tensor, "b n c"], slot: int) -> Sums:
    """Return the sums after `cells` took `slot`, which may be one past the end; `before` is used up."""
    n, key = cells.shape[1], attention.project(cells)
    own = slice(slot * n, (slot + 1) * n)
    if before is None:
        before = Sums(cells[:, :0], key[:, :0], cells[:, :0], key[:, :0, :1], 0)
    gone = (before.cells[:, own].clone(), before.keys[:, own].clone())
    sums = Sums(
        _put(before.cells, cells, own),
        _put(before.keys, key, own),
        _put(before.totals, cells, own),  # a place for the newcomer's sums, which `_arrive` makes
        _put(before.norms, key[..., :1], own),
        before.changes + 1,
    )
    if gone[0].shape[1]:
        _leave(attention, sums, *gone)
    _arrive(attention, sums, own)
    if sums.changes % RENEW == 0:
        turn = sums.changes // RENEW * n % sums.cells.shape[1]
        row = slice(turn, turn + n)
        sums.totals[:, row], sums.norms[:, row] = attention.sums(sums.keys[:, row], sums.keys, sums.cells)
    return sums


def _put(kept: Float[Tensor, "b m c"], new: Float[Tensor, "b n c"], own: slice) -> Float[Tensor, "b m2 c"]:
    if own.start == kept.shape[1]:
        return torch.cat([kept, new], 1)
    kept[:, own] = new
    return kept


def _arrive(attention: KeyAttention, sums: Sums, own: slice) -> None:
    """Add a frame's part to the sums of all cells, and make the sums of its own."""
    cells, key = sums.cells[:, own], sums.keys[:, own]
    total, norm = torch.zeros_like(cells), torch.zeros_like(key[..., :1])
    for block in _blocks(sums, cells.shape[1]):
        weights = attention.similarity(sums.keys[:, block], key)
        sums.totals[:, block].baddbmm_(weights, cells)
        sums.norms[:, block] += weights.sum(-1, keepdim=True)
        total.baddbmm_(weights.mT, sums.cells[:, block])
        norm += weights.sum(1)[..., None]
    sums.totals[:, own], sums.norms[:, own] = total, norm


def _leave(attention: KeyAttention, sums: Sums, cells: Float[Tensor, "b n c"], key: Float[Tensor, "b n k"]) -> None:
    """Take a frame's part away from the sums of all cells."""
    for block in _blocks(sums, cells.shape[1]):
        weights = attention.similarity(sums.keys[:, block], key)
        sums.totals[:, block].baddbmm_(weights, cells, alpha=-1)
        sums.norms[:, block] -= weights.sum(-1, keepdim=True)


def _blocks(sums: Sums, n: int) -> list[slice]:
    """Cut the memory's cells into blocks of whole frames."""
    m, step = sums.cells.shape[1], max(1, BLOCK // n) * n
    return [slice(start, min(start + step, m)) for start in range(0, m, step)]
