"""The report opens offline and tells what the run found."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from demo.clips.clip import Clip
from demo.exports.files import export
from demo.exports.report import make_report
from demo.runs.run import Run
from tests.support.exported_run import NAMES, make_run


class Outside(HTMLParser):
    """Collect what a page would fetch from elsewhere, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href") and value and not value.startswith(("data:", "#")):
                self.fetched.append(value)
        assert tag not in ("script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_opens_offline_and_tells_the_figures(run: Run, clip: Clip, tmp_path: Path) -> None:
    page = export("report", run, clip).read_text()
    parser = Outside()
    parser.feed(page)
    assert parser.fetched == []
    assert not re.search(r"url\((?!#)", page)
    assert page.count("<img") >= 3 * len(NAMES)
    overlap = run.variants[0].overlap
    assert overlap is not None
    assert f"{overlap:.3f}" in parser.text
    assert parser.text.count("knock-out") >= 1
    assert "One disc" in parser.text
    assert "sha of lite/joint" in parser.text
    assert page.count('id="legend_1"') + page.count('id="legend_2"') >= 2, "a legend beside each plot"
    assert "Difference from ground truth" in parser.text
    for key in ("search_factor", "None", "marked_frames", "shared_regions", "search_again"):
        assert key not in parser.text


def test_a_report_without_a_truth_has_dashes_and_compares_models(run: Run, clip: Clip) -> None:
    page = make_report(run, replace(clip, has_truth=False))
    assert page.compared_with == run.variants[0].title
    assert len(page.differences[0]) == len(NAMES) - 1


def test_a_title_with_tags_is_only_text_in_the_report(clip: Clip, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", clip)
    title = '<img src="http://elsewhere/x.png">'
    parser = Outside()
    parser.feed(export("report", run, replace(clip, title=title)).read_text())
    assert parser.fetched == []
    assert title in parser.text
