"""Every layout: what is segmented, written, zipped for the server and scored, with late and leaving objects."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llb.evaluation.attributes import read_attributes
from llb.evaluation.benchmark import SegmentWith
from llb.evaluation.datasets import Dataset, find_dataset
from llb.evaluation.jobs import RunFolder, run_dataset
from llb.evaluation.result import EvaluationResult
from llb.evaluation.submission import check_submission, write_submission
from llb.io.label_png import read_labels, write_labels
from tests.support import benchmark_data as data
from tests.support.benchmark_data import COMES, FRAMES, LEAVES
from tests.support.second_metrics import second_f, second_j, second_statistics

Write = Callable[[Path], Path]
LAYOUTS: dict[str, tuple[Write, str, str]] = {  # what writes it, its layout, the folder in its zip
    "davis": (data.davis, "davis", ""),
    "davis full": (lambda root: data.davis(root, resolution="Full-Resolution"), "davis", ""),
    "davis 2016": (data.davis, "davis-2016", ""),
    "youtube-vos": (data.youtube_vos, "youtube-vos", "Annotations/"),
    "youtube-vos sparse": (lambda root: data.youtube_vos(root, dense=False), "youtube-vos", "Annotations/"),
    "mose": (data.mose, "folder", ""),
    "lvos": (data.lvos, "lvos", "Annotations/"),
    "plain": (data.plain, "folder", ""),
}


def found(name: str, root: Path) -> Dataset:
    write, layout, _ = LAYOUTS[name]
    write(root)
    if layout == "davis-2016":
        shutil.move(root / "ImageSets/2017", root / "ImageSets/2016")
    asked = layout if layout == "davis-2016" else "auto"
    return find_dataset(root, "val", asked, "Full-Resolution" if name == "davis full" else "480p")


@pytest.mark.parametrize("name", LAYOUTS)
def test_predict_writes_what_the_server_wants_and_evaluate_agrees_with_the_definitions(
    name: str, tmp_path: Path
) -> None:
    dataset = found(name, tmp_path / "data")
    assert dataset.layout == LAYOUTS[name][1]
    folder = RunFolder(tmp_path / "out", {})
    scores = run_dataset(dataset, lambda _: SegmentWith(data.new_stub, scored=True), folder=folder)
    path = write_submission(dataset, folder.masks, tmp_path / "submission.zip")
    top = LAYOUTS[name][2]
    with zipfile.ZipFile(path) as archive:
        asked = {f"{top}{each.name}/{stem}.png" for each in dataset.sequences for stem in each.asked}
        assert set(archive.namelist()) == asked
        picture = Image.open(BytesIO(archive.read(min(asked))))
        assert (picture.mode, picture.size) == ("P", (144, 96))
    for sequence, score in zip(dataset.sequences, scores, strict=True):
        for item, own in zip(sequence.objects, score.objects, strict=True):
            assert [frame.name for frame in own.frames] == list(item.counted)
            js, fs = [], []
            for stem in item.counted:
                truth, labels = sequence.read_mask(stem), read_labels(folder.masks / sequence.name / f"{stem}.png")
                masks = (labels == item.id, truth == item.id, truth == 255)
                js.append(second_j(*masks))
                fs.append(second_f(*masks))
            figures = own.figures
            for values, each in ((js, figures.j), (fs, figures.f)):
                assert (each.mean, each.recall, each.decay) == pytest.approx(second_statistics(values), abs=1e-9)
    assert EvaluationResult("stub", None, "val", None, scores).score.mean > 0.85


@pytest.mark.parametrize("name", ["davis", "davis 2016", "plain", "lvos"])
def test_which_objects_are_followed_and_when_they_count(name: str, tmp_path: Path) -> None:
    dataset = found(name, tmp_path)
    sequence = next(each for each in dataset.sequences if each.name in ("bear", "cc", "dd"))
    stems = sequence.stems
    objects = {item.id: item for item in sequence.objects}
    if name in ("davis", "davis 2016"):
        assert objects.keys() == {1}, "the first mask says which objects there are"
        assert objects[1].counted == stems[1:-1]
    elif name == "plain":
        assert (objects[2].first, objects[2].counted) == (stems[COMES], stems[COMES + 1 : -1])
    else:
        assert (objects[2].first, objects[2].counted) == (stems[COMES], stems[COMES:LEAVES])
        assert objects[1].counted == stems[: FRAMES - 1]


def test_davis_2016_takes_all_objects_as_one_and_has_lists_of_its_own(tmp_path: Path) -> None:
    dataset = found("davis 2016", tmp_path)
    assert [[item.id for item in sequence.objects] for sequence in dataset.sequences] == [[1], [1]]
    assert set(np.unique(dataset.sequences[0].read_mask("00000"))) == {0, 1}


def test_davis_test_dev_needs_the_first_masks_alone(tmp_path: Path) -> None:
    root = data.davis(tmp_path / "data", "test-dev", only=(0,))
    dataset = find_dataset(root, "test-dev")
    folder = RunFolder(tmp_path / "out", {})
    scores = run_dataset(dataset, lambda _: SegmentWith(data.new_stub, scored=False), folder=folder)
    assert [score.objects for score in scores] == [(), ()]
    write_submission(dataset, folder.masks, tmp_path / "submission.zip")
    with pytest.raises(ValueError, match="to be scored, for at least two more"):
        dataset.sequences[0].check_truth()


def test_youtube_vos_segments_every_frame_and_writes_those_of_the_list(tmp_path: Path) -> None:
    sequence = found("youtube-vos", tmp_path).sequences[0]
    assert len(sequence.stems) == 31, "what follows the last frame of the list is left out"
    assert sequence.asked == tuple(f"{index:05d}" for index in range(0, 31, 5))
    assert [(item.id, item.first, item.category) for item in sequence.objects] == [
        (1, "00000", "bird"),
        (2, "00010", "kite"),
    ]


def test_youtube_vos_without_truth_is_predicted_and_not_scored(tmp_path: Path) -> None:
    dataset = find_dataset(data.youtube_vos(tmp_path / "data", truth=False), "valid")
    folder = RunFolder(tmp_path / "out", {})
    run_dataset(dataset, lambda _: SegmentWith(data.new_stub, scored=False), folder=folder)
    write_submission(dataset, folder.masks, tmp_path / "submission.zip")
    late = read_labels(folder.masks / "aa/00010.png")
    assert (late == 2).sum() == 14 * 14, "an object that appears later is taken in by its mask"
    with pytest.raises(ValueError, match=r"00005.png is missing: .* llb predict"):
        dataset.sequences[0].check_truth()


def test_means_over_seen_and_unseen_categories(tmp_path: Path) -> None:
    dataset = found("youtube-vos", tmp_path)
    scores = run_dataset(dataset, lambda _: SegmentWith(data.new_stub, scored=True))
    result = EvaluationResult("stub", None, "val", None, scores)
    means = result.by_category(dataset.seen)
    assert means is not None
    bird, kite = (item.score for item in scores[0].objects)
    assert (means.seen, means.unseen) == (bird, kite)
    assert means.overall == pytest.approx((bird.j + bird.f + kite.j + kite.f) / 4)
    assert result.by_category(frozenset()) is None


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "lacks|is missing"),
        (lambda path: Image.open(path).convert("L").save(path), "not an indexed PNG"),
        (lambda path: Image.new("P", (10, 10)).save(path), "another palette"),
        (lambda path: write_labels(path, np.zeros((10, 10), np.uint8)), "is 10x10, not 144x96"),
        (lambda path: write_labels(path, np.full((96, 144), 7, np.uint8)), "holds object 7"),
    ],
)
def test_a_zip_that_breaks_a_rule_is_refused(spoil: Callable[[Path], None], sentence: str, tmp_path: Path) -> None:
    dataset = found("mose", tmp_path / "data")
    masks = tmp_path / "masks"
    shutil.copytree(tmp_path / "data/valid/Annotations", masks)
    write_submission(dataset, masks, tmp_path / "good.zip")
    spoil(masks / "bb/00003.png")
    with pytest.raises(ValueError, match=sentence):
        write_submission(dataset, masks, tmp_path / "bad.zip")


def test_a_zip_with_another_file_is_refused(tmp_path: Path) -> None:
    dataset = found("mose", tmp_path / "data")
    path = write_submission(dataset, tmp_path / "data/valid/Annotations", tmp_path / "submission.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("bb/README.txt", "hello")
    with pytest.raises(ValueError, match=r"has an unasked bb/README.txt"):
        check_submission(dataset, path)


def test_attributes_of_davis_2016_and_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "db_info.yml").write_text("sequences:\n- {name: bear, attributes: [AC, LR]}\n- {name: dog}\n")
    assert read_attributes(tmp_path) == {"bear": ("AC", "LR")}
    (tmp_path / "attributes.csv").write_text("bear, fast\ndog, fast, small\n")
    assert read_attributes(tmp_path) == {"bear": ("fast",), "dog": ("fast", "small")}
    (tmp_path / "attributes.csv").unlink()
    (tmp_path / "db_info.yml").write_text("- nothing")
    with pytest.raises(ValueError, match="fetch it again, or remove it"):
        read_attributes(tmp_path)


@pytest.mark.parametrize("objects", [["1", "2"], {"1": {"category": "cat"}, "2": {"category": "dog"}}])
def test_a_list_of_objects_without_frames_is_no_other_layout(objects: object, tmp_path: Path) -> None:
    root = data.mose(tmp_path)
    (root / "valid/meta.json").write_text(json.dumps({"videos": {"bb": {"length": FRAMES, "objects": objects}}}))
    dataset = find_dataset(root, "valid")
    assert (dataset.layout, dataset.zip_root) == ("folder", "")
    assert [item.id for item in dataset.sequences[0].objects] == [1, 2]


def test_what_is_amiss_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no split 'val'"):
        find_dataset(tmp_path, "val")
    root = data.youtube_vos(tmp_path / "data")
    with pytest.raises(ValueError, match="no layout 'coco'"):
        find_dataset(root, "valid", "coco")
    with pytest.raises(ValueError, match="no sequence 'bb': it has aa"):
        find_dataset(root, "valid").only(("bb",))
    (root / "valid/meta.json").write_text(json.dumps({"clips": {}}))
    with pytest.raises(ValueError, match="not a list of videos"):
        find_dataset(root, "valid")
