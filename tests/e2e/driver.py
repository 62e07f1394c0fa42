"""What a visitor does on the page and sees of it, for the browser tests."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demo.components import words
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import chosen_clip
from demo.runs.run import Run
from demo.runs.run_setup import MOST_OBJECTS
from demo.runs.session import SessionStore
from demo.screen_colours import object_colour
from llb.io.video_reader import write_video
from tests.support.page_fakes import FRAMES, SIZE, folder_at, render_disc

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

LONG = 120_000  # milliseconds that a run may take on a slow machine
SERVER = re.compile("component_server")  # where the components' questions go


def opened(page: Page, url: str) -> Page:
    """Open the page and wait until the greeting comparison, its inside and the editor are there."""
    page.goto(url)
    page.wait_for_selector(".player canvas[data-frame]", timeout=LONG)
    page.wait_for_selector(".inside .flow img", timeout=LONG)
    page.wait_for_selector(".mask-canvas .chip", timeout=LONG)
    page.wait_for_selector(".mask-canvas[data-frame]", timeout=LONG)  # what is drawn before is refused
    return page


def run(page: Page) -> None:
    """Click Run and wait for the end, until every pane and the diagram show the new run; it may be answered at once."""
    before = told(page)["stamp"]
    page.click("#run")
    shown = "before => JSON.parse(document.querySelector('.player').dataset.run).stamp !== before"
    page.wait_for_function(shown, arg=before, timeout=LONG)
    page.wait_for_selector("#status .live", state="detached", timeout=LONG)
    at(page, settled_frame(page))


def panes(page: Page) -> list[str]:
    """Return the frame that each pane shows."""
    return page.locator(".player .panes canvas").evaluate_all("all => all.map(c => c.dataset.frame)")


def settled_frame(page: Page) -> int:
    page.wait_for_function("!!document.querySelector('.player .counter')?.textContent", timeout=LONG)
    return int(page.inner_text(".player .counter").split("/")[0])


def at(page: Page, frame: int) -> None:
    """Wait until every pane and the diagram show a frame."""
    shown = """frame => {
      const panes = [...document.querySelectorAll('.player .panes canvas')];
      return panes.length && panes.every(c => c.dataset.frame === String(frame))
        && document.querySelector('.inside .diagrams').dataset.frame === String(frame); }"""
    page.wait_for_function(shown, arg=frame, timeout=LONG)


def go_to(page: Page, frame: int) -> None:
    """Step to a frame by keyboard."""
    page.locator(".player").focus()
    page.keyboard.press("Home")
    for _ in range(frame):
        page.keyboard.press("ArrowRight")
    at(page, frame)


def drawn(page: Page, name: str) -> np.ndarray:
    """Return the pixels of a model's pane, RGB; they are the screen's, not the frame's (`as_drawn`)."""
    return pixels(page.locator(f'.panes canvas[data-variant="{name}"]').evaluate("canvas => canvas.toDataURL()"))


def as_drawn(labels: np.ndarray, pane: np.ndarray) -> np.ndarray:
    """Return labels, or a mask, of a frame as a pane of this size has them: each pixel is its nearest of the frame."""
    at = [((np.arange(to) + 0.5) * of / to).astype(int) for of, to in zip(labels.shape, pane.shape[:2], strict=True)]
    return labels[np.ix_(*at)]


def shows_mask(page: Page, name: str, labels: np.ndarray) -> bool:
    """Tell whether a pane shows labels in the colours of the screen, but for rounding at a few edges."""
    colours = np.array([(0, 0, 0), *(object_colour(target) for target in range(1, MOST_OBJECTS + 1))])
    pane = drawn(page, name)
    return bool((pane == colours[as_drawn(labels, pane)]).all(-1).mean() > 0.999)


def told(page: Page) -> dict[str, Any]:
    """Return what the server tells the inside about a question, as the page asks it."""
    return json.loads(page.locator(".player").get_attribute("data-run") or "{}")


def stored(page: Page, folder: Path) -> Run:
    """Return the run that the page shows."""
    return Run.open(folder_at(told(page)["stamp"], folder))


