"""Features in eight bits: each channel's own range in 256 even steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

STEPS = 255


@dataclass(frozen=True)
class EightBits:
    """A feature in a quarter of its size.

    A value is off by at most half a step, 1/510 of its channel's range; a channel's least and largest value, and so
    the zeros of a channel that holds nothing below zero, come back as they were (in fp32).
    """

    steps: UInt8[np.ndarray, "*n d h w"]
    ranges: Float[np.ndarray, "2 d"]  # least and largest value of each channel

    @classmethod
    def of(cls, values: Float[np.ndarray, "*n d h w"]) -> EightBits:
        """Reduce a feature."""
        others = (*range(values.ndim - 3), -2, -1)  # all axes but the channels'
        low, high = values.min(others), values.max(others)
        step = np.where(high > low, (high - low) / STEPS, 1)[:, None, None]
        steps = np.rint((values - low[:, None, None]) / step).astype(np.uint8)
        return cls(steps, np.stack([low, high]).astype(np.float32))

    def values(self) -> Float[np.ndarray, "*n d h w"]:
        """Return the feature in fp32."""
        low, high = self.ranges[:, :, None, None]
        return np.asarray(low + self.steps * ((high - low) / STEPS), np.float32)
