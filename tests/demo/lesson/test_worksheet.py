"""The worksheet is made of the lesson as it is, and has its six questions with their answers."""

from __future__ import annotations

import re

import pytest

from demo.lesson import worksheet
from demo.lesson.pages import EXERCISES


def test_the_worksheet_that_is_given_out_is_today_s() -> None:
    assert worksheet.FILE.read_text(encoding="utf-8") == worksheet.render(), "python -m scripts.make_worksheet"


def test_it_asks_six_questions_and_answers_them_on_a_sheet_of_their_own() -> None:
    asked, answers = worksheet.render().split('<section class="answers">')
    assert len(re.findall("<li>", asked)) == len(re.findall("<li>", answers)) == EXERCISES
    assert "0.51" in answers
    assert "0.51" not in asked
    for question in ("enough?", "twice?", "object?"):
        assert question in asked, "the three questions of the first page"


def test_a_wrong_figure_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.lesson.facts._of_clip", lambda fact: "0.99")
    with pytest.raises(ValueError, match=r"0\.99"):
        worksheet.render()
