"""Every view has an address, and the lesson's pages open theirs and are done by what they ask for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from demo import text
from demo.clips.examples import ExampleShelf
from demo.components.words import ADDRESS_WORDS
from demo.lesson.page import LessonPage
from demo.lesson.pages import HOVER, PAGES
from tests.e2e.driver import LONG, at, draw, drawn, no_failures, run, settled_frame, told, upload_disc
from tests.e2e.test_ready_e2e import ShippedInName
from tests.support.page_fakes import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Position

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PAIR = "clip=bee&models=lite/llb,lite/joint"
VIEW = f"{PAIR}&frame=42&show=contour&chart=area&box=value&channels=3&beside=none&pixel=350,112"
PROMPT = 5.0  # seconds, on a machine that does much else at the same time
TRAIN = 1  # place of the clip with the tunnel
IN_VIEW = """highlight => {
  const { top, bottom } = document.querySelector(highlight).getBoundingClientRect();
  const panel = document.querySelector('.lesson-panel').getBoundingClientRect();
  const end = panel.left > 0 ? window.innerHeight : panel.top;
  return top >= 0 && top < end - 40 && (bottom <= end || bottom - top > end / 2);
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lesson")
    with served(ShippedInName(), folder, ExampleShelf.own(folder)) as url:
        yield url


@pytest.fixture(scope="module")
def reader(browser: Browser, url: str) -> Iterator[Page]:
    """A reader's browser, which goes through the whole lesson."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context.new_page()
    context.close()


def arrive(page: Page, address: str, frame: int) -> None:
    page.goto(address)
    page.wait_for_selector(".mask-canvas .chip", timeout=LONG)
    at(page, frame)


def query_of(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def has_query(page: Page, name: str, value: str | None) -> None:
    """Wait until a part of the address has a value."""
    asked = "([name, value]) => new URLSearchParams(location.search).get(name) === value"
    page.wait_for_function(asked, arg=[name, value], timeout=LONG)


def control_of(page: Page, lesson_page: LessonPage) -> Locator:
    """Return what a page of the lesson asks to be clicked."""
    done = lesson_page.done
    selectors = {
        "frame": ".player .scrub",
        "box": f'.inside .flow [data-part="{done.value.split("|")[0]}"]',
        "past": '.inside .past-frame[data-frame="0"]',
        "pixel": ".player .panes canvas",
        "answer": ".lesson-panel .options button",
        "comparison": f"#examples li:nth-child({TRAIN + 1}) button",
    }
    return page.locator(selectors[done.what]).first


def place_in(control: Locator, lesson_page: LessonPage) -> Position:
    """Return where in its control a click does what a page asks for."""
    box = control.bounding_box()
    assert box is not None
    x, y = 0.5, 0.5
    if lesson_page.done.what == "pixel":
        left, top, width, height = map(int, lesson_page.done.value.split(","))
        x, y = (left + width / 2) / 640, (top + height / 2) / 360
    return {"x": x * box["width"], "y": y * box["height"]}


def do(page: Page, lesson_page: LessonPage, *, touch: bool = False) -> None:
    """Do what a page of the lesson asks for, with the mouse or a finger."""
    control = control_of(page, lesson_page)
    control.scroll_into_view_if_needed()
    place = place_in(control, lesson_page)
    if touch:
        control.tap(position=place)
    else:
        control.click(position=place)


def do_by_keyboard(page: Page, lesson_page: LessonPage) -> None:
    control_of(page, lesson_page).focus()
    if lesson_page.done.what == "pixel":
        for _ in range(25):
            page.keyboard.press("Shift+ArrowRight")  # from the middle of the frame to the bee
    page.keyboard.press("End" if lesson_page.done.what == "frame" else "Enter")


def open_page(page: Page, url: str, number: int) -> LessonPage:
    """Open a page of the lesson by its address; wait until what it is about is there."""
    lesson_page = PAGES[number - 1]
    query = dict(parse_qsl(lesson_page.address))
    page.goto("about:blank")  # Gradio logs what a page that is left had under way
    page.goto(f"{url}?{lesson_page.address}&lesson={number}")
    page.wait_for_selector(f".lesson-panel h2 >> text={lesson_page.title}", timeout=LONG)
    at(page, int(query["frame"]) if "frame" in query else settled_frame(page))
    page.wait_for_selector(".inside .flow img", timeout=LONG)
    return lesson_page


@pytest.mark.parametrize("number", range(1, len(PAGES) + 1), ids=[page.name for page in PAGES])
def test_a_page_opens_from_its_address_and_is_done_by_what_it_asks_for(reader: Page, url: str, number: int) -> None:
    reader.goto("about:blank")
    with no_failures(reader):
        lesson_page = open_page(reader, url, number)
        reader.wait_for_function(IN_VIEW, arg=lesson_page.highlight, timeout=LONG)
        assert "ticked" not in (reader.get_attribute(".lesson-panel", "class") or "")
        do(reader, lesson_page)
        reader.wait_for_selector(".lesson-panel.ticked", timeout=LONG)
        if lesson_page.question and lesson_page.question.address:
            for name, value in parse_qsl(lesson_page.question.address):
                has_query(reader, name, value)


@pytest.mark.parametrize("how", ["keyboard", "touch"])
def test_each_kind_of_page_is_done_without_a_mouse(browser: Browser, url: str, how: str) -> None:
    size = {"width": 1280, "height": 860} if how == "keyboard" else {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, has_touch=how == "touch", is_mobile=how == "touch")
    page = context.new_page()
    for number in {lesson_page.done.what: number for number, lesson_page in enumerate(PAGES, 1)}.values():
        lesson_page = open_page(page, url, number)
        page.wait_for_function(IN_VIEW, arg=lesson_page.highlight, timeout=LONG)
        if how == "touch":
            do(page, lesson_page, touch=True)
        else:
            do_by_keyboard(page, lesson_page)
        page.wait_for_selector(".lesson-panel.ticked", timeout=LONG)
    context.close()


def test_while_a_run_is_at_work_the_lesson_stays_where_it_is(page: Page, url: str) -> None:
    own = len(PAGES)
    arrive(page, f"{url}?{PAIR}&memory=9&lesson={own}", 42)  # nobody has computed this: it opens the ready results
    page.click("#run")
    page.wait_for_function("JSON.parse(document.querySelector('.player').dataset.run).run === 'run-1'", timeout=LONG)
    page.locator(".lesson-panel .dots button").nth(2).click()
    page.wait_for_selector(f"text={text.VIEW_BUSY}", timeout=LONG)
    page.wait_for_selector("#status .live", state="detached", timeout=LONG)
    has_query(page, "memory", "9")
    has_query(page, "lesson", str(own))
    assert page.locator(f".lesson-panel h2 >> text={PAGES[-1].title}").is_visible()
    page.locator(".lesson-panel .dots button").nth(2).click()
    page.wait_for_selector(f".lesson-panel h2 >> text={PAGES[2].title}", timeout=LONG)
    at(page, HOVER)


def test_the_lesson_is_left_and_found_again_where_it_was(page: Page, url: str) -> None:
    arrive(page, url, 42)
    assert page.is_visible(".mask-canvas .card")
    page.click(".lesson-open")
    has_query(page, "lesson", "1")
    at(page, 0)
    assert not page.is_visible(".mask-canvas .card"), "it tells what the reader is to predict"
    page.locator(".player").focus()
    page.keyboard.press("End")
    page.wait_for_selector(".lesson-panel.ticked", timeout=LONG)
    page.click(".lesson-panel .next")
    page.wait_for_selector(f".lesson-panel h2 >> text={PAGES[1].title}", timeout=LONG)
    at(page, HOVER)
    page.reload()
    page.wait_for_selector(f".lesson-panel h2 >> text={PAGES[1].title}", timeout=LONG)
    page.wait_for_selector(".lesson-panel .dots .ticked", timeout=LONG)
    page.keyboard.press("Tab")
    page.locator(".lesson-panel .next").focus()
    page.keyboard.press("Escape")
    page.wait_for_selector(".lesson-panel", state="hidden", timeout=LONG)
    has_query(page, "lesson", None)
    page.click(f".lesson-open >> text=1/{len(PAGES)}")
    page.wait_for_selector(f".lesson-panel h2 >> text={PAGES[1].title}", timeout=LONG)


def test_back_and_reload_keep_the_view(page: Page, url: str) -> None:
    begun = time.monotonic()
    arrive(page, f"{url}?{VIEW}", 42)
    print(f"{time.monotonic() - begun:.2f} s from the address to the whole view")
    assert time.monotonic() - begun < 3 * PROMPT
    page.locator('.inside .flow [data-part="region"]').first.click()
    has_query(page, "box", "region")
    page.locator(".player").focus()
    page.keyboard.press("ArrowRight")
    at(page, 43)
    has_query(page, "frame", "43")
    page.reload()
    at(page, 43)
    page.wait_for_selector('.inside .details[data-part="region"]', timeout=LONG)
    page.locator("#examples button").nth(TRAIN).click()
    has_query(page, "clip", "train")
    page.go_back()
    has_query(page, "clip", "bee")
    at(page, 43)
    page.wait_for_selector('.inside .details[data-part="region"]', timeout=LONG)
    page.go_back()
    has_query(page, "box", "value")
    page.wait_for_selector('.inside .details[data-part="value"]', timeout=LONG)
    at(page, 42)
    assert query_of(page) == dict(parse_qsl(VIEW))


def test_a_link_loads_its_own_frame_and_not_first_the_one_that_the_results_open_at(page: Page, url: str) -> None:
    alone: list[str] = []  # frames that were loaded one by one
    page.on("request", lambda request: alone.extend(re.findall(r"/previews/(\d+)-\1$", request.url)))
    arrive(page, f"{url}?{PAIR}&frame=10", 10)
    assert alone == ["00010"]


def test_a_link_that_was_copied_opens_the_same_pixels_in_another_browser(
    page: Page, url: str, browser: Browser
) -> None:
    arrive(page, f"{url}?{VIEW}", 42)
    page.click(".copy-view")
    link = page.input_value(".view-link input")
    context = browser.new_context()
    other = context.new_page()
    arrive(other, link, 42)
    for name in ("lite/llb", "lite/joint"):
        assert np.array_equal(drawn(page, name), drawn(other, name))
    assert other.input_value(".player .views") == "contour"
    assert other.get_attribute('.player .tabs [aria-selected="true"]', "data-chart") == "area"
    assert other.locator(".inside .diagrams .flow").count() == 1, "no second model beside the first"
    assert other.input_value(".inside .reduction") == "3"
    other.wait_for_selector('.looked[data-pixel="350,112"]', timeout=LONG)
    assert told(other)["token"] != told(page)["token"]
    context.close()


def test_what_fits_nothing_is_left_out_in_words(page: Page, url: str) -> None:
    with no_failures(page):
        arrive(page, f"{url}?{PAIR}&frame=999&box=engine&pixel=a,b&show=mask", 42)
        page.wait_for_selector(".view-link >> text=pixel, frame, box", timeout=LONG)
        assert page.input_value(".player .views") == "mask"


def test_an_own_clip_has_no_link_but_a_report(page: Page, url: str, tmp_path: Path) -> None:
    arrive(page, f"{url}?{PAIR}&frame=3", 3)
    upload_disc(page, tmp_path)
    has_query(page, "clip", None)
    page.click(".copy-view")
    page.wait_for_selector(f".view-link >> text={ADDRESS_WORDS['nothing']}", timeout=LONG)
    draw(page, (0.35, 0.45), (0.4, 0.55), (0.45, 0.5))
    run(page)
    page.click(".copy-view")
    page.wait_for_selector(f".view-link >> text={ADDRESS_WORDS['not_linkable'][:30]}", timeout=LONG)
    with page.expect_download(timeout=LONG) as report:
        page.click(".view-link span button")
    assert report.value.suggested_filename.endswith(".html")
    page.reload()
    page.wait_for_selector(".mask-canvas .card >> text=mine", timeout=LONG)


def test_it_works_where_the_browser_keeps_nothing_as_in_another_site_s_frame(page: Page, url: str) -> None:
    page.add_init_script("""for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied', 'SecurityError'); } });
    }""")
    arrive(page, f"{url}?{PAIR}&frame=42&lesson=1", 42)
    page.wait_for_selector(f".lesson-panel h2 >> text={PAGES[0].title}", timeout=LONG)


def test_embedded_there_are_results_and_inside_alone(page: Page, url: str) -> None:
    page.goto(f"{url}?{PAIR}&frame=42&embed=1")
    at(page, 42)
    page.wait_for_selector(".inside .diagrams .flow img", timeout=LONG)
    assert page.locator(".player").is_visible()
    assert page.locator(".inside").is_visible()
    for part in ("#intro", "#examples", "#steps", "#run-bar", "#table", "#words"):
        assert page.locator(part).is_hidden(), part
