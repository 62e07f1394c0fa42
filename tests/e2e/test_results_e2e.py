"""What a visitor does with results in a real browser: take them away, look for errors, ask about an object."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
import pytest

from demo.clips.examples import ExampleShelf
from demo.exports.files import KINDS
from tests.e2e.driver import LONG, at, go_to, opened, run, set_memory_size, stored
from tests.support.page_fakes import FRAMES, SIZE, FakeModels, FakeRendered, fake_shelf, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@dataclass(frozen=True)
class Served:
    """A served page and the folder of its sessions."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("results")
    with served(FakeModels(), folder, fake_shelf(folder)) as url:
        yield Served(url, folder)


def taken(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download(timeout=LONG) as waiting:
        page.click(f'[data-export="{kind}"]')
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_every_file_is_taken_away_and_opens(page: Page, fake: Served, tmp_path: Path) -> None:
    opened(page, fake.url)
    run(page)
    shown = stored(page, fake.folder)
    files = {kind: taken(page, kind, tmp_path) for kind in KINDS}
    assert {path.name for path in files.values()} == {kind.file_name for kind in KINDS.values()}
    with av.open(str(files["side_by_side"])) as video:
        assert len(list(video.decode(video=0))) == FRAMES
    with zipfile.ZipFile(files["masks"]) as archive:
        assert len(archive.namelist()) == FRAMES * len(shown.variants) + 1
    assert json.loads(files["measurements"].read_text())["frames"] == [stats.to_json() for stats in shown.frame_stats()]
    with zipfile.ZipFile(files["coco"]) as archive:
        assert len(archive.namelist()) == len(shown.variants)
    with np.load(files["traces"], allow_pickle=False) as arrays:
        assert len(arrays.files) > FRAMES
    assert taken(page, "internals", tmp_path).name.startswith("traces-")
    page.wait_for_selector('[data-export="masks"] small >> text=kB', timeout=LONG)  # how large it is
    assert files["report"].read_text().startswith("<!doctype html>")


def test_the_greeting_comparison_can_be_taken_away_too(page: Page, fake: Served, tmp_path: Path) -> None:
    opened(page, fake.url)
    with zipfile.ZipFile(taken(page, "masks", tmp_path)) as archive:
        assert len(archive.namelist()) == 2 * FRAMES + 1


def test_the_player_goes_to_the_most_uncertain_frame(page: Page, fake: Served) -> None:
    opened(page, fake.url)
    run(page)
    go_to(page, 1)
    page.click(".player .uncertain")
    page.wait_for_function("!document.querySelector('.player .counter').textContent.startsWith('1 ')", timeout=LONG)
    index = int(page.inner_text(".player .counter").split("/")[0])
    at(page, index)
    assert index >= 3  # away from the painted frame


def two_discs(name: str) -> FakeRendered:
    """Render two discs that stay."""
    labels = np.zeros((FRAMES, *SIZE), np.uint8)
    for index in range(FRAMES):
        cv2.circle(labels[index], (50, 40), 20, 1, -1)
        cv2.circle(labels[index], (110, 60), 20, 2, -1)
    frames = np.full((FRAMES, *SIZE, 3), 90, np.uint8)
    frames[labels > 0] = 200
    return FakeRendered(frames, labels)


def test_a_click_on_another_object_asks_about_that_one(page: Page, browser: Browser, tmp_path: Path) -> None:
    shelf = ExampleShelf(tmp_path / "examples", {"two": "Two discs"}, two_discs)
    with served(FakeModels(), tmp_path, shelf) as url:
        opened(page, url)
        go_to(page, 2)
        assert page.input_value(".inside .target") == "1"
        canvas = page.locator(".panes canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        canvas.click(position={"x": 110.5 / SIZE[1] * box["width"], "y": 60.5 / SIZE[0] * box["height"]})
        page.wait_for_selector('.looked [data-target="2"]', timeout=LONG)
        assert page.input_value(".inside .target") == "2"


def test_a_link_brings_models_and_settings_back(page: Page, fake: Served) -> None:
    opened(page, fake.url)
    set_memory_size(page, "9")
    page.locator("#models label", has_text="JOINT").click()
    page.wait_for_function("!document.querySelector('#models input[name=\"lite/joint\"]').checked", timeout=LONG)
    page.click("#copy-link")
    page.wait_for_function("document.querySelector('#link textarea, #link input')?.value", timeout=LONG)
    link = page.input_value("#link textarea, #link input")
    assert "memory=9" in link
    opened(page, link)
    page.click("#settings button")
    page.wait_for_function("document.querySelector('#settings input[type=number]')?.value === '9'", timeout=LONG)
    assert page.locator("#models input:checked").evaluate_all("all => all.map(i => i.name)") == ["lite/llb"]
    opened(page, fake.url.rstrip("/") + "/?models=lite/llb&memory=many")
    page.wait_for_selector("text=not a number", timeout=LONG)
