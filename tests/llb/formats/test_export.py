"""Masks in other programs' formats, read back by those programs' own readers where there are any."""

from __future__ import annotations

import csv
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import yaml
from PIL import Image
from pycocotools.coco import COCO

from llb.formats.export import BOX_COLUMNS
from llb.io.label_png import read_labels, write_labels
from tests.support.benchmark_data import FRAMES, late_clip
from tests.support.clips import Array
from tests.support.command_line import run

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `llb segment` leaves: masks, in which object 2 comes late and leaves; and the frames."""
    root = tmp_path_factory.mktemp("run")
    (root / "masks").mkdir()
    (root / "frames").mkdir()
    rgb, labels = late_clip()
    for index in range(FRAMES):
        write_labels(root / f"masks/{index:05d}.png", labels[index])
        Image.fromarray(rgb[index]).save(root / f"frames/{index:05d}.png")
    return root


def labels_of(folder: Path, index: int) -> Array:
    return read_labels(folder / f"masks/{index:05d}.png")


def test_coco_loads_and_gives_the_masks_back(folder: Path, tmp_path: Path) -> None:
    assert run("export", folder, "--format", "coco", "--out", tmp_path / "new/masks.json") == 0
    found = COCO(str(tmp_path / "new/masks.json"))
    assert [image["file_name"] for image in found.loadImgs(found.getImgIds())][:2] == ["00000.png", "00001.png"]
    assert found.getCatIds() == [1, 2]
    items = found.loadAnns(found.getAnnIds(iscrowd=False))
    assert len(items) == sum(len(np.unique(labels_of(folder, index))) - 1 for index in range(FRAMES))
    for item in items:
        mask = found.annToMask(item).astype(bool)
        assert (mask == (labels_of(folder, item["image_id"]) == item["category_id"])).all()


def test_yolo_has_a_line_per_part_with_corners_from_0_to_1(folder: Path, tmp_path: Path) -> None:
    assert run("export", folder, "--format", "yolo", "--out", tmp_path / "yolo") == 0
    names = yaml.safe_load((tmp_path / "yolo/data.yaml").read_text())["names"]
    assert names == {0: "object 1", 1: "object 2"}
    lines = (tmp_path / "yolo/labels/00005.txt").read_text().splitlines()
    truth = labels_of(folder, 5)
    canvas = np.zeros(truth.shape, np.uint8)
    for line in lines:
        number, *values = line.split()
        corners = np.array(values, float).reshape(-1, 2)
        assert ((corners >= 0) & (corners <= 1)).all()
        points = np.round(corners * truth.shape[::-1]).astype(np.int32)
        cv2.fillPoly(canvas, [points], int(number) + 1)
    assert (canvas == truth).all()
    assert len((tmp_path / "yolo/labels/00000.txt").read_text().splitlines()) == 1


def test_boxes_are_the_least_around_the_masks(folder: Path, tmp_path: Path) -> None:
    assert run("export", folder / "masks", "--format", "boxes", "--out", tmp_path / "boxes.csv") == 0
    with (tmp_path / "boxes.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == BOX_COLUMNS
    for name, target, *values in rows:
        x, y, width, height, area = map(int, values)
        mask = labels_of(folder, int(name)) == int(target)
        assert mask[y : y + height, x : x + width].sum() == mask.sum() == area
        assert mask[y, x : x + width].any()
        assert mask[y : y + height, x + width - 1].any()


def test_davis_masks_are_indexed(folder: Path, tmp_path: Path) -> None:
    assert run("export", folder, "--format", "davis", "--out", tmp_path / "davis") == 0
    with Image.open(tmp_path / "davis/00004.png") as picture:
        assert picture.mode == "P"
    assert (read_labels(tmp_path / "davis/00004.png") == labels_of(folder, 4)).all()


def test_the_video_is_transparent_around_the_objects(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "alpha.webm"
    assert run("export", folder, "--format", "alpha", "--clip", folder / "frames", "--out", path) == 0
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        decoder = av.CodecContext.create("libvpx-vp9", "r")  # FFmpeg's own leaves transparency out
        frames = [frame for packet in packets for frame in decoder.decode(packet)]
    assert len(frames) == FRAMES
    assert frames[5].format.name == "yuva420p"
    alpha = frames[5].to_ndarray(format="rgba")[..., 3]
    truth = labels_of(folder, 5) > 0
    assert ((alpha > 127) == truth).mean() > 0.99


def test_what_is_amiss_is_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        ((folder, "--format", "voc", "--out", tmp_path / "x"), "choose one of coco, yolo, boxes, davis, alpha"),
        ((tmp_path / "none", "--out", tmp_path / "x"), "There is no folder"),
        ((folder, "--format", "alpha", "--out", tmp_path / "x.webm"), "give the clip with --clip"),
    ):
        assert run("export", *words) == 2
        assert sentence in capsys.readouterr().err
