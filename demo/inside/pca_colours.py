"""The colours of the features: a basis of its own for each space that a model's features lie in.

E1 and E1*, a mixture of E1's of past frames, lie in one space, E2 and E2*, which the filter makes of E2, in another,
and E_tar in a third. Every model has an encoder of its own, so the spaces of two models have no common axes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Float

from demo.inside.pictures import Basis, feature_picture, fit_basis
from demo.models.settings import split_entry
from demo.runs.recent import Recent
from demo.runs.run import COLOURS, Run
from demo.whole_file import write_whole
from llb.types import Rgb

SPACES = {"value": "E1", "transduced": "E1", "label": "E2", "induced": "E2", "fused": "E_tar"}  # by the feature
SAMPLES = 20_000  # feature cells that a basis is fitted to
FRAMES = 20  # frames that they are taken from
_fitting = Lock()  # several questions about a new run come at once: one of them fits
_so_far: Recent[tuple[Path, int], Colours] = Recent(16)  # of runs that lack inside, by how many frames there are


@dataclass(frozen=True)
class Colours:
    """How features become pictures: the bases by "<model> <space>" (`SPACES`)."""

    bases: Mapping[str, Basis]

    def basis_of(self, model: str, feature: str) -> Basis | None:
        """Return the basis of a model's feature; None if it was not among those that the colours were fitted to."""
        return self.bases.get(_key(model, feature)) if feature in SPACES else None

    def can_paint(self, model: str, feature: str) -> bool:
        """Tell whether there is a basis for a model's feature."""
        return self.basis_of(model, feature) is not None

    def paint(self, model: str, feature: str, values: Float[np.ndarray, "d h w"]) -> Rgb:
        """Return the picture of a model's feature (one of `SPACES`), a pixel per cell."""
        return feature_picture(values, self.bases[_key(model, feature)])

    def to_json(self) -> dict[str, Any]:
        """Return the colours as JSON values."""
        return {key: basis.to_json() for key, basis in self.bases.items()}

    @classmethod
    def from_json(cls, entries: dict[str, Any]) -> Colours:
        """Undo `to_json`."""
        return cls({key: Basis.from_json(basis) for key, basis in entries.items()})


def colours_of(run: Run) -> Colours | None:
    """Return the colours of a run; the first time after its end they are fitted and kept in its folder.

    None for a run that is still at work or in which no model has an inside.
    """
    path = run.folder / COLOURS
    if not path.exists() and run.state in ("done", "stopped"):
        with _fitting:
            if run.inside_missing:
                return _colours_so_far(run)
            colours = None if path.exists() else fit_colours(run)
            if colours:
                with suppress(OSError):  # on a full disk they are fitted anew the next time
                    write_whole(path, json.dumps(colours.to_json()))
                return colours
    return Colours.from_json(json.loads(path.read_text())) if path.exists() else None


def _colours_so_far(run: Run) -> Colours | None:
    """Return colours that are fitted to the frames that are there; to all of them once these are."""
    key = run.folder, sum(len(run.traces(record.name).files()) for record in run.variants)
    colours = _so_far.get(key) or fit_colours(run)
    if colours:
        _so_far.keep(key, colours)
    return colours


def fit_colours(run: Run) -> Colours | None:
    """Find a basis for every space of every model; None if nothing is stored."""
    cells: dict[str, list[np.ndarray]] = {}
    for key, found in _feature_cells(run):
        cells.setdefault(key, []).append(found)
    if not cells:
        return None
    groups = {key: np.concatenate(found).astype(np.float32) for key, found in cells.items()}
    return Colours({key: fit_basis(group[:: max(1, len(group) // SAMPLES)]) for key, group in groups.items()})


def _feature_cells(run: Run) -> Iterator[tuple[str, Float[np.ndarray, "n d"]]]:
    """Yield the cells of every model's features under the keys of `Colours.bases`, evenly over the frames."""
    for record in run.variants:
        traces = run.traces(record.name)
        stored = [index for index in traces.frames() if index < run.frames]
        for index in stored[:: max(1, len(stored) // FRAMES)]:
            for target in run.objects:
                trace = traces.read(index, target)
                found = trace.features if trace else {}
                for feature in (name for name in SPACES if name in found):
                    yield _key(record.name, feature), found[feature].reshape(len(found[feature]), -1).T


def _key(model: str, feature: str) -> str:
    """Name a space; a knock-out has the encoder of its model, so the two share their colours."""
    return f"{split_entry(model)[0]} {SPACES[feature]}"
