"""What a run measured, as files: everything as JSON, and the curves as a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.exports.measurements import Measurements, object_names
from demo.runs.run import Run

COLUMNS = {  # of the table: fields of `ObjectStats`
    "J": "j",
    "F": "f",
    "IoU with other models": "agreement",
    "area in pixels": "area",
    "uncertainty": "uncertainty",
    "E1* share": "share",
    "mean of gamma1": "gate_transduced",
    "mean of gamma2": "gate_induced",
    "in memory": "in_memory",
}


def write_measurements(run: Run, clip: Clip, path: Path) -> None:
    """Write settings, models, the clip's facts and every frame's figures as JSON."""
    frames = [stats.to_json() for stats in run.frame_stats()[: run.frames]]
    measured = {**Measurements.of(run, clip).to_json(), "frames": frames}
    path.write_text(json.dumps(browser_json(measured), indent=1, allow_nan=False))


def write_curves(run: Run, clip: Clip, path: Path) -> None:
    """Write a table (CSV) with a row for each frame, model and object; a cell is empty where nothing is known."""
    names = object_names(run)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["frame", "time in s", "model", "object", "name", *COLUMNS])
        for index, frame in enumerate(run.frame_stats()[: run.frames]):
            for record in run.variants:
                for target, stats in sorted(frame.models[record.name].objects.items()):
                    figures = [_cell(getattr(stats, field)) for field in COLUMNS.values()]
                    time = f"{clip.times[index]:.3f}"
                    table.writerow([index, time, record.title, target, names.get(target, ""), *figures])


def _cell(value: float | int | bool | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(int(value))
