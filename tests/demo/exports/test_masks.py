"""The masks that a visitor takes away, opened by the tools that read such files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

from demo.clips.clip import Clip
from demo.exports.files import export
from demo.exports.masks import soft_mask
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.io.label_png import read_labels
from llb.types import SearchRegion
from tests.support.exported_run import FOLDERS, NAMES
from tests.support.page_fakes import FRAMES


def test_the_masks_are_palette_pictures(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("masks", run, clip)) as archive:
        expected = {f"{folder}/{index:05d}.png" for folder in FOLDERS for index in range(FRAMES)}
        assert set(archive.namelist()) == expected | {"README.txt"}
        archive.extractall(tmp_path / "out")
    for index in range(FRAMES):
        labels = read_labels(tmp_path / "out" / FOLDERS[0] / f"{index:05d}.png")
        assert (labels == run.labels(NAMES[0], index)).all()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own
def test_coco_masks_decode_to_the_labels(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("coco", run, clip)) as archive:
        assert archive.namelist() == [f"{folder}.json" for folder in FOLDERS]
        archive.extractall(tmp_path)
    for folder, name in zip(FOLDERS, NAMES, strict=True):
        found = COCO(str(tmp_path / f"{folder}.json"))
        assert found.getImgIds() == list(range(FRAMES))
        assert found.loadCats(1)[0]["name"] == "object 1"
        items = found.loadAnns(found.getAnnIds(iscrowd=False))
        assert len(items) == len({item["id"] for item in items}) >= FRAMES
        for item in items:
            mask = found.annToMask(item)
            assert (mask == (run.labels(name, item["image_id"]) == item["category_id"])).all()
            assert item["area"] == mask.sum()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_coco_masks_load_as_results_of_a_model(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("coco", run, clip)) as archive:
        archive.extract(f"{FOLDERS[0]}.json", tmp_path)
    truth = COCO(str(tmp_path / f"{FOLDERS[0]}.json"))
    results = truth.loadRes([{**item, "score": 1.0} for item in truth.loadAnns(truth.getAnnIds())])
    assert len(results.getAnnIds()) == len(truth.getAnnIds())
    assert results.annToMask(results.loadAnns(1)[0]).any()


def test_soft_masks_are_the_models_probabilities(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("soft", run, clip)) as archive:
        for index in range(FRAMES):
            data = np.frombuffer(archive.read(f"{FOLDERS[0]}/1/{index:05d}.png"), np.uint8)
            soft = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
            assert soft.shape == (clip.height, clip.width)
            trace = run.traces(NAMES[0]).read(index, 1)
            assert trace is not None
            assert soft.max() <= trace.mask.max()


def test_a_soft_mask_is_cut_where_its_region_leaves_the_frame() -> None:
    region = SearchRegion(-4, -2, 4, 6)
    trace = StoredTrace(region, True, 0, np.full((4, 4), 200, np.uint8), {}, (), (), ())
    soft = soft_mask(trace, (6, 8))
    assert (soft[:4, :6] == 200).all()
    assert soft.sum() == 200 * 4 * 6
