"""What the page shows of the results of real models, against what the run stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from demo.clips.clip import Clip
from demo.clips.examples import EXAMPLES, ExampleShelf, LoadedExample, load
from demo.inside import pictures
from demo.inside.answers import PixelAnswer
from demo.inside.let_through import ObjectMeans, places_on_object, share_let_through
from demo.inside.pixel import pixel
from demo.inside.questions import PixelQuestion, Place
from demo.screen_colours import object_colour
from llb.inference.search_region import cell_of
from tests.e2e.driver import (
    LONG,
    as_drawn,
    at,
    draw,
    drawn,
    go_to,
    opened,
    panes,
    picture,
    pixels,
    run,
    settled_frame,
    shows_mask,
    stored,
    upload_disc,
)
from tests.support.page_fakes import RealModels, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

SHORT = 8  # frames of the example
MODELS = ("lite/llb", "lite/joint")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def real(folder: Path, browser: Browser) -> Iterator[str]:
    """Serve the real models on the first frames of an example."""
    name = next(iter(EXAMPLES))
    shelf = ExampleShelf(folder / "examples", {name: EXAMPLES[name].title}, short_example)
    with served(RealModels(), folder, shelf) as url:
        yield url


def short_example(name: str) -> LoadedExample:
    whole = load(name)
    return LoadedExample(whole.frames[:SHORT], whole.labels[:SHORT], whole.fps)


def test_an_example_gives_a_comparison_on_one_clock(page: Page, real: str, folder: Path) -> None:
    opened(page, real)
    run(page)
    assert len(panes(page)) == 2
    page.select_option(".player .views", "mask")
    for frame in (0, 3, SHORT - 1):
        go_to(page, frame)
        assert set(panes(page)) == {str(frame)}
        for name in MODELS:
            labels = stored(page, folder).labels(name, frame)
            assert shows_mask(page, name, labels)


def test_the_learners_last_step_is_the_runs_and_a_clicked_place_has_its_numbers(
    page: Page, real: str, folder: Path
) -> None:
    opened(page, real)
    go_to(page, SHORT - 1)
    page.click(".learner > summary")
    page.wait_for_selector(f'.fits-shown[data-frame="{SHORT - 1}"] [data-iou]', timeout=LONG)
    ious = page.locator(".learner [data-iou]").evaluate_all("all => all.map(node => Number(node.dataset.iou))")
    assert len(ious) == 2
    assert min(ious) > 0.995
    page.locator(".fit-controls input[type=range]").focus()
    page.keyboard.press("Home")
    page.wait_for_selector('.learner section[data-step="0"]', timeout=LONG)
    page.locator(".panes canvas").first.click()
    page.locator(".looked .arithmetic > summary").first.press("Enter")
    page.wait_for_selector(".looked .nine", timeout=LONG)
    shown = page.locator('.looked [data-sum="matching"]').first
    x, y = map(int, (page.locator(".looked").get_attribute("data-pixel") or "").split(","))
    trace = stored(page, folder).traces("lite/llb").read(SHORT - 1, 1)
    assert trace is not None
    e1 = trace.features["transduced"]
    cell = cell_of((y, x), trace.region, (e1.shape[1], e1.shape[2]))
    assert cell is not None
    answer = shown.locator("[data-answer]").get_attribute("data-answer")
    assert float(answer or "nan") == float(e1[(int(shown.get_attribute("data-channel") or -1), *cell)])


def test_playing_keeps_all_panes_on_one_frame_and_moves_on(page: Page, real: str) -> None:
    opened(page, real)
    go_to(page, 0)
    page.select_option(".player .speed", "0.25")
    page.click(".player .play")
    seen = set()
    for _ in range(40):
        shown = set(panes(page))
        assert len(shown) == 1
        seen |= shown
        page.wait_for_timeout(50)
    page.click(".player .play")
    assert len(seen) > 2
    frame = settled_frame(page)
    at(page, frame)


def test_every_view_draws_what_it_says(page: Page, real: str, folder: Path) -> None:
    opened(page, real)
    go_to(page, 5)
    shown = stored(page, folder)
    one, other = (shown.labels(name, 5) == 1 for name in MODELS)
    truth = Clip.open(shown.clip_folder).truth(5)
    assert truth is not None
    views = {}
    for view in ("overlay", "mask", "contour", f"other {MODELS[1]}", "truth"):
        page.select_option(".player .views", view)
        page.wait_for_timeout(400)
        views[view] = drawn(page, MODELS[0]).astype(int)
    assert len({picture.tobytes() for picture in views.values()}) == len(views)
    one, truth = (as_drawn(mask, views["mask"]) for mask in (one, truth))
    assert (views["mask"][one] == object_colour(1)).all(-1).mean() > 0.99
    outside = np.ones_like(one)
    outside[cv2.dilate(one.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0] = False
    assert (views["overlay"][outside] == views["contour"][outside]).all()
    only = truth.astype(bool) & ~one
    if only.any():
        assert (views["truth"][only][:, 0] > views["truth"][only][:, 2]).any()
    assert page.locator(".player .key").count() == 3


def test_a_click_and_the_keys_go_to_a_frame_of_the_chart(page: Page, real: str) -> None:
    opened(page, real)
    chart = page.locator(".player .chart")
    kinds = page.locator(".player .tabs button").evaluate_all("all => all.map(tab => tab.dataset.chart)")
    assert kinds == ["j", "f", "area", "share", "disagreement", "uncertainty"]
    page.click('.player [data-chart="j"]')
    for kind in kinds:
        assert page.locator('.player .tabs [aria-selected="true"]').get_attribute("data-chart") == kind
        assert page.evaluate("document.activeElement.dataset.chart") == kind  # a tab that was chosen keeps the focus
        page.keyboard.press("ArrowRight")
    page.click('.player [data-chart="j"]')
    box = page.locator(".player .chart .u-over").bounding_box()
    assert box is not None
    assert chart.evaluate("node => node.clientHeight") >= 140
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + 20)
    at(page, SHORT - 1)
    chart.focus()
    page.keyboard.press("ArrowLeft")
    at(page, SHORT - 2)
    assert chart.get_attribute("aria-valuenow") == str(SHORT - 2)
    told_text = chart.get_attribute("aria-valuetext") or ""
    assert told_text.startswith(f"Frame {SHORT - 2}: LLB 0.")
    assert page.locator(".player .chart-value").count() == len(MODELS)
    page.mouse.move(box["x"] + box["width"] / (SHORT - 1), box["y"] + 20)
    page.wait_for_selector(".player .chart-frame >> text=/^Frame 1$/", timeout=LONG)
    assert page.locator(".player figcaption .swatch").count() == len(MODELS)


def test_a_box_opens_large_with_the_traces_values(page: Page, real: str, folder: Path) -> None:
    opened(page, real)
    go_to(page, 5)
    trace = stored(page, folder).traces(MODELS[0]).read(5, 1)
    assert trace is not None
    share = share_let_through(trace.features["transduced"], trace.features["gate_transduced"])
    assert (pixels(picture(page, MODELS[0], "gate_transduced")) == pictures.sequential(share, 0, 1)).all()
    means = ObjectMeans.of(share, places_on_object(trace.mask, *share.shape))
    assert means.object is not None
    assert means.beside is not None
    note = page.inner_text(f'.diagrams [data-model="{MODELS[0]}"] [data-part="gate_transduced"] small')
    assert f"object {round(100 * means.object)} %, beside it {round(100 * means.beside)} %" in note
    assert picture(page, MODELS[0], "value") != picture(page, MODELS[0], "label")
    page.locator(f'.diagrams [data-model="{MODELS[0]}"] [data-part="gate_induced"]').click()
    page.wait_for_selector('.details[data-part="gate_induced"]', timeout=LONG)
    induced = share_let_through(trace.features["induced"], trace.features["gate_induced"])
    image = page.locator(f'.large[data-model="{MODELS[0]}"] .share img')
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box is not None
    rows, columns = induced.shape
    row, column = 7, 20
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows)
    value = page.locator(f'.large[data-model="{MODELS[0]}"] .hover').get_attribute("data-value")
    assert value is not None
    assert float(value) == pytest.approx(float(induced[row, column]), abs=1e-3)
    facts = page.inner_text(f'.large[data-model="{MODELS[0]}"] dl')
    assert "32 × 15 × 26" in facts
    assert "sigmoid" in facts
    assert "All is let through" in page.inner_text(f'.large[data-model="{MODELS[1]}"]')


def test_a_clicked_pixel_shows_the_stored_attention(page: Page, real: str, folder: Path) -> None:
    opened(page, real)
    go_to(page, 5)
    shown = stored(page, folder)
    clip = Clip.open(shown.clip_folder)
    ys, xs = np.nonzero(shown.labels(MODELS[0], 5) == 1)
    y, x = int(np.median(ys)), int(np.median(xs))
    canvas = page.locator(f'.panes canvas[data-variant="{MODELS[0]}"]')
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    scale = box["width"] / clip.width
    canvas.click(position={"x": (x + 0.5) * scale, "y": (y + 0.5) * scale})
    page.wait_for_selector(".looked[data-pixel]", timeout=LONG)
    clicked_x, clicked_y = (int(v) for v in (page.locator(".looked").get_attribute("data-pixel") or "").split(","))
    assert abs(clicked_x - x) <= 1
    assert abs(clicked_y - y) <= 1
    expected = pixel(shown, clip, PixelQuestion(Place(MODELS[0], 1, 5), clicked_y, clicked_x))
    assert isinstance(expected, PixelAnswer)
    parts = page.locator(f'.looked [data-model="{MODELS[0]}"] [data-part]')
    assert [float(part) for part in parts.evaluate_all("all => all.map(n => n.dataset.part)")] == pytest.approx(
        [item.attention for item in expected.memory]
    )
    panes_end = page.locator(".player .panes").bounding_box()
    answer = page.locator(".looked").bounding_box()
    assert panes_end is not None
    assert answer is not None
    assert 0 <= answer["y"] - panes_end["y"] - panes_end["height"] < 40  # right below the panes
    gates = page.inner_text(f'.looked [data-model="{MODELS[0]}"] .gates figcaption')
    assert f"γ1 {expected.gates.gate_transduced[5]:.2f}" in gates


def test_an_upload_is_painted_run_and_shown_as_it_was_traced(
    page: Page, real: str, folder: Path, tmp_path: Path
) -> None:
    opened(page, real)
    upload_disc(page, tmp_path)
    draw(page, (0.35, 0.45), (0.4, 0.55), (0.45, 0.5))
    run(page)
    assert "mine" in page.inner_text("#results-title")
    go_to(page, 2)
    before = picture(page, MODELS[0], "value")
    go_to(page, 5)
    assert picture(page, MODELS[0], "value") != before
    assert 'value="truth"' not in page.inner_html(".player .views")
