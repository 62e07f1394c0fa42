"""Self-attention over a memory of which one frame changes at a time, updated instead of computed anew.

Each cell's output is a weighted mean over all cells of all frames. Its numerator and denominator are kept: a new frame
is added to both and the frame that it replaces is subtracted, which takes 2 T pairs of frames instead of T^2. The keys
have unit length, so that a weight is at most 1 (a cell's weight on itself) and no running maximum is needed.

Rounding errors pile up in the sums of a frame that stays, so the frames' sums are recomputed in turn now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from llb.model.layers import KeyAttention

BLOCK = 1024  # cells per block, at least a frame's: the weights of a block stay in the cache
REFRESH_INTERVAL = 4  # changes after which the next frame's sums are recomputed


@dataclass(frozen=True)
class AttentionSums:
    """Numerators and denominators of the self-attention of the memory's m = T n cells, frame after frame.

    `changes` counts the frames that were added.
    """

    cells: Float[Tensor, "b m c"]
    keys: Float[Tensor, "b m k"]
    totals: Float[Tensor, "b m c"]  # numerators: weighted sums of the cells
    norms: Float[Tensor, "b m 1"]  # denominators: sums of the weights
    changes: int


@dataclass(frozen=True)
class MemoryEncoding:
    """The transformer's encoding of a memory: one unit key per cell, which a frame's query keys are compared with."""

    encoded: Float[Tensor, "b t k h w"]
    sums: AttentionSums | None = None  # for the next update; None in models that compute every encoding anew


def update_attention_sums(
    attention: KeyAttention, before: AttentionSums | None, cells: Float[Tensor, "b n c"], slot: int
) -> AttentionSums:
    """Return the sums after the frame `cells` took `slot` (one past the end appends it); `before` is overwritten."""
    n, key = cells.shape[1], attention.project(cells)
    own = slice(slot * n, (slot + 1) * n)
    if before is None:
        before = AttentionSums(cells[:, :0], key[:, :0], cells[:, :0], key[:, :0, :1], 0)
    replaced = (before.cells[:, own].clone(), before.keys[:, own].clone())
    sums = AttentionSums(
        _with_rows(before.cells, cells, own),
        _with_rows(before.keys, key, own),
        _with_rows(before.totals, cells, own),  # space for the new frame's sums, filled by `_add_frame`
        _with_rows(before.norms, key[..., :1], own),
        before.changes + 1,
    )
    if replaced[0].shape[1]:
        _subtract_frame(attention, sums, *replaced)
    _add_frame(attention, sums, own)
    if sums.changes % REFRESH_INTERVAL == 0:
        turn = sums.changes // REFRESH_INTERVAL * n % sums.cells.shape[1]
        row = slice(turn, turn + n)
        sums.totals[:, row], sums.norms[:, row] = attention.sums(sums.keys[:, row], sums.keys, sums.cells)
    return sums


def _with_rows(kept: Float[Tensor, "b m c"], new: Float[Tensor, "b n c"], own: slice) -> Float[Tensor, "b m2 c"]:
    """Write a frame's rows in place, or append them behind the last."""
    if own.start == kept.shape[1]:
        return torch.cat([kept, new], 1)
    kept[:, own] = new
    return kept


def _add_frame(attention: KeyAttention, sums: AttentionSums, own: slice) -> None:
    """Add a frame to the sums of all cells, and compute its own."""
    cells, key = sums.cells[:, own], sums.keys[:, own]
    total, norm = torch.zeros_like(cells), torch.zeros_like(key[..., :1])
    for block in _blocks(sums, cells.shape[1]):
        weights = attention.similarity(sums.keys[:, block], key)
        sums.totals[:, block].baddbmm_(weights, cells)
        sums.norms[:, block] += weights.sum(-1, keepdim=True)
        total.baddbmm_(weights.mT, sums.cells[:, block])
        norm += weights.sum(1)[..., None]
    sums.totals[:, own], sums.norms[:, own] = total, norm


def _subtract_frame(
    attention: KeyAttention, sums: AttentionSums, cells: Float[Tensor, "b n c"], key: Float[Tensor, "b n k"]
) -> None:
    """Subtract a frame from the sums of all cells."""
    for block in _blocks(sums, cells.shape[1]):
        weights = attention.similarity(sums.keys[:, block], key)
        sums.totals[:, block].baddbmm_(weights, cells, alpha=-1)
        sums.norms[:, block] -= weights.sum(-1, keepdim=True)


def _blocks(sums: AttentionSums, n: int) -> list[slice]:
    """Cut the memory's cells into blocks of whole frames."""
    m, step = sums.cells.shape[1], max(1, BLOCK // n) * n
    return [slice(start, min(start + step, m)) for start in range(0, m, step)]
