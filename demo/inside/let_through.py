"""What the gates let through: shares and contributions as functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

NOTHING = 1e-6  # of a place's summed |E*|: there is nothing that a gate could let through


@dataclass(frozen=True)
class ObjectMeans:
    """The mean of a map over the places on the object and over those beside it; None where there are none."""

    object: float | None
    beside: float | None

    @classmethod
    def of(cls, values: Float[np.ndarray, "h w"], on_object: Bool[np.ndarray, "h w"]) -> ObjectMeans:
        """Average a map on the object and beside it; places without a number (NaN) are left out."""
        return cls(_mean(values[on_object]), _mean(values[~on_object]))


def share_let_through(
    feature: Float[np.ndarray, "d h w"], gate: Float[np.ndarray, "d h w"]
) -> Float[np.ndarray, "h w"]:
    """Return the sum of |gate * feature| over that of |feature|, each over channels: 0..1 per place.

    The plain mean of a gate also counts channels in which there is nothing to let through; this does not. NaN where
    the whole feature is 0.

    >>> share_let_through(np.array([[[3.0]], [[1.0]], [[0.0]]]), np.array([[[1.0]], [[0.0]], [[0.2]]])).item()
    0.75
    """
    size = np.abs(feature.astype(np.float32))
    whole = size.sum(0)
    passed = (np.abs(gate.astype(np.float32)) * size).sum(0)
    return np.asarray(np.where(whole > NOTHING, passed / np.maximum(whole, NOTHING), np.nan))


def contribution(
    feature: Float[np.ndarray, "d h w"], gate: Float[np.ndarray, "d h w"] | None
) -> Float[np.ndarray, "h w"]:
    """Return what a branch adds to E_tar at each place: |gate * feature| summed over channels; no gate counts as 1."""
    size = np.abs(feature.astype(np.float32))
    return np.asarray((size if gate is None else size * gate.astype(np.float32)).sum(0))


def places_on_object(mask: UInt8[np.ndarray, "height width"], rows: int, columns: int) -> Bool[np.ndarray, "h w"]:
    """Return the feature cells of which more than half lies on the object; `mask` is its probability x 255."""
    part = cv2.resize(mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(part > 127.5)


def _mean(values: Float[np.ndarray, " n"]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
