"""Do a fit of the few-shot learner again, from what a run has stored, and keep what each step gives.

A fit begins at the τ of the fit before, so all fits since the object's first frame are done again, unless their τ is
kept. Each is checked against the losses that the run has written down.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from demo import text
from demo.runs.fit_replay import FitChanges, FitReplay, FitStep, TriedOut
from demo.runs.recent import Recent
from demo.runs.stored_target import FeatureKey, FitInputs, Fitted, NotRepeatable, StoredTarget
from llb.inference.aggregation import mask_logits, merge
from llb.inference.search_region import paste
from llb.inference.threads import THREADS
from llb.model import few_shot
from llb.types import BranchOutputs, FrameFeatures

AS_STATED = 0.02  # relative difference of a loss up to which a fit counts as the run's own
ROUNDED = 1e-9  # of a loss that is all but 0

Tau = Float[Tensor, "1 d c 3 3"]
Work = Generator[None, None, FitReplay]  # it gives way after each piece of work


@dataclass(frozen=True)
class FitRepeater:
    """Repeats fits of an object; `kept` are τ's after fits that were repeated before."""

    stored: StoredTarget
    kept: Recent[FeatureKey, Tau] = field(default_factory=lambda: Recent(64))

    def repeat(self, frame: int, changes: FitChanges) -> Work:
        """Do the fit again whose τ the object has at a frame, with some changes.

        Raises:
            NotRepeatable: what it needs is not stored, or a repair has changed it since.
        """
        fits = self.stored.fits(frame)
        if not fits:
            raise NotRepeatable(text.FIT_NOT_KEPT)
        before = yield from self._tau_before(fits)
        inputs = yield from self._inputs(fits[-1].frame)
        shown = self._frame_to_try(frame)
        trial = None
        if shown is not None:
            trial = yield from self._trial(shown)
        steps = yield from self._steps(fits[-1], inputs, before, changes, trial)
        if changes == FitChanges():
            _check(fits[-1], [step.loss for step in steps])
        counted = _without(inputs, changes)
        return FitReplay(
            fits[-1].frame,
            inputs.frames[_newest(inputs, fits[-1].frame)],
            shown,
            inputs.frames,
            counted.temporal_weights,
            float(self._reg(changes)),
            inputs.label.numel() + steps[0].tau.size,
            steps,
            fits[-1].losses,
            None if trial is None else trial.features.target[0].cpu().numpy(),
        )

    def _tau_before(self, fits: Sequence[Fitted]) -> Generator[None, None, Tau | None]:
        """Return τ before the last of some fits; None stands for zero."""
        tau: Tau | None = None
        known = 0
        for number in range(len(fits) - 1, 0, -1):
            tau = self.kept.get(self._key(fits[number - 1]))
            if tau is not None:
                known = number
                break
        for fit in fits[known:-1]:
            inputs = yield from self._inputs(fit.frame)
            with torch.inference_mode(), THREADS.adapt():
                found = self.stored.network.fit_filter(
                    inputs.features, inputs.label, inputs.weight, inputs.temporal_weight, tau=tau, steps=fit.steps
                )
            _check(fit, found.losses[:, 0].tolist())
            tau = found.tau
            self.kept.keep(self._key(fit), tau)
            yield
        return tau

    def _inputs(self, frame: int) -> Generator[None, None, FitInputs]:
        for index in self.stored.trace(frame).memory_frames:
            with torch.inference_mode(), THREADS.adapt():
                self.stored.target_features(index)
            yield
        with torch.inference_mode():
            return self.stored.inputs(frame)

    def _steps(
        self, fit: Fitted, inputs: FitInputs, before: Tau | None, changes: FitChanges, trial: Trial | None
    ) -> Generator[None, None, list[FitStep]]:
        """Take the steps one by one."""
        shape = (1, inputs.label.shape[2], inputs.features.shape[2], few_shot.KERNEL, few_shot.KERNEL)
        tau = inputs.features.new_zeros(shape) if before is None or changes.from_zero else before
        counted, newest = _without(inputs, changes), _newest(inputs, fit.frame)
        weight = counted.weight * counted.temporal_weight[..., None, None, None]
        reg = self._reg(changes)
        steps = []
        for number in range((fit.steps if changes.steps is None else changes.steps) + 1):
            with torch.inference_mode(), THREADS.adapt():
                if number:
                    tau = few_shot.steepest_descent(inputs.features, inputs.label, weight, reg, tau=tau, steps=1).tau
                step = _measured(inputs, weight, reg, tau, newest)
                steps.append(step if trial is None else replace(step, tried_out=trial.of(tau)))
            yield
        return steps

    def _reg(self, changes: FitChanges) -> Float[Tensor, "1"]:
        own = self.stored.network.induction.filter_reg.detach()
        return own if changes.reg is None else torch.full_like(own, changes.reg)

    def _frame_to_try(self, frame: int) -> int | None:
        """Return the frame itself if the model segmented it, else the one that it segmented next."""
        traces = self.stored.run.traces(self.stored.model)
        for index in (frame, frame + traces.stride, frame - traces.stride):
            trace = traces.read(index, self.stored.target) if 0 <= index < self.stored.run.frames else None
            if trace and trace.predicted:
                return index
        return None

    def _trial(self, frame: int) -> Generator[None, None, Trial]:
        """Make ready what every τ is tried out with."""
        others: dict[int, Tensor] = {}
        for target in self.stored.run.objects:
            if target != self.stored.target and self.stored.run.traces(self.stored.model).read(frame, target):
                with torch.inference_mode(), THREADS.adapt():
                    others[target] = self._logits_of_other(frame, target)
                yield
        with torch.inference_mode(), THREADS.adapt():
            features = self.stored.features(frame)
        yield
        transduced = torch.from_numpy(self.stored.trace(frame).features["transduced"])[None].float()
        return Trial(self.stored, frame, features, transduced.to(self.stored.device), others)

    def _logits_of_other(self, frame: int, target: int) -> Float[Tensor, "height width"]:
        """Return the logits that another object had in a frame, with which this one's were merged."""
        run, model = self.stored.run, self.stored.model
        trace = run.traces(model).read(frame, target)
        assert trace is not None, "only objects of this frame are asked about"
        if not trace.predicted:
            return mask_logits(torch.from_numpy(run.labels(model, frame) == target).to(self.stored.device).float())
        branches = (torch.from_numpy(trace.features[name])[None].float() for name in ("transduced", "induced"))
        outputs = BranchOutputs(*(branch.to(self.stored.device) for branch in branches))
        logits = self.stored.network.decode(self.stored.features(frame, target).backbone, outputs).logits
        return paste(logits, trace.region, (self.stored.clip.height, self.stored.clip.width))

    def _key(self, fit: Fitted) -> FeatureKey:
        return (*self.stored.identity, fit.frame)


