"""The transformer's self-attention over a memory that changes by one frame at a time.

Each cell's output is a weighted mean over all cells of all frames. Its two sums are kept, so that a newcomer adds its
part and the frame that it replaces takes its part away: 2 T pairs of frames per change where all would be T^2. The keys
have unit length, so that a weight is at most 1 (a cell's weight on itself) and no running maximum is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from llb.model.layers import KeyAttention


@dataclass(frozen=True)
class MemoryCode:
    """What the transformer knows of each memory frame, and the sums from which the next change goes on.

    `encoded` is the result, the unit keys by which a frame looks things up. The others are one entry per frame: its
    cells, their keys, and the weighted sum and the sum of weights of each cell over the whole memory.
    """

    encoded: Float[Tensor, "b t e h w"]
    cells: tuple[Float[Tensor, "b n c"], ...]
    keys: tuple[Float[Tensor, "b n k"], ...]
    sums: tuple[Float[Tensor, "b n c"], ...]
    norms: tuple[Float[Tensor, "b n 1"], ...]


def attend_change(
    attention: KeyAttention, before: MemoryCode | None, cells: Float[Tensor, "b n c"], slot: int
) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor]]:
    """Return cells, keys, sums and norms of all frames after `cells` took `slot` (which may be one past the end)."""
    key = attention.project(cells)
    old_cells, old_keys, sums, norms = (
        [list(part) for part in (before.cells, before.keys, before.sums, before.norms)] if before else [[], [], [], []]
    )
    leaves = (old_cells[slot], old_keys[slot]) if slot < len(old_cells) else None
    own = attention.similarity(key, key)
    new_sum, new_norm = own @ cells, own.sum(-1, keepdim=True)
    for frame in range(len(old_cells)):
        if frame == slot:
            continue
        weights = attention.similarity(old_keys[frame], key)
        sums[frame] = sums[frame] + weights @ cells
        norms[frame] = norms[frame] + weights.sum(-1, keepdim=True)
        new_sum += weights.mT @ old_cells[frame]
        new_norm += weights.mT.sum(-1, keepdim=True)
        if leaves:
            weights = attention.similarity(old_keys[frame], leaves[1])
            sums[frame] -= weights @ leaves[0]
            norms[frame] -= weights.sum(-1, keepdim=True)
    for parts, new in ((old_cells, cells), (old_keys, key), (sums, new_sum), (norms, new_norm)):
        parts[slot : slot + 1] = [new]
    return old_cells, old_keys, sums, norms
