"""The figures and arrays that a visitor takes away are those of the run."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.exports.files import export, export_internals
from demo.runs.run import Run
from tests.support.exported_run import FOLDERS, NAMES
from tests.support.page_fakes import FRAMES


def test_the_curves_are_a_table_of_the_figures(run: Run, clip: Clip) -> None:
    with export("curves", run, clip).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == FRAMES * len(NAMES)
    by_place = {(int(row["frame"]), row["model"]): row for row in rows}
    stats = run.frame_stats()[3].of(NAMES[1], 1)
    row = by_place[3, run.variants[1].title]
    assert float(row["J"]) == pytest.approx(stats.j, abs=1e-4)
    assert int(row["area in pixels"]) == stats.area
    assert by_place[0, run.variants[0].title]["J"] == "", "unknown where the mask was given"


def test_each_plot_is_a_drawing_and_a_picture_with_a_legend(run: Run, clip: Clip) -> None:
    with zipfile.ZipFile(export("plots", run, clip)) as archive:
        names = archive.namelist()
        assert {"j.svg", "j.png", "area.svg", "area.png"} <= set(names)
        for name in names:
            if name.endswith(".svg"):
                assert 'id="legend_1"' in archive.read(name).decode()
            else:
                assert cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_COLOR) is not None


def test_the_internals_of_one_frame_are_a_part_of_all(run: Run, clip: Clip) -> None:
    path = export_internals(run, 3)
    assert path.name == "traces-00003.npz"
    with np.load(path, allow_pickle=False) as one, np.load(export("traces", run, clip), allow_pickle=False) as every:
        assert set(one) == {key for key in every if "/00003/" in key}
        assert all((one[key] == every[key]).all() for key in one)
    with pytest.raises(ValueError, match="frames 0 to"):
        export_internals(run, FRAMES)


def test_traces_load_and_are_the_stored_ones(run: Run, clip: Clip, tmp_path: Path) -> None:
    with np.load(export("traces", run, clip), allow_pickle=False) as arrays:
        trace = run.traces("lite/llb").read(3, 1)
        assert trace is not None
        for name, feature in trace.features.items():
            assert arrays[f"lite-llb/00003/1.{name}"] == pytest.approx(feature, abs=1e-3, rel=1e-3)
        assert {key.split("/")[0] for key in arrays} == set(FOLDERS)


def test_measurements_hold_settings_and_figures(run: Run, clip: Clip, tmp_path: Path) -> None:
    found = json.loads(export("measurements", run, clip).read_text())
    assert found["settings"]["interval"] == 7
    assert found["frames"] == [stats.to_json() for stats in run.frame_stats()]
    assert [model["overlap"] for model in found["models"]] == [record.overlap for record in run.variants]
    assert found["marked_frames"] == [0]
    assert [model["weights_sha256"] for model in found["models"]] == [
        "sha of lite/llb",
        "sha of lite/joint",
        "sha of lite/llb",
    ]
    assert {model["precision"] for model in found["models"]} == {"fp32"}
