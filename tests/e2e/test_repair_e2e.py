"""Correcting, adding objects and marking in mid-clip, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from demo.components import words
from tests.e2e.driver import (
    LONG,
    choose,
    draw,
    go_to,
    kept,
    marked,
    opened,
    pixels_of,
    run,
    shows_mask,
    stored,
    to_frame,
    told,
)
from tests.support.page_fakes import FRAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def every_label(page: Page, folder: Path, name: str = "lite/llb") -> np.ndarray:
    shown = stored(page, folder)
    return np.stack([shown.labels(name, index) for index in range(FRAMES)])


def assert_shown(page: Page, expected: np.ndarray, *frames: int) -> None:
    """See that a model's pane shows these labels on some frames."""
    page.select_option(".player .views", "mask")
    for index in frames:
        go_to(page, index)
        assert shows_mask(page, "lite/llb", expected[index])


def repair(page: Page, index: int, direction: str) -> None:
    """Wait for the offer to go on from the frame that was just marked, and take it."""
    before = told(page)["run"]
    page.select_option(".mask-canvas .repair select", direction)
    page.click(f".mask-canvas .go-on >> text={words.CANVAS_WORDS['go_on'].format(index)}")
    page.wait_for_function(
        "run => JSON.parse(document.querySelector('.player').dataset.run).run !== run", arg=before, timeout=LONG
    )
    page.wait_for_selector("#run", state="visible", timeout=LONG)


@pytest.mark.parametrize(("direction", "changed"), [("forwards", slice(4, None)), ("backwards", slice(1, 5))])
def test_a_correction_changes_one_side_of_the_clip(
    page: Page, url: str, folder: Path, direction: str, changed: slice
) -> None:
    opened(page, url)
    run(page)
    before, first = every_label(page, folder), told(page)["run"]
    go_to(page, 4)
    page.locator(".player .repair-here").first.click()
    page.wait_for_selector('.mask-canvas[data-frame="4"]', timeout=LONG)
    assert pixels_of(page, 1) == (before[4] == 1).sum()
    page.wait_for_selector(".mask-canvas dialog[open] .repair >> text=fix the mask of", timeout=LONG)
    assert not page.locator(".mask-canvas .go-on").is_visible()
    draw(page, (0.8, 0.1), (0.95, 0.1))
    corrected = marked(page, folder, 4)
    repair(page, 4, direction)
    after = every_label(page, folder)
    expected = before.copy()
    expected[changed] = corrected
    assert (after == expected).all()
    assert_shown(page, after, 1, 4, FRAMES - 1)
    page.click("#undo-repair")
    page.wait_for_selector("#undo-repair", state="hidden", timeout=LONG)
    page.wait_for_function(
        "run => JSON.parse(document.querySelector('.player').dataset.run).run === run", arg=first, timeout=LONG
    )
    assert (every_label(page, folder) == before).all()
    assert_shown(page, before, 1, 4, FRAMES - 1)


def test_an_object_is_added_in_mid_clip(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    run(page)
    before = every_label(page, folder)
    go_to(page, 3)
    page.locator(".player .repair-here").first.click()
    page.wait_for_selector('.mask-canvas[data-frame="3"]', timeout=LONG)
    page.wait_for_selector(".mask-canvas dialog[open]", timeout=LONG)
    choose(page, "brush", 2)
    draw(page, (0.8, 0.85), (0.95, 0.85))
    assert set(np.unique(marked(page, folder, 3))) == {0, 2}  # what the model proposed is not the visitor's mark
    repair(page, 3, "forwards")
    after = every_label(page, folder)
    assert (after[:3] == before[:3]).all()
    assert all((labels == 2).any() for labels in after[3:])
    assert ((after == 1) == (before == 1))[after != 2].all()
    assert page.locator(".inside .target option").all_inner_texts() == ["1", "2"]


def test_a_mark_in_mid_clip_is_followed_both_ways_by_a_first_run(page: Page, url: str, folder: Path) -> None:
    opened(page, url)
    page.click(".mask-canvas .more summary")
    page.click(".mask-canvas .clear")
    kept(page)
    to_frame(page, 5)
    draw(page, (0.4, 0.4), (0.6, 0.4))
    run(page)
    labels = every_label(page, folder)
    assert all((frame == 1).any() for frame in labels)
    assert_shown(page, labels, 0, 4, FRAMES - 1)
