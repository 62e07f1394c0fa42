"""The colours of the features: one basis for a clip, fitted to all models of a run together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Float

from demo.inside.pictures import Basis, Centre, feature_picture, fit_basis
from demo.runs.run import COLOURS, Run
from demo.whole_file import write_whole
from llb.types import Rgb

PAINTED = ("value", "label", "transduced", "induced", "fused")  # features that PCA colours are for
SAMPLES = 20_000  # feature cells that the basis is fitted to
FRAMES = 20  # frames that they are taken from
_fitting = Lock()  # several questions about a new run come at once: one of them fits


@dataclass(frozen=True)
class Colours:
    """How features become pictures: one basis for the clip, and where each model's own features lie."""

    basis: Basis
    centres: dict[str, Centre]  # by "<model> <feature>"

    def can_paint(self, model: str, feature: str) -> bool:
        """Tell whether a model's feature was among those that the colours were fitted to."""
        return _key(model, feature) in self.centres

    def paint(self, model: str, feature: str, values: Float[np.ndarray, "d h w"]) -> Rgb:
        """Return the picture of a model's feature (one of `PAINTED`), a pixel per cell."""
        return feature_picture(values, self.centres[_key(model, feature)], self.basis)

    def to_json(self) -> dict[str, Any]:
        """Return the colours as JSON values."""
        centres = {key: [centre.mean.tolist(), centre.spread] for key, centre in self.centres.items()}
        axes, low, high = (array.tolist() for array in (self.basis.axes, self.basis.low, self.basis.high))
        return {"axes": axes, "low": low, "high": high, "explained": self.basis.explained, "centres": centres}

    @classmethod
    def from_json(cls, entries: dict[str, Any]) -> Colours:
        """Undo `to_json`."""
        axes, low, high = (np.array(entries[key]) for key in ("axes", "low", "high"))
        centres = {key: Centre(np.array(mean), spread) for key, (mean, spread) in entries["centres"].items()}
        return cls(Basis(axes, low, high, entries["explained"]), centres)


def colours_of(run: Run) -> Colours | None:
    """Return the colours of a run; the first time after its end they are fitted and kept in its folder.

    None for a run that is still at work or in which no model has an inside.
    """
    path = run.folder / COLOURS
    if not path.exists() and run.state in ("done", "stopped"):
        with _fitting:
            colours = None if path.exists() else fit_colours(run)
            if colours and not run.inside_missing:  # else they are fitted to all frames once these are there
                with suppress(OSError):  # on a full disk they are fitted anew the next time
                    write_whole(path, json.dumps(colours.to_json()))
                return colours
    return Colours.from_json(json.loads(path.read_text())) if path.exists() else None


def fit_colours(run: Run) -> Colours | None:
    """Centre every model's features, then find one basis for all of them; None if nothing is stored."""
    cells: dict[str, list[np.ndarray]] = {}
    for key, found in _feature_cells(run):
        cells.setdefault(key, []).append(found)
    if not cells:
        return None
    groups = {key: np.concatenate(found).astype(np.float32) for key, found in cells.items()}
    centres = {key: Centre.of(group) for key, group in groups.items()}
    centred = np.concatenate([centres[key].remove(group) for key, group in groups.items()])
    return Colours(fit_basis(centred[:: max(1, len(centred) // SAMPLES)]), centres)


def _feature_cells(run: Run) -> Iterator[tuple[str, Float[np.ndarray, "n d"]]]:
    """Yield the cells of every model's features under the keys of `Colours.centres`, evenly over the frames."""
    for record in run.variants:
        traces = run.traces(record.name)
        stored = [index for index in traces.frames() if index < run.frames]
        for index in stored[:: max(1, len(stored) // FRAMES)]:
            for target in run.objects:
                trace = traces.read(index, target)
                found = trace.features if trace else {}
                for feature in (name for name in PAINTED if name in found):
                    yield _key(record.name, feature), found[feature].reshape(len(found[feature]), -1).T


def _key(model: str, feature: str) -> str:
    return f"{model} {feature}"