def pixels(source: str) -> np.ndarray:
    """Decode a picture that the page shows."""
    data = np.frombuffer(base64.b64decode(source.split(",", 1)[1]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def picture(page: Page, name: str, part: str) -> str:
    """Return the address of a part's picture in a model's diagram."""
    source = page.locator(f'.diagrams [data-model="{name}"] [data-part="{part}"] img').get_attribute("src")
    assert source is not None
    return source


def on_stage(page: Page, *points: tuple[float, float]) -> list[tuple[float, float]]:
    """Return places on the screen of points on the mask canvas, which are parts of its width and height."""
    stage = page.locator(".mask-canvas .stage")
    stage.hover(trial=True)  # comes into view and stands still
    box = stage.bounding_box()
    assert box is not None
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def draw(page: Page, *points: tuple[float, float]) -> None:
    """Draw with the chosen tool and the mouse; wait until it is kept."""
    stroke(page, *points)
    kept(page)


def stroke(page: Page, *points: tuple[float, float]) -> None:
    """Draw with the chosen tool and the mouse, whether it can be kept or not."""
    places = on_stage(page, *points)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def kept(page: Page) -> None:
    """Wait until the server has what is marked, and what GrabCut was asked for is there."""
    page.wait_for_function("!document.querySelector('.mask-canvas').classList.contains('busy')", timeout=LONG)
    page.evaluate("() => document.querySelector('.mask-canvas').settle()")


def choose(page: Page, tool: str, target: int = 1) -> None:
    """Choose a tool and an object on the mask canvas."""
    page.click(f'.mask-canvas [data-tool="{tool}"]')
    page.click(f'.mask-canvas .objects [data-object="{target}"]')


def to_frame(page: Page, index: int) -> None:
    """Bring a frame to the mask canvas."""
    slide_to(page, index)
    page.wait_for_selector(f'.mask-canvas[data-frame="{index}"]', timeout=LONG)


def slide_to(page: Page, index: int) -> None:
    """Ask for a frame on the mask canvas, whether it comes or not."""
    slider = page.locator(".mask-canvas .frame")
    slider.evaluate("(node, index) => { node.value = index; node.dispatchEvent(new Event('input')); }", index)


def pixels_of(page: Page, target: int) -> int:
    """Return how many pixels of an object are marked on the frame on the mask canvas."""
    return int(page.locator(f'.mask-canvas .objects [data-object="{target}"]').get_attribute("data-pixels") or 0)


def upload(page: Page, path: Path, card: str) -> None:
    """Upload a clip and wait until its card is there."""
    page.locator("#upload input[type=file]").set_input_files(path)
    page.wait_for_selector(f".mask-canvas .card >> text={card}", timeout=LONG)
    page.wait_for_selector(f".mask-canvas >> text={words.CANVAS_WORDS['nothing_marked']}", timeout=LONG)


def upload_disc(page: Page, folder: Path) -> None:
    """Upload an mp4 of a moving disc, and wait for it."""
    rendered = render_disc("mine")
    large = [cv2.resize(frame, None, fx=2, fy=2) for frame in rendered.frames]
    write_video(folder / "mine.mp4", large, rendered.fps)
    upload(page, folder / "mine.mp4", f"mine: {SIZE[1] * 2} × {SIZE[0] * 2}, {FRAMES} frames")


def set_memory_size(page: Page, value: str) -> None:
    """Open the settings and set the memory size; right after opening, Gradio may put the old value back."""
    page.click("#settings button")
    field = page.locator("#settings input[type=number]").first
    for _ in range(10):
        field.fill(value)
        field.press("Enter")
        page.wait_for_timeout(400)
        if field.input_value() == value:
            return
    raise AssertionError(f"The memory size stays {field.input_value()}.")


@contextmanager
def answered(page: Page, what: str, handle: Callable[[Route], object]) -> Iterator[None]:
    """Let `handle` answer the components' questions of a kind."""

    def choose_answer(route: Route) -> None:
        if f'"what":"{what}"' in (route.request.post_data or ""):
            handle(route)
        else:
            route.continue_()

    page.route(SERVER, choose_answer)
    yield
    page.unroute(SERVER)


@contextmanager
def no_failures(page: Page) -> Iterator[None]:
    """Expect no uncaught error and none on the console; a request that fails there is the browser's own word."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    yield
    assert [failure for failure in failures if not failure.startswith("Failed to load resource")] == []


def marks_of(page: Page, folder: Path) -> Annotations:
    """Return what the server keeps of the visitor's marks; `folder` is the one that is served."""
    session = SessionStore(folder / "sessions").open(told(page)["token"])
    return Annotations.of(session, chosen_clip(session))


def marked(page: Page, folder: Path, index: int = 0) -> np.ndarray:
    """Return the labels that the server keeps of a frame."""
    labels = marks_of(page, folder).labels(index)
    assert labels is not None
    return labels
