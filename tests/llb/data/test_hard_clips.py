"""Which objects clips are made of, videos that are held out, and motion in which targets are lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from llb.data.hard_motion import draw_bars, fast_turns, leave_and_return, motion_blur
from llb.data.image_cache import CachedFrame, CachedObject, FrameCache, build_cache
from llb.data.object_picker import ObjectPicker, siblings
from llb.data.sampler import ClipConfig, ClipSampler
from tests.support.tiny_data import make_data_root

CROP = (48, 80)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(0)
    yield
    cv2.setNumThreads(threads)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> FrameCache:
    return build_cache(make_data_root(tmp_path_factory.mktemp("data")), tmp_path_factory.mktemp("caches") / "train")


def picked(picker: ObjectPicker, count: int) -> list[tuple[CachedFrame, CachedObject]]:
    rng = np.random.default_rng(0)
    return [picker.pick(rng) for _ in range(count)]


def test_a_collection_comes_by_its_share_and_its_videos_in_equal_parts(cache: FrameCache) -> None:
    found = picked(ObjectPicker(cache, (("horses", 3.0), ("davis16", 1.0), ("absent", 5.0))), 2000)
    collections = Counter(frame.collection for frame, _ in found)
    assert set(collections) == {"horses", "davis16"}
    assert collections["horses"] == pytest.approx(1500, abs=60)
    videos = Counter(frame.video for frame, _ in found if frame.video)
    assert videos["left"] == pytest.approx(videos["right"], abs=60)


def test_large_objects_come_more_often_than_small_ones(cache: FrameCache) -> None:
    horses = next(frame for frame in cache.frames if frame.collection == "horses")
    small = replace(horses.objects[0], y1=horses.objects[0].y0 + 9, x1=horses.objects[0].x0 + 9)
    large = replace(horses.objects[0], y1=horses.objects[0].y0 + 27, x1=horses.objects[0].x0 + 27)
    cache_of_two = FrameCache(cache.folder)
    cache_of_two.frames = (replace(horses, objects=(small, large)),)
    sizes = Counter(item.y1 - item.y0 for _, item in picked(ObjectPicker(cache_of_two, (("horses", 1.0),)), 1000))
    assert sizes[27] == pytest.approx(750, abs=50)


def test_shares_of_nothing_are_refused(cache: FrameCache) -> None:
    with pytest.raises(ValueError, match="No object of coco"):
        ObjectPicker(cache, (("coco", 1.0),))


def test_siblings_are_the_other_objects_of_the_photo(cache: FrameCache) -> None:
    horses = next(frame for frame in cache.frames if frame.collection == "horses")
    first, second = horses.objects
    assert siblings(horses, first) == [(horses, second)]
    tiny = replace(second, area=10)
    assert siblings(replace(horses, objects=(first, tiny)), first) == []


def test_no_clip_is_made_from_a_video_that_is_held_out(cache: FrameCache) -> None:
    held = ClipSampler(cache, ClipConfig(crop=CROP, held_out=("left",)), seed=1)
    assert {frame.video for frame in held._cache.frames} == {"right", ""}
    assert len(FrameCache(cache.folder, ("left",)).frames) == len(cache.frames) - 8
    other = ClipSampler(cache, ClipConfig(crop=CROP, real=1.0, paste=0.0, held_out=("right",)), seed=1)
    assert other._real is not None
    assert [frames[0].video for frames in other._real._videos] == ["left"]


def test_hard_clips_depend_on_seed_and_number_alone_and_show_their_target_first(cache: FrameCache) -> None:
    config = ClipConfig(crop=CROP, real=0.0, hard=1.0)
    first, second = ClipSampler(cache, config, 5), ClipSampler(cache, config, 5)
    clips = [first[index] for index in range(60)]
    assert all(clip.mask[0].sum() >= 0.002 * CROP[0] * CROP[1] for clip in clips)
    assert any(not clip.mask[1].any() and clip.mask[3].any() for clip in clips), "one leaves and returns"
    for index in reversed(range(40, 60)):
        assert np.array_equal(clips[index].rgb, second[index].rgb)
    plain = ClipSampler(cache, replace(config, hard=0.0), 5)
    assert not np.array_equal(plain[0].rgb, clips[0].rgb)


def test_a_target_that_leaves_is_outside_in_the_middle_and_back_at_the_end() -> None:
    centres = np.full((5, 2), 50.0)
    for seed in range(20):
        path = leave_and_return(centres, (100, 200), np.random.default_rng(seed))
        assert np.allclose(path[[0, -1]], 50.0)
        assert ((path[2] < 0) | (path[2] > (200, 100))).any()


def test_turns_keep_a_third_of_the_width_and_all_of_the_height() -> None:
    for seed in range(20):
        turns = fast_turns(6, np.random.default_rng(seed))
        wide, tall = (np.linalg.norm(turns[:, :2, axis], axis=1) for axis in (0, 1))
        assert np.allclose(tall, 1.0)
        assert ((wide > 0.33) & (wide <= 1.0 + 1e-9)).all()
        assert np.allclose((turns[:, :2, 0] * turns[:, :2, 1]).sum(1), 0.0)


def test_bars_are_thin() -> None:
    bars = draw_bars((100, 200), np.random.default_rng(0)) > 127
    opened = cv2.erode(bars.astype(np.uint8), np.ones((11, 11), np.uint8))
    assert bars.any()
    assert not opened.any()


def test_motion_blur_smears_along_a_line_and_keeps_the_brightness() -> None:
    dot = np.zeros((41, 41, 3), np.uint8)
    dot[20, 20] = 255
    blurred = motion_blur([dot] * 8, np.random.default_rng(2))
    smeared = [points for image in blurred if len(points := np.argwhere(image[..., 0])) > 1]
    assert len(smeared) > 4
    flat = np.full((20, 30, 3), 90, np.uint8)
    assert all((image == 90).all() for image in motion_blur([flat] * 4, np.random.default_rng(1)))
    for points in smeared:
        spread = np.linalg.svd(points - points.mean(0), compute_uv=False)
        assert spread[1] <= 0.5 * spread[0] + 1.0, "a line, not a spot"


def test_a_hard_share_is_a_share() -> None:
    with pytest.raises(ValueError, match="hard are shares"):
        ClipConfig(hard=1.5)


def test_a_held_out_video_stays_out_in_a_worker(cache: FrameCache, tmp_path: Path) -> None:
    constructor, arguments = FrameCache(cache.folder, ("left",)).__reduce__()
    assert {frame.video for frame in constructor(*arguments).frames} == {"right", ""}
