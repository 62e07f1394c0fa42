"""Masks of any origin: from folders and zips, with and without the truth."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llb.evaluation.datasets import find_dataset
from llb.evaluation.masks import MaskSource, score_masks
from llb.io.label_png import read_labels, write_labels
from tests.support import benchmark_data as data


def results(root: Path, top: str = "") -> Path:
    """Write results for `benchmark_data.davis`: the truth, moved by three pixels."""
    for path in (root.parent / "data/Annotations/480p").glob("*/*.png"):
        file = root / top / path.parent.name / path.name
        file.parent.mkdir(parents=True, exist_ok=True)
        labels = read_labels(path)
        labels[labels > (1 if path.parent.name == "bear" else 2)] = 0
        write_labels(file, data.shifted(labels))
    return root


@pytest.mark.parametrize("top", ["", "Annotations"])
def test_folders_and_zips_are_scored_alike(top: str, tmp_path: Path) -> None:
    dataset = find_dataset(data.davis(tmp_path / "data"), "val")
    folder = results(tmp_path / "ours", top)
    scored = score_masks(MaskSource(folder), dataset, out=tmp_path / "out")
    assert scored.score.j == pytest.approx((14 - 3) / (14 + 3))
    packed = MaskSource(Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder)))
    assert score_masks(packed, dataset).sequences == scored.sequences
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"global_results-val.csv", "report.html", "figure.svg", "figure.pdf", "results.json"} <= written


def test_a_report_shows_the_worst_frame_and_the_attributes(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/attributes.csv").write_text("dog,fast\nbear,fast,small\n")
    dataset = find_dataset(data.davis(tmp_path / "data"), "val")
    folder = results(tmp_path / "ours")
    write_labels(folder / "dog/00007.png", np.zeros((96, 144), np.uint8))
    score_masks(MaskSource(folder), dataset, out=tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text()
    worst = page.index("dog, frame 00007, object 1: J 0.00, F 0.00")
    assert worst < page.index("bear, frame 000")
    assert "<tr><td>small</td><td>1</td>" in page
    assert "<tr><td>fast</td><td>3</td>" in page
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ), "the page needs no network"


def test_what_does_not_fit_is_named(tmp_path: Path) -> None:
    dataset = find_dataset(data.davis(tmp_path / "data"), "val")
    folder = results(tmp_path / "ours")
    write_labels(folder / "dog/00003.png", np.full((96, 144), 9, np.uint8))
    with pytest.raises(ValueError, match="dog/00003 holds object 9"):
        score_masks(MaskSource(folder), dataset)
    Image.new("L", (50, 50)).save(folder / "dog/00003.png")
    with pytest.raises(ValueError, match="dog/00003 is 50x50 but the true one 144x96"):
        score_masks(MaskSource(folder), dataset)
    (folder / "dog/00003.png").unlink()
    with pytest.raises(ValueError, match=r"has no dog/00003.png: give a mask for every frame"):
        score_masks(MaskSource(folder), dataset)
    with pytest.raises(ValueError, match="neither a folder nor a zip"):
        score_masks(MaskSource(tmp_path / "nowhere"), dataset)
    with pytest.raises(ValueError, match="holds no PNG masks"):
        score_masks(MaskSource(tmp_path / "data/JPEGImages"), dataset)
