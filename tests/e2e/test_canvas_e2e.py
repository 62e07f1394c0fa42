"""Marking objects in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from llb.io.label_png import write_labels
from tests.e2e.driver import (
    LONG,
    choose,
    draw,
    kept,
    marked,
    marks_of,
    on_stage,
    opened,
    pixels_of,
    run,
    stored,
    stroke,
    to_frame,
    upload_disc,
)
from tests.support.page_fakes import SIZE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def finger(page: Page, *paths: tuple[tuple[float, float], ...]) -> None:
    """Move fingers over the screen, one per path, all at once."""
    touch = page.context.new_cdp_session(page)

    def points(step: int) -> list[dict[str, float]]:
        return [{"x": path[step][0], "y": path[step][1], "id": number} for number, path in enumerate(paths)]

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points(0)})
    for step in range(1, len(paths[0])):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points(step)})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_mouse_paints_wipes_and_undoes_to_the_pixel(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    draw(page, (0.3, 0.5), (0.5, 0.5))
    painted = marked(page, folder)
    ys, xs = np.nonzero(painted == 1)
    height, width = painted.shape
    assert abs(xs.min() + 9 - 0.3 * width) < 3
    assert abs(xs.max() - 9 - 0.5 * width) < 3
    assert abs(ys.mean() - 0.5 * height) < 2
    assert pixels_of(page, 1) == len(xs)
    choose(page, "eraser")
    draw(page, (0.5, 0.3), (0.5, 0.7))
    wiped = marked(page, folder)
    assert 0 < (wiped == 1).sum() < len(xs)
    page.click(".mask-canvas .undo")
    kept(page)
    assert (marked(page, folder) == painted).all()
    page.click(".mask-canvas .redo")
    kept(page)
    assert (marked(page, folder) == wiped).all()


def test_a_finger_paints_and_two_zoom(browser: Browser, url: str, folder: Path, tmp_path: Path) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        page = opened(context.new_page(), url)
        upload_disc(page, tmp_path)
        choose(page, "brush", 2)
        finger(page, tuple(on_stage(page, (0.2, 0.4), (0.3, 0.4), (0.4, 0.4))))
        kept(page)
        painted = marked(page, folder)
        xs = np.nonzero(painted == 2)[1]
        assert abs(xs.min() + 9 - 0.2 * painted.shape[1]) < 4
        assert abs(xs.max() - 9 - 0.4 * painted.shape[1]) < 4
        apart = [(0.5 - far, 0.5) for far in (0.1, 0.2, 0.3)], [(0.5 + far, 0.5) for far in (0.1, 0.2, 0.3)]
        finger(page, *(tuple(on_stage(page, *path)) for path in apart))
        kept(page)
        assert (marked(page, folder) == painted).all()  # two fingers paint nothing
        choose(page, "brush", 3)
        finger(page, tuple(on_stage(page, (0.4, 0.7), (0.5, 0.7), (0.6, 0.7))))
        kept(page)
        xs = np.nonzero(marked(page, folder) == 3)[1]
        assert xs.max() - xs.min() < 0.2 * painted.shape[1]  # zoomed in, the same movement paints less


def test_grab_cut_finds_the_object_in_a_box(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    clip = Clip.open(stored(page, folder).clip_folder)
    truth = clip.truth(4)
    assert truth is not None
    to_frame(page, 4)
    ys, xs = np.nonzero(truth)
    choose(page, "box")
    height, width = truth.shape
    draw(page, ((xs.min() - 3) / width, (ys.min() - 3) / height), ((xs.max() + 4) / width, (ys.max() + 4) / height))
    found = marked(page, folder, 4)
    assert ((found == 1) & (truth == 1)).sum() / ((found == 1) | (truth == 1)).sum() > 0.9
    choose(page, "box")
    draw(page, (0.02, 0.02), (0.03, 0.03))
    page.wait_for_selector(".mask-canvas .trouble >> text=too small", timeout=LONG)
    assert (marked(page, folder, 4) == found).all()


def test_the_whole_window_is_for_painting_until_escape(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    column = page.locator(".mask-canvas .stage").bounding_box()
    page.click(".mask-canvas .enlarge")
    large = page.locator(".mask-canvas .stage").bounding_box()
    assert column is not None
    assert large is not None
    assert large["width"] > 1.5 * column["width"]
    draw(page, (0.3, 0.5), (0.5, 0.5))
    xs = np.nonzero(marked(page, folder) == 1)[1]
    assert abs(xs.min() + 9 - 0.3 * 2 * SIZE[1]) < 3
    choose(page, "polygon")
    stroke(page, (0.2, 0.2))
    page.keyboard.press("Escape")  # takes the corner back
    assert page.locator(".mask-canvas dialog[open]").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_selector(".mask-canvas > .workspace", timeout=LONG)
    assert page.evaluate("document.activeElement.className") == "enlarge"


def test_tools_are_radio_buttons_for_the_keyboard(page: Page, url: str) -> None:
    opened(page, url)
    page.click('.mask-canvas [data-tool="brush"]')
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.tool") == "click"
    assert page.locator('.mask-canvas [data-tool="click"]').get_attribute("aria-checked") == "true"
    assert page.locator(".mask-canvas .tools [role=radio]:not([tabindex='-1'])").count() == 1
    assert page.locator(".mask-canvas .objects [role=radio]:not([tabindex='-1'])").count() == 1
    page.keyboard.press("Home")
    small = """() => [...document.querySelectorAll('.mask-canvas button, .mask-canvas input, .mask-canvas summary')]
      .filter(node => node.checkVisibility() && node.getBoundingClientRect().height < 24).map(node => node.className)"""
    assert page.evaluate(small) == []


def test_clicks_say_what_is_the_object_and_what_is_not(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    truth = Clip.open(stored(page, folder).clip_folder).truth(4)
    assert truth is not None
    to_frame(page, 4)
    ys, xs = np.nonzero(truth)
    height, width = truth.shape
    choose(page, "click")
    draw(page, (xs.mean() / width, ys.mean() / height))
    found = marked(page, folder, 4) == 1
    assert (found & (truth == 1)).sum() / (found | (truth == 1)).sum() > 0.8
    page.click('.mask-canvas [data-sign="not"]')
    draw(page, (xs.mean() / width, ys.mean() / height))
    assert not (marked(page, folder, 4) == 1)[int(ys.mean()), int(xs.mean())]


def test_without_a_mask_the_canvas_asks_for_one_where_it_is(page: Page, url: str, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    page.evaluate("scrollTo(0, 0)")
    page.click("#run")
    page.wait_for_selector(".mask-canvas .note >> text=Mark at least one object first", timeout=LONG)
    assert page.locator(".toast-wrap .error, .toast-body.error").count() == 0
    page.wait_for_function("document.activeElement.className === 'stage'", timeout=LONG)


def test_a_polygon_is_filled_by_keyboard_or_double_click(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    choose(page, "polygon", 4)
    for place in on_stage(page, (0.2, 0.2), (0.6, 0.2), (0.6, 0.8), (0.2, 0.8)):
        page.mouse.click(*place)
    page.keyboard.press("Enter")
    kept(page)
    labels = marked(page, folder)
    height, width = labels.shape
    assert abs((labels == 4).sum() / (0.4 * width * 0.6 * height) - 1) < 0.05


def test_a_keyboard_paints(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    page.locator(".mask-canvas .stage").focus()
    for key in ("b", "5", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.down(" ")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.up(" ")
    kept(page)
    ys = np.nonzero(marked(page, folder) == 5)[0]
    assert ys.max() - ys.min() > 40
    page.keyboard.press("Control+z")
    kept(page)
    assert marks_of(page, folder).frames() == []


def test_a_mask_picture_is_imported_and_names_are_kept(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    opened(page, url)
    upload_disc(page, tmp_path)
    page.click(".mask-canvas .more summary")
    labels = np.zeros((2 * SIZE[0], 2 * SIZE[1]), np.uint8)
    labels[40:100, 60:160] = 6
    write_labels(tmp_path / "mask.png", labels)
    page.locator(".mask-canvas input[type=file]").set_input_files(tmp_path / "mask.png")
    page.wait_for_selector('.mask-canvas .chip[data-object="6"]', timeout=LONG)
    kept(page)
    assert (marked(page, folder) == labels).all()
    page.click('.mask-canvas .objects [data-object="6"]')
    page.fill(".mask-canvas .name", "the cat")
    page.press(".mask-canvas .name", "Enter")
    page.wait_for_selector(".mask-canvas .chip >> text=the cat", timeout=LONG)
    run(page)
    assert page.locator(".inside .target option").all_inner_texts() == ["6 · the cat"]
    cv2.imwrite(str(tmp_path / "photo.png"), np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8))
    page.locator(".mask-canvas input[type=file]").set_input_files(tmp_path / "photo.png")
    page.wait_for_selector(".mask-canvas .trouble >> text=photo.png is a colour picture", timeout=LONG)
    assert (marked(page, folder) == labels).all()


def test_marks_stay_when_another_clip_is_looked_at(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    choose(page, "brush", 7)
    draw(page, (0.7, 0.7), (0.9, 0.7))
    page.locator("#examples button").nth(1).click()
    page.wait_for_selector(".mask-canvas .card >> text=Second disc", timeout=LONG)
    page.locator("#examples button").first.click()
    page.wait_for_selector(".mask-canvas .card >> text=One disc", timeout=LONG)
    page.wait_for_selector('.mask-canvas .chip[data-object="7"]', timeout=LONG)