@dataclass(frozen=True)
class Trial:
    """A frame on which a τ is tried out: its features, its E1*, and the logits of the other objects."""

    stored: StoredTarget
    frame: int
    features: FrameFeatures
    transduced: Float[Tensor, "1 d h w"]
    others: dict[int, Float[Tensor, "height width"]]

    def of(self, tau: Tau) -> TriedOut:
        """Segment the frame with a τ."""
        network, clip, target = self.stored.network, self.stored.clip, self.stored.target
        induced = few_shot.convolve(self.features.target[:, None], tau)[:, 0]
        logits = network.decode(self.features.backbone, BranchOutputs(self.transduced, induced)).logits
        pasted = paste(logits, self.stored.trace(self.frame).region, (clip.height, clip.width))
        merged = {**self.others, target: pasted}
        ids = sorted(merged)
        _, labels = merge(torch.stack([merged[each] for each in ids]), ids)
        return TriedOut.of(_kept(induced), labels == target)


def _measured(inputs: FitInputs, weight: Tensor, reg: Tensor, tau: Tau, newest: int) -> FitStep:
    """State what a τ is worth: the two terms of the loss, and what it makes of the newest sample."""
    scores = few_shot.convolve(inputs.features, tau)
    misfit = float((weight * (scores - inputs.label)).square().sum())
    penalty = float((reg * tau).square().sum())
    count = inputs.label.numel() + tau.numel()
    return FitStep(_kept(tau), misfit, penalty, (misfit + penalty) / count, _kept(scores[:, newest]))


def _kept(tensor: Float[Tensor, "1 ..."]) -> Float[np.ndarray, "..."]:
    return np.asarray(tensor[0].cpu().numpy(), np.float16)


def _newest(inputs: FitInputs, frame: int) -> int:
    """Return which sample came last: the one nearest to the frame of the fit."""
    return min(range(len(inputs.frames)), key=lambda slot: abs(inputs.frames[slot] - frame))


def _without(inputs: FitInputs, changes: FitChanges) -> FitInputs:
    """Return the samples with a weight of 0 for those that do not count."""
    pairs = zip(inputs.frames, inputs.temporal_weights, strict=True)
    return replace(inputs, temporal_weights=tuple(0.0 if frame in changes.left_out else each for frame, each in pairs))


def _check(fit: Fitted, losses: Sequence[float]) -> None:
    """Raise NotRepeatable if a fit does not go as it went in the run."""
    pairs = zip(fit.losses, losses, strict=True)
    if not all(math.isclose(stated, found, rel_tol=AS_STATED, abs_tol=ROUNDED) for stated, found in pairs):
        raise NotRepeatable(text.FIT_CHANGED)
