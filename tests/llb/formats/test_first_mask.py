"""First masks that other programs wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llb.formats.coco import CocoFile
from llb.formats.first_mask import read_first_mask
from llb.io.label_png import write_labels
from tests.support.clips import Array

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own
SQUARE = [[2.0, 3.0], [9.0, 3.0], [9.0, 12.0], [2.0, 12.0]]  # x, y: columns 2 to 9, rows 3 to 12
CVAT = """<annotations><version>1.1</version>
<image id="1" name="10.png" width="40" height="30"><polygon label="cat" points="0,0;39,0;39,29;0,29"/></image>
<image id="0" name="2.png" width="40" height="30">
<polygon label="cat" points="2.0,3.0;9.0,3.0;9.0,12.0;2.0,12.0"/>
<mask label="cat" rle="1, 3, 2, 4" left="20" top="5" width="5" height="2"/>
</image></annotations>"""


def square() -> Array:
    labels = np.zeros((30, 40), np.uint8)
    labels[3:13, 2:10] = 1
    return labels


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def coco(annotations: list[dict[str, Any]]) -> dict[str, Any]:
    images = [{"id": 7, "file_name": "10.png", "width": 40, "height": 30}]
    images += [{"id": 3, "file_name": "2.png", "width": 40, "height": 30}]
    return {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cat"}]}


def test_our_own_coco_file_comes_back_with_its_numbers(tmp_path: Path) -> None:
    labels = square()
    labels[20:25, 20:30] = 5
    CocoFile.of([("0.png", labels)]).write(tmp_path / "own.json")
    assert (read_first_mask(tmp_path / "own.json") == labels).all()


def test_coco_polygons_of_one_category_are_objects_of_the_first_image(tmp_path: Path) -> None:
    flat = [value for point in SQUARE for value in point]
    runs = {"size": [30, 40], "counts": [30 * 20, 60, 30 * 40 - 30 * 20 - 60]}  # columns 20 and 21
    found = [
        {"id": 1, "image_id": 7, "category_id": 1, "segmentation": [[0, 0, 39, 0, 39, 29]]},
        {"id": 2, "image_id": 3, "category_id": 1, "segmentation": [flat]},
        {"id": 3, "image_id": 3, "category_id": 1, "segmentation": runs},
    ]
    labels = square()
    labels[:, 20:22] = 2
    assert (read_first_mask(written(tmp_path / "other.json", coco(found))) == labels).all()


def test_labelme_polygons_and_rectangles(tmp_path: Path) -> None:
    shapes = [
        {"label": "cat", "points": SQUARE, "shape_type": "polygon"},
        {"label": "dog", "points": [[5, 20], [8, 25]], "shape_type": "rectangle"},
    ]
    found = {"shapes": shapes, "imageWidth": 40, "imageHeight": 30}
    labels = square()
    labels[20:26, 5:9] = 2
    assert (read_first_mask(written(tmp_path / "labelme.json", found)) == labels).all()
    shapes[1]["shape_type"] = "circle"
    with pytest.raises(ValueError, match="holds a circle, which is not read"):
        read_first_mask(written(tmp_path / "labelme.json", found))


def test_cvat_polygons_and_masks_of_the_first_image(tmp_path: Path) -> None:
    labels = square()
    labels[5, 21:24] = 2
    labels[6, 21:25] = 2
    assert (read_first_mask(written(tmp_path / "cvat.xml", CVAT)) == labels).all()


def test_pictures_are_read_as_ever(tmp_path: Path) -> None:
    write_labels(tmp_path / "mask.png", square())
    assert (read_first_mask(tmp_path / "mask.png") == square()).all()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "{", "neither a COCO nor a labelme file"),
        ("a.json", {"annotations": 3, "images": 4}, "neither a COCO nor a labelme file"),
        ("a.json", [], "neither a COCO nor a labelme file"),
        ("a.json", coco([]), "marks no object"),
        ("a.json", {"shapes": [], "imageWidth": 40, "imageHeight": 30}, "marks no object"),
        ("a.json", {"shapes": [], "imageWidth": 10**6, "imageHeight": 10**6}, "a.json is"),
        ("a.xml", "<annotations>", "is not a CVAT file"),
        ("a.xml", "<annotations/>", "marks no object"),
    ],
)
def test_what_holds_no_object_is_refused(name: str, content: Any, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_first_mask(written(tmp_path / name, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no file of masks"):
        read_first_mask(tmp_path / "none.json")
