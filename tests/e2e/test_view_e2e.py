"""`llb view` in a browser: two folders of masks, the table, the worst frame, and J as `llb score` has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.page.layout import launch_options
from demo.page.viewed_results import ViewedResults
from demo.runs.session import SessionStore
from demo.serve import assemble
from llb.evaluation.datasets import DatasetChoice
from llb.evaluation.masks import MaskSource, score_masks
from llb.evaluation.result_set import NamedResult, ResultSet, find_results
from llb.io.label_png import read_labels, write_labels
from tests.e2e.driver import LONG, no_failures, panes, stored, told
from tests.support.benchmark_data import shifted, write_images, write_masks
from tests.support.clips import square_clip
from tests.support.other_results import BAD, FRAMES, STEMS, write_results, write_zip
from tests.support.page_fakes import FakeModels, fake_shelf

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def write_dataset(root: Path) -> tuple[Path, Path, Path]:
    """Write two sequences with truth, and two results: of the second sequence one has a bad frame."""
    data, good, poor = root / "data", root / "good", root / "poor"
    for number, name in enumerate(("calm", "wild")):
        rgb, labels = square_clip(FRAMES, {1: (20, 20 + 10 * number), 2: (60, 70)})
        write_images(data / "JPEGImages" / name, rgb, STEMS)
        write_masks(data / "Annotations" / name, labels, STEMS)
        write_masks(good / name, labels, STEMS)
        write_masks(poor / name, shifted(labels) if number else labels, STEMS)
    bad = read_labels(poor / f"wild/{BAD:05d}.png")
    bad[bad == 2] = 0
    write_labels(poor / f"wild/{BAD:05d}.png", bad)
    return data, good, poor


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("view")


@pytest.fixture(scope="module")
def results(folder: Path) -> ResultSet:
    data, good, poor = write_dataset(folder)
    named = [NamedResult("Cutie", MaskSource(good)), NamedResult("SAM2", MaskSource(poor))]
    return find_results(DatasetChoice(data, "val"), named)


@pytest.fixture(scope="module")
def url(folder: Path, results: ResultSet) -> Iterator[str]:
    sessions = SessionStore(folder / "sessions")
    page = assemble(FakeModels(), fake_shelf(folder), sessions, folder, viewed=ViewedResults(results))
    try:
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(folder, folder / "sessions"))
        yield url
    finally:
        page.close(verbose=False)


def shows(page: Page, title: str, frame: int) -> None:
    """Wait until a sequence is on show, paused at a frame."""
    page.wait_for_selector(f"#results-title >> text=Results: {title}", timeout=LONG)
    shown = """frame => { const all = [...document.querySelectorAll('.player .panes canvas')];
      return all.length > 0 && all.every(c => c.dataset.frame === String(frame)); }"""
    page.wait_for_function(shown, arg=frame, timeout=LONG)


def test_a_sequence_opens_at_its_worst_frame_with_the_j_of_llb_score(
    page: Page, url: str, folder: Path, results: ResultSet
) -> None:
    with no_failures(page):
        page.goto(url)
        page.wait_for_selector(".sequences tbody tr:first-child >> text=wild", timeout=LONG)  # the worst comes first
        page.click(".sequences button >> text=wild")
        shows(page, "wild", BAD)
        assert len(panes(page)) == 2
        assert page.locator(".player .play").inner_text() == "▶"
        page.wait_for_selector(".sequences tr.opened >> text=wild", timeout=LONG)
        scored = score_masks(MaskSource(folder / "poor"), results.dataset.only(("wild",))).sequences[0]
        assert f"J {scored.score.j:.2f}" in page.inner_text('figure[data-variant="result-SAM2"] .pace')
        assert f"{100 * scored.score.mean:.1f}" in page.inner_text(".sequences tbody tr:first-child td:last-child")
        assert stored(page, folder).record("result-SAM2").overlap == scored.score.j
        page.select_option(".player .views", "boundary")
        page.wait_for_selector(".player .legend-line .missed", timeout=LONG)
        before = told(page)["stamp"]
        page.click(".sequences button >> text=wild")  # it is on show: nothing is read or chosen anew
        page.wait_for_timeout(1500)
        assert (told(page)["stamp"], page.input_value(".player .views")) == (before, "boundary")
        assert page.locator(".player .repair-here").count() == 0
        page.click(".sequences button >> text=calm")
        page.wait_for_selector("#results-title >> text=Results: calm", timeout=LONG)


def test_further_results_are_uploaded_beside_them(page: Page, url: str, folder: Path, tmp_path: Path) -> None:
    with no_failures(page):
        page.goto(url)
        page.wait_for_selector(".player .panes canvas[data-frame]", timeout=LONG)
        page.click("#compare-results button")
        _, labels = square_clip(FRAMES, {1: (20, 20), 2: (60, 70)})
        write_zip(tmp_path / "XMem.zip", labels)
        page.locator("#compare-results input[type=file]").set_input_files(tmp_path / "XMem.zip")
        page.wait_for_selector('figure[data-variant="result-XMem"] canvas[data-frame]', timeout=LONG)
        assert len(panes(page)) == 3


def test_two_folders_and_a_clip_are_refused_on_the_command_line_where_they_do_not_match(tmp_path: Path) -> None:
    written = write_results(tmp_path)
    small = read_labels(written.poor / "00003.png")[:48, :72]
    write_labels(written.poor / "00003.png", small)
    found = find_results(DatasetChoice(written.clip, "val"), [NamedResult("Poor", MaskSource(written.poor))])
    with pytest.raises(ValueError, match=r"Poor: 00003\.png is 72x48, the clip 144x96"):
        found.check_clip()
