"""The page in a real browser."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from demo import text, visualize
from demo.clips import Clip
from demo.colours import Colours
from demo.examples import EXAMPLES, RenderedExample, render
from demo.shelf import ExampleShelf
from demo.store import Run
from llb.video_io import write_video
from tests.page_fakes import FRAMES, SIZE, FakeModels, RealModels, render_disc, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

LONG = 60_000  # milliseconds that a run may take on a slow machine
SHORT = 8  # frames of the example


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """Serve stand-in models that take a moment per frame."""
    with served(FakeModels(seconds=0.3), tmp_path_factory.mktemp("fake")) as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def real(folder: Path, browser: Browser) -> Iterator[str]:
    """Serve the real models on the first frames of a generated example."""
    name = next(iter(EXAMPLES))
    shelf = ExampleShelf(folder / "examples", {name: EXAMPLES[name].title}, short_example)
    with served(RealModels(), folder, shelf) as url:
        yield url


def short_example(name: str) -> RenderedExample:
    whole = render(name)
    return RenderedExample(whole.frames[:SHORT], whole.labels[:SHORT], whole.fps)


def opened(page: Page, url: str) -> Page:
    """Open the page and wait until the greeting comparison and the editor are there."""
    page.goto(url)
    page.wait_for_selector("#videos video", timeout=LONG)
    page.wait_for_selector("#editor canvas", timeout=LONG)
    page.wait_for_selector("#legend .chip", timeout=LONG)
    return page


def run(page: Page) -> None:
    """Click Run and wait for the end."""
    page.click("#run")
    page.wait_for_selector(".live", timeout=LONG)
    page.wait_for_selector(".live", state="detached", timeout=LONG)
    page.wait_for_selector("#pictures img", timeout=LONG)


def picture(page: Page, name: str) -> str:
    source = page.locator(f'img[data-picture="{name}"]').get_attribute("src")
    assert source is not None
    return source


def pixels(source: str) -> np.ndarray:
    """Decode a picture that the page shows."""
    data = np.frombuffer(base64.b64decode(source.split(",", 1)[1]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def go_to(page: Page, frame: int, name: str) -> None:
    """Move the slider by keyboard and wait until the named picture is another one."""
    before = picture(page, name)
    slider = page.locator("#frame input[type=range]")
    slider.focus()
    for _ in range(100):
        now = int(slider.input_value())
        if now == frame:
            break
        page.keyboard.press("ArrowRight" if now < frame else "ArrowLeft")
    waiting = "([name, old]) => document.querySelector(`img[data-picture='${name}']`)?.src !== old"
    page.wait_for_function(waiting, arg=[name, before], timeout=LONG)
    settled(page, name)


def settled(page: Page, name: str) -> None:
    """Wait until a picture stays the same for half a second."""
    last, since = picture(page, name), time.monotonic()
    while time.monotonic() - since < 0.5:
        page.wait_for_timeout(100)
        if picture(page, name) != last:
            last, since = picture(page, name), time.monotonic()


def all_play(page: Page, count: int) -> bool:
    """Tell whether that many videos show moving pictures."""
    playing = "all => all.filter(v => v.readyState >= 2 && v.videoWidth > 0 && v.currentTime > 0 && !v.error).length"
    for _ in range(100):
        if page.locator("#videos video").evaluate_all(playing) == count:
            return True
        page.wait_for_timeout(100)
    return False


def draw(page: Page, *points: tuple[float, float]) -> None:
    """Paint a stroke in the editor; points are parts of its width and height."""
    canvas = page.locator("#editor canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def paint(page: Page, wanted: str, *points: tuple[float, float]) -> None:
    """Paint a stroke and wait until the wanted object is listed; a slow machine may still be loading the editor."""
    from playwright.sync_api import TimeoutError as Late

    for _ in range(4):
        draw(page, *points)
        try:
            page.wait_for_selector(f"#legend >> text={wanted}", timeout=LONG / 4)
            return
        except Late:
            continue
    pytest.fail(f"{wanted} was painted but is not listed")


def upload_disc(page: Page, folder: Path) -> None:
    """Upload an mp4 of a moving disc, and wait for it."""
    rendered = render_disc("mine")
    large = [cv2.resize(frame, None, fx=2, fy=2) for frame in rendered.frames]
    write_video(folder / "mine.mp4", large, rendered.fps)
    page.locator("#upload input[type=file]").set_input_files(folder / "mine.mp4")
    page.wait_for_selector(f"#card >> text=mine: {SIZE[1] * 2} × {SIZE[0] * 2}, {FRAMES} frames", timeout=LONG)
    page.wait_for_selector(f"#legend >> text={text.NOTHING_PAINTED}", timeout=LONG)
    page.wait_for_timeout(1000)


def test_an_example_two_variants_both_videos_play_and_gates_change(page: Page, real: str) -> None:
    opened(page, real)
    run(page)
    assert all_play(page, 2)
    first = picture(page, "lite/llb γ1")
    go_to(page, 3, "lite/llb γ1")
    assert picture(page, "lite/llb γ1") != first
    assert page.locator("#pictures >> text=No gates").count() == 1


def test_an_upload_is_painted_run_and_shown_as_it_was_traced(
    page: Page, real: str, folder: Path, tmp_path: Path
) -> None:
    opened(page, real)
    upload_disc(page, tmp_path)
    paint(page, "Object 1", (0.35, 0.45), (0.4, 0.55), (0.45, 0.5))
    run(page)
    assert all_play(page, 2)
    parts = ("γ1", "E1", "E2")
    go_to(page, 2, "lite/llb E1")
    before = {part: picture(page, f"lite/llb {part}") for part in parts}
    go_to(page, 5, "lite/llb E1")
    assert all(picture(page, f"lite/llb {part}") != before[part] for part in parts)
    check_shown(page, newest_run(folder), index=5)


def newest_run(folder: Path) -> Run:
    runs = [Run.open(path.parent) for path in (folder / "sessions").glob("*/run-*/run.json")]
    return next(run for run in runs if Clip.open(run.clip_folder).title == "mine")


def check_shown(page: Page, run: Run, index: int) -> None:
    """Compare the pictures on the page with what `visualize` makes of the stored traces."""
    frame, colours = Clip.open(run.clip_folder).frame(index), Colours.of(run)
    for name in ("lite/llb", "lite/joint"):
        trace = run.trace(name, index, 1)
        assert trace is not None
        for part, feature in (("E1", trace.value), ("E2", trace.label)):
            assert (pixels(picture(page, f"{name} {part}")) == colours.paint(name, part, feature)).all()
    trace = run.trace("lite/llb", index, 1)
    assert trace is not None
    for part, gate in (("γ1", trace.gate_transduced), ("γ2", trace.gate_induced)):
        assert gate is not None
        expected = visualize.gate_picture(gate, trace.region, frame)
        assert (pixels(picture(page, f"lite/llb {part}")) == expected).all()


def test_two_painted_objects_are_told_apart(page: Page, fake: str, tmp_path: Path) -> None:
    opened(page, fake)
    upload_disc(page, tmp_path)
    paint(page, "Object 1", (0.35, 0.4), (0.4, 0.4))
    page.locator("#objects label").nth(2).click()
    page.wait_for_timeout(800)
    paint(page, "Object 3", (0.55, 0.6), (0.65, 0.6))
    assert page.locator("#legend .chip").count() == 2
    run(page)
    assert page.locator("#shown-object label").all_inner_texts() == ["1", "3"]


def test_stop_keeps_what_is_done(page: Page, fake: str) -> None:
    opened(page, fake)
    page.click("#run")
    page.wait_for_selector(".live img", timeout=LONG)
    page.click("#stop")
    page.wait_for_selector(f"#stop >> text={text.STOPPING}", timeout=LONG)
    page.wait_for_selector("#results-title >> text=stopped after", timeout=LONG)
    assert all_play(page, 2)
    assert page.locator("#run").is_visible()
    assert not page.locator("#stop").is_visible()


def test_a_bad_file_gets_one_sentence_and_nothing_is_lost(page: Page, fake: str, tmp_path: Path) -> None:
    opened(page, fake)
    card = page.inner_text("#card")
    (tmp_path / "bad.mp4").write_text("#!/bin/sh\n")
    page.locator("#upload input[type=file]").set_input_files(tmp_path / "bad.mp4")
    page.wait_for_selector("text=not a video that can be read", timeout=LONG)
    assert "Traceback" not in page.inner_text("body")
    assert page.inner_text("#card") == card
    assert page.locator("#legend .chip").count() == 1


def test_two_visitors_do_not_see_each_other(page: Page, browser: Browser, fake: str, tmp_path: Path) -> None:
    opened(page, fake)
    with browser.new_context() as context:
        other = opened(context.new_page(), fake)
        upload_disc(page, tmp_path)
        assert "One disc" in other.inner_text("#card")
        run(other)
        assert "One disc" in other.inner_text("#results-title")
        assert "mine" in page.inner_text("#card")


def test_a_narrow_screen_has_no_sideways_scroll(page: Page, fake: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, fake)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#run").is_visible()
