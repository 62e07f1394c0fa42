"""Clips of a visitor's own in a real browser: phones, other codecs, several pictures, a part of a long one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from tests.e2e.driver import LONG, draw, drawn, go_to, opened, run, stored, to_frame, upload
from tests.support.page_fakes import FakeModels, render_disc, served
from tests.support.videos import TURNS, encode, turn_in_header

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def url(folder: Path, browser: Browser) -> Iterator[str]:
    with served(FakeModels(), folder) as address:
        yield address


def frames(count: int) -> list[np.ndarray]:
    """Draw a disc that moves to the right over a ground that gets brighter, 160 x 120."""
    some = [cv2.blur(frame, (7, 7)) for frame in render_disc("mine").frames]
    return [np.asarray(some[index % len(some)] // 2 + 4 * index, np.uint8) for index in range(count)]


def test_a_clip_that_a_phone_turned_stands_upright(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    made = frames(8)
    encode(tmp_path / "phone.mp4", "libx264", "yuv420p", made)
    turn_in_header(tmp_path / "phone.mp4", TURNS[90])
    opened(page, url)
    upload(page, tmp_path / "phone.mp4", "phone: 120 × 160, 8 frames")
    assert "turned upright" in page.inner_text(".mask-canvas .card")
    draw(page, (0.4, 0.3), (0.6, 0.3))
    run(page)
    go_to(page, 3)
    clip = Clip.open(stored(page, folder).clip_folder)
    assert len(clip) == 8
    assert np.abs(clip.frame(3).astype(int) - np.rot90(made[3], -1)).mean() < 8
    page.select_option(".player .views", "contour")
    page.wait_for_timeout(400)
    height, width = drawn(page, "lite/llb").shape[:2]
    assert height / width == pytest.approx(160 / 120, abs=0.01)


def test_a_clip_that_browsers_cannot_play_is_shown(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    encode(tmp_path / "clip.mov", "libx265", "yuv420p10le", frames(9))
    opened(page, url)
    upload(page, tmp_path / "clip.mov", "clip: 160 × 120, 9 frames")
    assert "H.265 (HEVC)" in page.inner_text(".mask-canvas .card")
    draw(page, (0.4, 0.3), (0.6, 0.3))
    run(page)
    assert len(Clip.open(stored(page, folder).clip_folder)) == stored(page, folder).frames == 9


def test_pictures_are_chosen_together(page: Page, url: str, tmp_path: Path) -> None:
    made = []
    for number, rgb in enumerate(frames(4)):
        made.append(tmp_path / f"{number + 8}.png")
        cv2.imwrite(str(made[-1]), rgb)
    opened(page, url)
    page.locator("#upload input[type=file]").set_input_files(made)
    page.wait_for_selector(".mask-canvas .card >> text=4 pictures: 160 × 120, 4 frames", timeout=LONG)


def test_two_handles_choose_a_part_and_marks_go_along(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    encode(tmp_path / "clip.mp4", "libx264", "yuv420p", frames(12))
    opened(page, url)
    assert not page.locator(".trim").is_visible()
    upload(page, tmp_path / "clip.mp4", "clip: 160 × 120, 12 frames")
    assert page.locator(".trim .strip img").count() == 12
    assert page.locator(".trim .use").is_disabled()
    to_frame(page, 6)
    draw(page, (0.4, 0.3), (0.6, 0.3))
    page.locator(".trim .start").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.locator(".trim .end").focus()
    page.keyboard.press("ArrowLeft")
    page.select_option(".trim select", "2")
    assert "Using frames 4-10 of 12 (4 frames, 0.7 s)" in page.inner_text(".trim .facts")
    page.click(".trim .use")
    page.wait_for_selector(".mask-canvas .card >> text=4 frames", timeout=LONG)
    assert "trimmed to frames 4 to 10 of 12, every 2nd frame" in page.inner_text(".mask-canvas .card")
    page.wait_for_selector('.mask-canvas[data-frame="1"] .chip', timeout=LONG)  # frame 6 of the file is frame 1 now
    run(page)
    shown = stored(page, folder)
    assert list(shown.marked_masks()) == [1]
    assert shown.frames == 4
    page.locator("#examples button").first.click()
    page.wait_for_selector(".trim", state="hidden", timeout=LONG)
