"""Evaluation on tiny DAVIS folders that the tests draw."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from llb.config import InferenceConfig
from llb.evaluation.evaluate import evaluate, score_object
from llb.io.davis import find_sequences
from llb.io.label_png import read_labels, write_labels
from scripts import noise_floor
from tests.support.clips import Array, square_clip
from tests.support.fakes import StubModel

TWO = {1: (20, 20), 2: (60, 70)}


def write_sequence(images: Path, masks: Path, rgb: Array, labels: Array, suffix: str = ".webp") -> None:
    images.mkdir(parents=True)
    masks.mkdir(parents=True)
    for index, (frame, ids) in enumerate(zip(rgb, labels, strict=True)):
        options = [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else [cv2.IMWRITE_JPEG_QUALITY, 95]
        cv2.imwrite(str(images / f"{index:05d}{suffix}"), frame[..., ::-1], options)
        write_labels(masks / f"{index:05d}.png", ids)


def our_layout(root: Path, name: str, rgb: Array, labels: Array) -> None:
    write_sequence(root / "val/JPEGImages" / name, root / "val/Annotations" / name, rgb, labels)


def official_layout(root: Path, name: str, rgb: Array, labels: Array) -> None:
    write_sequence(root / "JPEGImages/480p" / name, root / "Annotations/480p" / name, rgb, labels, ".jpg")


def model() -> StubModel:
    return StubModel(crop=(48, 80))


def test_scores_objects_sequences_and_the_mean_over_objects(tmp_path: Path) -> None:
    rgb, labels = square_clip(5, TWO)
    our_layout(tmp_path, "both", rgb, labels)
    wrong = labels.copy()
    wrong[2] = np.roll(wrong[2], 60, axis=0)
    our_layout(tmp_path, "wrong", *square_clip(5, {1: (20, 20)}))
    for index in range(1, 5):
        write_labels(tmp_path / f"val/Annotations/wrong/{index:05d}.png", np.zeros((96, 144), np.uint8))
    calls: list[tuple[str, int, int]] = []
    result = evaluate(model(), tmp_path, "val", on_progress=lambda *call: calls.append(call))
    both, none = result.sequences
    assert [item.id for item in both.objects] == [1, 2]
    assert both.score.j > 0.95
    assert both.score.f > 0.99
    assert none.score.j == none.score.f == 0
    assert result.score.j == pytest.approx(both.score.j * 2 / 3)
    assert calls == [(name, index, 10) for index, name in zip(range(1, 11), ["both"] * 5 + ["wrong"] * 5, strict=True)]
    assert result.seconds_per_frame > 0


@pytest.mark.parametrize(("frame", "counts"), [(0, False), (4, False), (1, True), (3, True)])
def test_first_and_last_frame_do_not_count(tmp_path: Path, frame: int, counts: bool) -> None:
    rgb, labels = square_clip(5, {1: (20, 20)})
    our_layout(tmp_path, "clip", rgb, labels)
    scored = labels.copy()
    if frame:
        write_labels(tmp_path / f"val/Annotations/clip/{frame:05d}.png", np.zeros_like(scored[0]))
    j = evaluate(model(), tmp_path, "val").score.j
    assert (j < 0.7) == counts


def test_official_layout_and_its_lists(tmp_path: Path) -> None:
    rgb, labels = square_clip(4, {1: (20, 20)})
    for name in ("bear", "dog", "not-listed"):
        official_layout(tmp_path, name, rgb, labels)
    lists = tmp_path / "ImageSets"
    (lists / "480p").mkdir(parents=True)
    lines = [
        f"/JPEGImages/480p/{name}/0000{i}.jpg /Annotations/480p/{name}/0000{i}.png"
        for name in ("dog", "bear")
        for i in (0, 1)
    ]
    (lists / "480p/val.txt").write_text("\n".join(lines))
    assert [sequence.name for sequence in find_sequences(tmp_path, "val")] == ["dog", "bear"]
    (lists / "2017").mkdir()
    (lists / "2017/val.txt").write_text("bear\n\n")
    assert [sequence.name for sequence in find_sequences(tmp_path, "val")] == ["bear"]
    assert evaluate(model(), tmp_path, "val").score.j > 0.9


def test_binary_masks_of_255_are_object_one(tmp_path: Path) -> None:
    rgb, labels = square_clip(4, {1: (20, 20)})
    official_layout(tmp_path, "bear", rgb, labels)
    (tmp_path / "ImageSets/2016").mkdir(parents=True)
    (tmp_path / "ImageSets/2016/val.txt").write_text("bear\n")
    for index, ids in enumerate(labels):
        Image.fromarray(ids * 255).save(tmp_path / f"Annotations/480p/bear/{index:05d}.png")
    result = evaluate(model(), tmp_path, "val")
    assert [item.id for item in result.sequences[0].objects] == [1]
    assert result.score.j > 0.9


def test_void_is_no_object_and_counts_for_neither_side(tmp_path: Path) -> None:
    truth = np.zeros((40, 40), np.uint8)
    truth[10:20, 10:20] = 2
    truth[10:20, 20:30] = 255
    predicted = np.where(truth > 0, 2, 0).astype(np.uint8)
    assert score_object(predicted, truth, 2).mean == 1
    rgb, labels = square_clip(4, TWO)
    labels[:, :5, :5] = 255
    our_layout(tmp_path, "clip", rgb, labels)
    result = evaluate(model(), tmp_path, "val")
    assert [item.id for item in result.sequences[0].objects] == [1, 2]


def test_writes_the_predicted_masks(tmp_path: Path) -> None:
    rgb, labels = square_clip(4, TWO)
    our_layout(tmp_path, "clip", rgb, labels)
    evaluate(model(), tmp_path, "val", masks_dir=tmp_path / "out")
    written = sorted((tmp_path / "out/clip").iterdir())
    assert [path.name for path in written] == [f"{index:05d}.png" for index in range(4)]
    np.testing.assert_array_equal(read_labels(written[0]), labels[0])
    assert (read_labels(written[3]) == labels[3]).mean() > 0.99


def test_to_dict_is_json_and_names_the_settings(tmp_path: Path) -> None:
    our_layout(tmp_path, "clip", *square_clip(4, TWO))
    result = evaluate(model(), tmp_path, "val", InferenceConfig(interval=3))
    plain = json.loads(json.dumps(result.to_dict()))
    assert plain["model"] == "lite/llb"
    assert plain["config"]["interval"] == 3
    assert plain["J&F"] == pytest.approx((plain["J"] + plain["F"]) / 2)
    assert plain["sequences"][0]["objects"][1]["id"] == 2


def test_settings_reach_the_engine(tmp_path: Path) -> None:
    our_layout(tmp_path, "clip", *square_clip(6, {1: (20, 20)}))
    stub = model()
    evaluate(stub, tmp_path, "val", InferenceConfig(interval=2))
    assert stub.calls["update_memory"] == 3  # frames 0, 2 and 4


def test_errors_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no split 'val'"):
        evaluate(model(), tmp_path, "val")
    rgb, labels = square_clip(4, {1: (20, 20)})
    our_layout(tmp_path, "clip", rgb, labels)
    masks = tmp_path / "val/Annotations/clip"
    write_labels(masks / "00000.png", np.zeros_like(labels[0]))
    with pytest.raises(ValueError, match="marks no object"):
        evaluate(model(), tmp_path, "val")
    (masks / "00000.png").unlink()
    with pytest.raises(ValueError, match="needs one for its first frame"):
        evaluate(model(), tmp_path, "val")
    for path in masks.iterdir():
        path.unlink()
    masks.rmdir()
    with pytest.raises(ValueError, match="is missing"):
        evaluate(model(), tmp_path, "val")


def test_noise_is_of_one_grey_level_and_drawn_from_its_seed(tmp_path: Path) -> None:
    rgb, labels = square_clip(3, {1: (20, 20)})
    rgb[:, :4], rgb[:, 4:8] = 0, 255
    our_layout(tmp_path, "clip", rgb, labels)
    folder = tmp_path / "val/JPEGImages/clip"

    def frames(seed: int | None) -> Array:
        return np.stack([frame.rgb for frame in noise_floor.noisy_frames(folder, seed)]).astype(int)

    clean, noisy = frames(None), frames(0)
    assert (clean == rgb).all()
    assert {-1, 0, 1} == set(np.unique(noisy - clean))
    assert (frames(0) == noisy).all()
    assert (frames(1) != noisy).any()
    assert noisy[:, :4].max() == 1
    assert noisy[:, 4:8].min() == 254


def test_the_noise_floor_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    our_layout(tmp_path, "clip", *square_clip(4, {1: (20, 20)}))
    loaded = []

    def load(name: str, precision: str) -> StubModel:
        loaded.append((name, precision))
        return model()

    monkeypatch.setattr(noise_floor, "load_model", load)
    monkeypatch.setattr(noise_floor, "MODELS", ("lite/llb", "lite/joint"))
    file = tmp_path / "noise.json"
    found = noise_floor.measure(tmp_path, file)
    assert len(loaded) == len(found) == 2 * len(noise_floor.PRECISIONS) * len(noise_floor.SEEDS)
    file.write_text(json.dumps(found[:-1]))
    assert noise_floor.measure(tmp_path, file) == found
    assert len(loaded) == len(found) + 1
    lines = list(noise_floor.table(found))
    assert len(lines) == 2 + 4
    assert f"| {100 * found[0]['J&F']:.1f} |" in lines[2]
