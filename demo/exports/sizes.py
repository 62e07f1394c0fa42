"""How large a run's files will be, before they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.clips.clip import Clip
from demo.exports.files import KINDS, written
from demo.exports.internals import files_of
from demo.runs.run import Run

ZIP_ENTRY = 150  # bytes of a file's name and place in a zip


@dataclass(frozen=True)
class Amount:
    """How much a run holds: what its files grow with."""

    pixels: int  # of all models' finished frames
    labels: int  # bytes of the label pictures
    rows: int  # frames x models x objects
    models: int

    @classmethod
    def of(cls, run: Run, clip: Clip) -> Amount:
        """Measure a run on disk."""
        pictures = [(record.name, index) for record in run.variants for index in range(run.frames)]
        labels = sum(run.labels_file(*picture).stat().st_size for picture in pictures)
        rows = len(pictures) * len(run.objects)
        return cls(len(pictures) * clip.width * clip.height, labels, rows, len(run.variants))


ESTIMATES: Mapping[str, Callable[[Amount], float]] = {  # measured on an example, the bee
    "side_by_side": lambda run: 0.03 * run.pixels,
    "cutouts": lambda run: 0.03 * run.pixels,
    "masks": lambda run: run.labels + ZIP_ENTRY * run.rows,
    "coco": lambda run: 0.15 * run.labels,
    "curves": lambda run: 80 * run.rows,
    "plots": lambda run: 280_000,
    "measurements": lambda run: 350 * run.rows,
    "report": lambda run: 290_000 * run.models,
}


def sizes(run: Run, clip: Clip) -> dict[str, int]:
    """Return the bytes of every kind of file (`KINDS`): those of one that is written, else an estimate.

    ``internals`` is a frame's. What needs the models' inside is left out where that is not stored; of soft masks
    nothing is known before they are written.
    """
    amount = Amount.of(run, clip)
    stored = [path.stat().st_size for _, path in files_of(run)]
    found = {kind: round(estimate(amount)) for kind, estimate in ESTIMATES.items()} | {"traces": sum(stored)}
    for kind, description in KINDS.items():
        path = written(run, description.file_name)
        if path:
            found[kind] = path.stat().st_size
    if not stored or run.inside_missing:
        found.pop("traces", None)
    return found | ({"internals": sum(stored) * amount.models // len(stored)} if stored else {})
