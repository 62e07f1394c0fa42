"""The colours of the features: one basis for a clip, fitted to all models of a run together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from demo.inside.pictures import Basis, Centre, feature_picture, fit_basis
from demo.runs.run import Run
from llb.types import Rgb

PARTS = ("value", "label", "transduced", "induced", "fused")
SAMPLES = 20_000  # feature cells that the basis is fitted to


@dataclass(frozen=True)
class Colours:
    """How features become pictures: one basis for the clip, and where each model's own features lie."""

    basis: Basis
    centres: dict[str, Centre]

    def paint(self, name: str, part: str, feature: Float[np.ndarray, "d h w"]) -> Rgb:
        """Return the picture of a model's feature `part` (`PARTS`), a pixel per cell."""
        return feature_picture(feature, self.centres[f"{name} {part}"], self.basis)

    def to_json(self) -> dict[str, Any]:
        """Return the colours as JSON values."""
        centres = {key: [centre.mean.tolist(), centre.spread] for key, centre in self.centres.items()}
        axes, low, high = (array.tolist() for array in (self.basis.axes, self.basis.low, self.basis.high))
        return {"axes": axes, "low": low, "high": high, "explained": self.basis.explained, "centres": centres}

    @classmethod
    def of(cls, run: Run) -> Colours:
        """Return the colours that `finish` fitted to a run."""
        facts = run.colours
        axes, low, high = (np.array(facts[key]) for key in ("axes", "low", "high"))
        centres = {key: Centre(np.array(mean), spread) for key, (mean, spread) in facts["centres"].items()}
        return cls(Basis(axes, low, high, facts["explained"]), centres)


def fit_colours(run: Run) -> Colours:
    """Centre every model's features, then find one basis for all of them."""
    groups = {key: np.concatenate(cells).astype(np.float32) for key, cells in _cells(run).items()}
    centres = {key: Centre.of(cells) for key, cells in groups.items()}
    centred = np.concatenate([centres[key].remove(cells) for key, cells in groups.items()])
    return Colours(fit_basis(centred[:: max(1, len(centred) // SAMPLES)]), centres)


def _cells(run: Run) -> dict[str, list[np.ndarray]]:
    """Gather cells of every model's features, evenly over the frames."""
    cells: dict[str, list[np.ndarray]] = {}
    for record in run.variants:
        for index in range(0, run.frames, max(1, run.frames // 20)):
            for target in run.objects:
                trace = run.trace(record.name, run.kept(index), target)
                for part in PARTS if trace else ():
                    feature = trace.features.get(part) if trace else None
                    if feature is not None:
                        cells.setdefault(f"{record.name} {part}", []).append(feature.reshape(len(feature), -1).T)
    return cells
