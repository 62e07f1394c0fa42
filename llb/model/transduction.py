"""Transduction branch: a light transformer that carries E1 of past frames to the current one (JOINT; LLB, Fig. 2)."""

from __future__ import annotations

import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from llb.model.incremental_attention import MemoryEncoding, update_attention_sums
from llb.model.layers import KeyAttention


def frame_norm(x: Float[Tensor, "b t c n"]) -> Float[Tensor, "b t c n"]:
    """Instance-normalise every frame over its n cells (no affine, eps 1e-5).

    The frames are handed over as [b t, c, n], not as images: on the CPU, PyTorch's (2.14) backward of a four-axis
    instance norm misreads a gradient that arrives channels-last. The release's own gradients have that defect on the
    CPU (`tests.parity.training` reproduces it); ours are the true ones.
    """
    return F.instance_norm(x.flatten(0, 1)).unflatten(0, x.shape[:2])


class SelfAttentionBlock(nn.Module):
    """x + attention over all tokens, then an instance norm per frame over h*w (no affine, eps 1e-5)."""

    def __init__(self, channels: int, key_dim: int) -> None:
        super().__init__()
        self.attention = KeyAttention(channels, key_dim)

    def forward(self, x: Float[Tensor, "b t c h w"]) -> Float[Tensor, "b t c h w"]:
        _, t, _, h, w = x.shape
        tokens = rearrange(x, "b t c h w -> b (t h w) c")
        mixed = tokens + self.attention(tokens, tokens, tokens)
        normed = frame_norm(rearrange(mixed, "b (t n) c -> b t c n", t=t))
        return rearrange(normed, "b t c (h w) -> b t c h w", h=h, w=w)


class Transduction(nn.Module):
    """Encoder over the memory, decoder over the frame with the same key projection, cross-attention."""

    def __init__(self, in_channels: int, channels: int, key_dim: int) -> None:
        super().__init__()
        self.adjust = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.self_attention = SelfAttentionBlock(channels, key_dim)
        self.cross_attention = KeyAttention(channels, key_dim)

    def features(self, c4: Float[Tensor, "b c4 h w"]) -> Float[Tensor, "b c h w"]:
        """Project stride-16 backbone features to the branch's own."""
        return self.adjust(c4)

    def encode_memory(self, match: Float[Tensor, "b t c h w"]) -> Float[Tensor, "b t k h w"]:
        """Return the memory's unit keys after self-attention over all its frames."""
        return self._memory_keys(self.self_attention(match))

    def update_memory(
        self, before: MemoryEncoding | None, match: Float[Tensor, "b c h w"], slot: int
    ) -> MemoryEncoding:
        """Return the encoding of a memory in which a frame has taken `slot`, updated from the one before it.

        Gives what `encode_memory` gives of the whole memory, at less cost; `before` is overwritten.
        """
        h, w = match.shape[-2:]
        attention = self.self_attention.attention
        sums = update_attention_sums(attention, before.sums if before else None, _tokens(match[:, None]), slot)
        mixed = sums.cells + sums.totals / sums.norms
        normed = frame_norm(rearrange(mixed, "b (t n) c -> b t c n", n=h * w))
        encoded = rearrange(normed, "b t c (h w) -> b t c h w", h=h, w=w)
        return MemoryEncoding(self._memory_keys(encoded), sums)

    def forward(
        self,
        match: Float[Tensor, "b c h w"],
        encoded: Float[Tensor, "b t k h w"],
        value: Float[Tensor, "b t d h w"],
    ) -> Float[Tensor, "b d h w"]:
        """Return E1*: the memory's E1 (`value`), averaged for each cell by how well its key matches the memory's."""
        h, w = match.shape[-2:]
        tokens = rearrange(value, "b t d h w -> b (t h w) d")
        out = self.cross_attention.attend(self._query(match), _tokens(encoded), tokens)
        return rearrange(out, "b (h w) d -> b d h w", h=h, w=w)

    def attention(
        self, match: Float[Tensor, "b c h w"], encoded: Float[Tensor, "b t k h w"], y: int, x: int
    ) -> Float[Tensor, "b t h w"]:
        """Return the attention of the feature cell (y, x) over the memory; sums to 1 over t, h and w."""
        _, t, _, h, w = encoded.shape
        cell = y * w + x
        row = self.cross_attention.weights(self._query(match)[:, cell : cell + 1], _tokens(encoded))
        return rearrange(row, "b 1 (t h w) -> b t h w", t=t, h=h, w=w)

    def query_keys(self, match: Float[Tensor, "b c h w"]) -> Float[Tensor, "b k h w"]:
        """Return the unit query keys of a frame's cells, after self-attention within the frame."""
        h, w = match.shape[-2:]
        return rearrange(self._query(match), "b (h w) k -> b k h w", h=h, w=w)

    def _memory_keys(self, encoded: Float[Tensor, "b t c h w"]) -> Float[Tensor, "b t k h w"]:
        _, t, _, h, w = encoded.shape
        keys = self.cross_attention.project(_tokens(encoded))
        return rearrange(keys, "b (t h w) k -> b t k h w", t=t, h=h, w=w)

    def _query(self, match: Float[Tensor, "b c h w"]) -> Float[Tensor, "b n k"]:
        return self.cross_attention.project(_tokens(self.self_attention(match[:, None])))


def _tokens(x: Float[Tensor, "b t c h w"]) -> Float[Tensor, "b n c"]:
    return rearrange(x, "b t c h w -> b (t h w) c")
