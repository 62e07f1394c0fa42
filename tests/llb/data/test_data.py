"""Training data on a tiny data root with the layout of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from llb.data.datasets import training_images
from llb.data.image_cache import FrameCache, build_cache
from llb.data.sampler import ClipConfig, ClipSampler
from llb.data.scene import Layer, Scene, render
from llb.data.transforms import Box, region_around, smooth_path
from tests.support.tiny_data import FRAMES, VIDEOS, make_data_root, scene_with_box, write_pair

CROP = (48, 80)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(0)
    yield
    cv2.setNumThreads(threads)


@pytest.fixture(scope="module")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data_root(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def cache(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> FrameCache:
    return build_cache(data_root, tmp_path_factory.mktemp("caches") / "train")


def sampler(cache: FrameCache, seed: int = 5, **settings: object) -> ClipSampler:
    return ClipSampler(cache, ClipConfig(crop=CROP, **settings), seed)  # type: ignore[arg-type]


def test_cache_holds_the_images_exactly_and_large_ones_reduced(cache: FrameCache, data_root: Path) -> None:
    videos = cache.videos()
    assert tuple(videos) == VIDEOS
    first = data_root / "davis16" / "train" / "JPEGImages" / "left" / "00000.webp"
    assert np.array_equal(cache.rgb(videos["left"][0]), np.asarray(Image.open(first)))
    assert [frame.objects[0].x0 for frame in videos["left"]] == [10 + 6 * time for time in range(FRAMES)]
    still = next(frame for frame in cache.frames if frame.collection == "horses")
    assert (still.height, still.width) == (640, 82)


def test_part_labels_are_one_object_and_instances_stay_apart(cache: FrameCache) -> None:
    ids = {frame.collection: [item.id for item in frame.objects] for frame in cache.frames if not frame.video}
    assert ids == {"ccp": [1], "horses": [1, 3]}


def test_cache_is_built_once_and_again_when_the_data_change(data_root: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    for _ in range(2):
        build_cache(data_root, tmp_path / "train", lambda done, total: calls.append((done, total)))
    assert calls == [(done, 18) for done in range(1, 19)]
    rgb, ids = scene_with_box((60, 60), (10, 10, 50, 50), 1)
    folder = data_root / "static" / "more"
    write_pair(folder / "images" / "new.webp", folder / "masks" / "new.png", rgb, ids)
    assert len(build_cache(data_root, tmp_path / "train").frames) == 19
    (folder / "images" / "new.webp").unlink()
    (folder / "masks" / "new.png").unlink()


def test_a_folder_that_is_no_cache_is_kept(data_root: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter.txt").write_text("years of work")
    with pytest.raises(ValueError, match="holds other files than a training cache"):
        build_cache(data_root, tmp_path / "thesis")
    assert (tmp_path / "thesis/chapter.txt").read_text() == "years of work"
    (tmp_path / "file").write_text("a file")
    with pytest.raises(ValueError, match="choose a folder of its own"):
        build_cache(data_root, tmp_path / "file")


def test_missing_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JPEGImages"):
        training_images(tmp_path)
    with pytest.raises(ValueError, match="build_cache"):
        FrameCache(tmp_path)


@pytest.mark.parametrize("real", [0.0, 1.0])
def test_clips_have_their_shape_and_a_visible_target_in_the_first_frame(cache: FrameCache, real: float) -> None:
    clips = [sampler(cache, real=real)[index] for index in range(20)]
    assert all(clip.rgb.shape == (4, 3, *CROP) and clip.mask.shape == (4, 1, *CROP) for clip in clips)
    assert all(set(np.unique(clip.mask)) <= {0, 1} for clip in clips)
    assert all(clip.mask[0].sum() >= 0.002 * CROP[0] * CROP[1] for clip in clips)


def test_a_clip_depends_on_seed_and_number_alone(cache: FrameCache) -> None:
    first, second = sampler(cache), sampler(cache)
    ahead = {index: first[index] for index in range(6)}
    for index in reversed(range(6)):
        again = second[index]
        assert np.array_equal(ahead[index].rgb, again.rgb)
        assert np.array_equal(ahead[index].mask, again.mask)
    assert not np.array_equal(ahead[0].rgb, ahead[1].rgb)
    assert not np.array_equal(ahead[0].rgb, sampler(cache, seed=6)[0].rgb)


def test_masks_lie_on_the_object_in_plain_real_clips(cache: FrameCache) -> None:
    plain = sampler(cache, real=1.0, paste=0.0, colour=0.0)
    for index in range(10):
        clip = plain[index]
        redder = clip.rgb[:, 0].astype(int) > clip.rgb[:, 2]
        if redder.any():  # not turned to grey
            assert (redder == clip.mask[:, 0]).mean() > 0.97


def test_the_gap_grows_with_the_clips_number(cache: FrameCache) -> None:
    growing = sampler(cache, gaps=(1, 5), gap_clips=100)
    assert [growing.max_gap(index) for index in (0, 50, 100, 900)] == [1, 3, 5, 5]


def test_batches_may_begin_at_any_number(cache: FrameCache) -> None:
    whole = list(sampler(cache).batches(2, range(4)))
    resumed = list(sampler(cache).batches(2, range(2, 4)))
    assert [batch.rgb.shape[0] for batch in whole] == [2, 2, 2, 2]
    assert len(resumed) == 2
    assert all(torch.equal(a.rgb, b.rgb) for a, b in zip(whole[2:], resumed, strict=True))


@pytest.mark.parametrize("settings", [{"crop": (50, 80)}, {"frames": 1}, {"real": 1.5}])
def test_impossible_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"choose|needs"):
        ClipConfig(**settings)  # type: ignore[arg-type]


def test_region_of_a_small_target_is_25_times_its_area_and_stays_inside() -> None:
    region = region_around(Box(10.0, 400.0, 20.0, 30.0), (480, 854), (240, 416), 5.0)
    assert region.area == pytest.approx(25 * 600)
    assert region.width / region.height == pytest.approx(416 / 240)
    assert region.y == pytest.approx(region.height / 2)
    assert region.x == pytest.approx(400.0)


def test_region_larger_than_the_image_shrinks_until_one_axis_fits() -> None:
    region = region_around(Box(100.0, 100.0, 400.0, 400.0), (480, 640), (240, 416), 5.0)
    assert (region.y, region.x) == (240.0, 320.0)
    assert region.height == pytest.approx(480.0)
    assert region.width == pytest.approx(832.0)


def test_rendering_repeats_the_edge_outside_the_canvas_with_an_empty_mask() -> None:
    image = np.tile(np.arange(64, dtype=np.uint8)[None, :, None] * 4, (32, 1, 3))
    alpha = np.full((32, 64), 255, np.uint8)
    corners = np.array([[0.0, 0.0], [64.0, 0.0], [64.0, 32.0], [0.0, 32.0]])
    still = np.eye(3)[None]
    layers = (Layer([image], None, still), Layer([image], [alpha], still, [corners], painted=False))
    picture = render(Scene((32, 64), layers, 1), 0, Box(16.0, 32.0, 32.0, 128.0), (32, 128))
    assert np.array_equal(picture.rgb[:, 32:96], image)
    assert (picture.rgb[:, :32] == image[:, :1]).all()
    assert (picture.rgb[:, 96:] == image[:, -1:]).all()
    assert not picture.mask[:, :32].any()
    assert picture.mask[1:-1, 34:94].all()


def test_what_lies_in_front_hides_the_target() -> None:
    image = np.zeros((32, 64, 3), np.uint8)
    alpha = np.zeros((32, 64), np.uint8)
    alpha[8:24, 16:48] = 255
    front = np.zeros((32, 64), np.uint8)
    front[:, 32:] = 255
    corners = np.array([[0.0, 0.0], [64.0, 0.0], [64.0, 32.0], [0.0, 32.0]])
    still = np.eye(3)[None]
    target = Layer([image + np.uint8(100)], [alpha], still, [corners])
    cover = Layer([image + np.uint8(200)], [front], still, [corners])
    scene = Scene((32, 64), (Layer([image], None, still), target, cover), 1)
    picture = render(scene, 0, Box(16.0, 32.0, 32.0, 64.0), (32, 64))
    assert np.array_equal(np.flatnonzero(picture.mask[16]), np.arange(16, 32))
    assert picture.rgb[16, 20, 0] == 100
    assert picture.rgb[16, 40, 0] == 200


def test_paths_start_at_rest_position_and_are_smooth() -> None:
    path = smooth_path(np.random.default_rng(0), 5, np.array([1.0, 4.0]))
    assert np.array_equal(path[0], [0.0, 0.0])
    assert np.allclose(np.diff(path, n=3, axis=0), 0.0)
