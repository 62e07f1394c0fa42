"""A fit of the few-shot learner (eq. 1), shown step by step: the question and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from llb.config import Range
from llb.io.label_png import decode_labels, encode_labels
from llb.types import Mask

STEPS = Range(0, 40)  # of a changed fit
REGS = (0.0, 1.0, 10.0, 100.0, 1000.0)  # values of λ; it is learnt, and came out as 0 in the lite models


@dataclass(frozen=True)
class FitChanges:
    """What is done otherwise than in the run, in this one fit.

    Attributes:
        steps: how many; None as in the run.
        reg: λ, one of `REGS`; None is the model's own.
        left_out: frames of the memory that do not count.
        from_zero: whether it starts at τ = 0 instead of at the τ of the fit before.

    Raises:
        ValueError: a value is out of its range.
    """

    steps: int | None = None
    reg: float | None = None
    left_out: frozenset[int] = frozenset()
    from_zero: bool = False

    def __post_init__(self) -> None:
        if self.steps is not None:
            STEPS.check("The number of steps", self.steps)
        if self.reg is not None and self.reg not in REGS:
            raise ValueError(f"λ is {self.reg:g}: choose one of {', '.join(f'{reg:g}' for reg in REGS)}.")


@dataclass(frozen=True)
class FitQuestion:
    """The fit whose τ an object of a model has at a frame of a run."""

    model: str
    target: int
    frame: int
    changes: FitChanges = FitChanges()


@dataclass(frozen=True)
class TriedOut:
    """A τ on a frame that the model segments: E2*, and the labels that the whole model would give the object."""

    induced: Float[np.ndarray, "d h w"]
    label_png: bytes

    @classmethod
    def of(cls, induced: Float[np.ndarray, "d h w"], mask: Mask) -> TriedOut:
        """Pack a mask of the whole frame."""
        return cls(induced, encode_labels(mask.astype(np.uint8)))

    @property
    def mask(self) -> Mask:
        """The object's mask of the whole frame."""
        return decode_labels(self.label_png, "mask").astype(bool)


@dataclass(frozen=True)
class FitStep:
    """τ after some steps.

    Attributes:
        tau: the filters.
        misfit: Σ |wₜ W (τ * Xₜ - E2ₜ)|², the sum over all samples.
        penalty: λ² |τ|².
        loss: the sum of both over the number of residuals, as `llb.model.few_shot` states it.
        fitted: τ * X of the memory's newest frame, which is to become its E2.
        tried_out: None where the model segmented no frame with this τ.
    """

    tau: Float[np.ndarray, "d c 3 3"]
    misfit: float
    penalty: float
    loss: float
    fitted: Float[np.ndarray, "d h w"]
    tried_out: TriedOut | None = None


@dataclass(frozen=True)
class FitReplay:
    """A fit, step by step, from before the first one on.

    Attributes:
        frame: at which the fit was done.
        newest: the frame of the memory that came last.
        shown: the frame on which τ is tried out; None if there is none.
        memory: the frames in the memory.
        weights: their temporal weights, 0 for those that are left out.
        reg: λ.
        count: how many residuals there are.
        steps: one more than there were steps.
        losses: those of the run's own fit.
        features: X of the frame on which τ is tried out.
    """

    frame: int
    newest: int
    shown: int | None
    memory: tuple[int, ...]
    weights: tuple[float, ...]
    reg: float
    count: int
    steps: Sequence[FitStep]
    losses: tuple[float, ...]
    features: Float[np.ndarray, "c h w"] | None

    @property
    def tau(self) -> Float[np.ndarray, "d c 3 3"]:
        """The fitted filters."""
        return self.steps[-1].tau
