"""COCO, YouTube-VOS and DAVIS in their official layouts, and what the release's augmentation makes of them."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llb.data.annotated_videos import MAX_GAP, AnnotatedVideos, VideoTarget, davis, youtube_vos
from llb.data.coco import CocoInstances, decode_segmentation
from llb.data.image_cache import build_cache
from llb.data.released_clips import ReleasedClipConfig, ReleasedClips, box_of_mask, cut, turn
from llb.data.targets import TargetFrame
from llb.data.transforms import Box
from tests.support.tiny_data import make_data_root
from tests.support.tiny_datasets import (
    BOXES,
    SIZE,
    frame,
    make_coco,
    make_davis,
    make_youtube_vos,
    polygon,
    run_lengths,
    same_place,
)

SEEN = TargetFrame(frame(0, 0)[0], frame(0, 0)[1] == 1)
PLAIN = ReleasedClipConfig(
    crop=(48, 80),
    size_jitter=(0.0, 0.0),
    offsets=((0.0, 0.0), (0.0, 0.0)),
    grey=0.0,
    flip=0.0,
    rotation=0.0,
    scale=0.0,
    brightness=0.0,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> CocoInstances:
    return CocoInstances(make_coco(tmp_path_factory.mktemp("coco")))


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> AnnotatedVideos:
    return youtube_vos(make_youtube_vos(tmp_path_factory.mktemp("youtube")))


def test_coco_reads_polygons_and_both_run_lengths_and_leaves_crowds_and_specks_out(
    coco: CocoInstances, rng: np.random.Generator
) -> None:
    assert len(coco) == 9
    for target, object_id in enumerate((1, 2, 2)):
        drawn = coco.draw(target + 3, 2, rng)
        rgb, labels = frame(5, 1)
        assert same_place(drawn[0].rgb, rgb)
        assert (drawn[1].mask == (labels == object_id)).mean() > 0.99


def test_a_segmentation_in_no_known_form_is_refused() -> None:
    with pytest.raises(ValueError, match="polygons or a run-length code"):
        decode_segmentation({"size": [4, 4]}, 4, 4)
    mask = np.zeros((7, 5), bool)
    mask[0:3, 0:2] = True
    assert np.array_equal(decode_segmentation(run_lengths(mask), 7, 5), mask)
    assert decode_segmentation(polygon((2, 1, 6, 4)), 7, 5).sum() == 12


def test_coco_holds_its_index_in_arrays_that_workers_share(coco: CocoInstances) -> None:
    state = {name: value for name, value in vars(coco).items() if name != "_images"}
    assert all(isinstance(value, np.ndarray) for value in state.values())


def test_youtube_vos_lists_every_object_and_draws_frames_that_show_it(
    videos: AnnotatedVideos, rng: np.random.Generator
) -> None:
    assert [(target.images.name, target.id) for target in videos.targets] == [
        ("0a", 1),
        ("0a", 2),
        ("0b", 1),
        ("0b", 2),
        ("0b", 3),
    ]
    for target in range(4):
        drawn = videos.draw(target, 4, rng)
        assert drawn is not None
        assert len(drawn) == 4
        assert all(item.mask.sum() >= 100 for item in drawn)
    assert videos.draw(4, 4, rng) is None, "object 3 is in no mask"


def test_davis_takes_the_objects_of_the_first_mask(tmp_path: Path, rng: np.random.Generator) -> None:
    found = davis(make_davis(tmp_path))
    assert [(target.images.name, target.id) for target in found.targets] == [("seq-train", 1), ("seq-train", 2)]
    drawn = found.draw(1, 3, rng)
    assert drawn is not None
    y0, _, y1, _ = BOXES[2]
    assert all(set(np.flatnonzero(item.mask.any(1))) == set(range(y0, y1)) for item in drawn)


def test_frames_are_within_the_released_gap_and_may_come_twice(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    times: list[int] = []
    monkeypatch.setattr(VideoTarget, "mask", lambda self, at: np.ones((20, 20), bool))
    monkeypatch.setattr(VideoTarget, "frame", lambda self, at, mask: times.append(at) or SEEN)
    video = AnnotatedVideos([VideoTarget(Path("a"), Path("b"), 1, [str(at) for at in range(400)])])
    clips = []
    for _ in range(200):
        times.clear()
        video.draw(0, 4, rng)
        clips.append(tuple(times))
    spans = [max(clip) - min(clip) for clip in clips]
    assert 80 < max(spans) <= MAX_GAP
    assert any(len(set(clip)) < 4 for clip in clips)
    assert any(clip[0] > clip[1] for clip in clips), "frames before the reference, too"


def test_a_missing_data_set_is_named(tmp_path: Path) -> None:
    for opener, text in ((CocoInstances, "instances_train2017"), (youtube_vos, "meta.json"), (davis, "ImageSets")):
        with pytest.raises(ValueError, match=text):
            opener(tmp_path)


def test_a_clip_depends_on_seed_and_number_alone(coco: CocoInstances) -> None:
    config = ReleasedClipConfig(crop=(48, 80), epoch_clips=3)
    first, second = (ReleasedClips([coco], config, seed=4) for _ in range(2))
    ahead = {index: first[index] for index in range(6)}
    for index in (5, 0, 3):
        assert np.array_equal(ahead[index].rgb, second[index].rgb)
        assert np.array_equal(ahead[index].mask, second[index].mask)
    assert not np.array_equal(ahead[0].rgb, ahead[3].rgb), "the next epoch is another"
    assert not np.array_equal(ahead[0].rgb, ReleasedClips([coco], config, seed=5)[0].rgb)
    assert ahead[0].rgb.shape == (4, 3, 48, 80)
    assert all(clip.mask[0].any() for clip in ahead.values())


def test_data_sets_are_drawn_by_their_shares(coco: CocoInstances, videos: AnnotatedVideos) -> None:
    drawn: list[str] = []

    class Counted:
        def __init__(self, name: str) -> None:
            self.name = name

        def __len__(self) -> int:
            return 3

        def draw(self, target: int, frames: int, rng: np.random.Generator) -> list[TargetFrame]:
            drawn.append(self.name)
            rgb, labels = frame(0, 0)
            return [TargetFrame(rgb, labels == 1)] * frames

    config = replace(PLAIN, shares=(("youtube_vos", 6.0), ("davis", 1.0)))
    clips = ReleasedClips([Counted("youtube_vos"), Counted("davis")], config, seed=0)
    for index in range(350):
        clips[index]
    assert drawn.count("davis") / len(drawn) == pytest.approx(1 / 7, abs=0.05)


def test_without_augmentation_a_clip_is_the_search_region_of_each_frame(tmp_path: Path) -> None:
    coco = CocoInstances(make_coco(tmp_path, images=1))
    clip = ReleasedClips([coco], replace(PLAIN, search_factor=1.5), seed=0)[0]
    assert all(np.array_equal(clip.rgb[0], other) for other in clip.rgb[1:])
    ys, xs = np.nonzero(clip.mask[0, 0])
    assert ys.mean() == pytest.approx(23.5, abs=1.0)
    assert xs.mean() == pytest.approx(39.5, abs=1.0)
    assert len(ys) / clip.mask[0, 0].size == pytest.approx(1 / 1.5**2, rel=0.1)


def test_grey_and_flip_are_rolled_once_for_the_reference_and_once_for_the_others(coco: CocoInstances) -> None:
    config = replace(PLAIN, grey=0.5, flip=0.5, search_factor=8.0)
    clips = [ReleasedClips([coco], config, seed=1)[index] for index in range(40)]
    grey = np.array([[np.ptp(image, axis=0).max() < 3 for image in clip.rgb] for clip in clips])
    assert (grey[:, 1] == grey[:, 2]).all()
    assert (grey[:, 2] == grey[:, 3]).all()
    assert {tuple(row) for row in grey[:, :2].tolist()} == {(False, False), (False, True), (True, False), (True, True)}
    assert all(np.array_equal(clip.mask[1], clip.mask[3]) for clip in clips)
    assert any(np.array_equal(clip.mask[0], clip.mask[1][..., ::-1]) for clip in clips)


def test_boxes_rotation_and_brightness_are_rolled_for_every_frame(coco: CocoInstances) -> None:
    clip = ReleasedClips([coco], ReleasedClipConfig(crop=(48, 80), grey=0.0), seed=2)[1]
    assert len({image.tobytes() for image in clip.rgb}) == 4
    assert len({mask.tobytes() for mask in clip.mask}) == 4


def test_a_region_beyond_the_image_repeats_its_edge_and_has_no_mask(rng: np.random.Generator) -> None:
    rgb, labels = frame(0, 0)
    patch = cut(rgb, labels == 1, Box(10.0, 20.0, 60.0, 100.0), (60, 100))
    assert patch.rgb.shape == (60, 100, 3)
    assert (patch.rgb[:20, 30:] == rgb[0, :70]).all()
    assert not patch.mask[:20].any()
    assert np.array_equal(patch.mask[20:, 30:], labels[:40, :70] == 1)


def test_turning_moves_image_and_mask_alike_and_leaves_black(rng: np.random.Generator) -> None:
    rgb, labels = frame(0, 0)
    turned = turn(TargetFrame(rgb, labels == 1), angle=15.0, scale=0.8)
    assert (turned.rgb[0, 0] == 0).all()
    assert box_of_mask(turned.mask).y != box_of_mask(labels == 1).y
    red = (turned.rgb[..., 0].astype(int) - turned.rgb[..., 1] > 100) & (turned.rgb[..., 2] < 100)
    assert (red == turned.mask).mean() > 0.98
    assert turned.mask.sum() / (labels == 1).sum() == pytest.approx(0.64, rel=0.05)
    assert turned.mask.shape == SIZE


def test_targets_that_are_never_visible_are_named(videos: AnnotatedVideos) -> None:
    unseen = AnnotatedVideos(videos.targets[4:])
    with pytest.raises(ValueError, match="is visible"):
        ReleasedClips([unseen], PLAIN, seed=0)[0]


def test_a_damaged_image_is_named(tmp_path: Path, rng: np.random.Generator) -> None:
    root = make_coco(tmp_path)
    (root / "train2017" / f"{0:012d}.jpg").write_bytes(b"no image")
    with pytest.raises(ValueError, match="cannot be read as an image"):
        CocoInstances(root).draw(0, 2, rng)
    path = root / "annotations" / "instances_train2017.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "annotations": content["annotations"][3:5]}))
    with pytest.raises(ValueError, match="no instance"):
        CocoInstances(root)


def test_a_cache_is_pickled_by_its_folder(tmp_path: Path) -> None:
    cache = build_cache(make_data_root(tmp_path / "data"), tmp_path / "cache")
    again = pickle.loads(pickle.dumps(cache))
    assert again.frames == cache.frames
    assert len(pickle.dumps(cache)) < 1000
