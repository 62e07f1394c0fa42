"""What the lesson says is true of what is shipped, and what it opens is there."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest

from demo.clips.examples import EXAMPLES
from demo.inside.diagram import BOXES
from demo.lesson.facts import wrong_facts
from demo.lesson.page import MOST_WORDS, Fact, LessonPage
from demo.lesson.pages import BEE_THERE, EXERCISES, PAGES
from demo.models.settings import KNOCK_OUTS, Settings, entry_name
from demo.page.view_link import ViewLink
from llb.config import InferenceConfig

ADDRESSES = [(page.name, page.address) for page in PAGES] + [
    (page.name, page.question.address) for page in PAGES if page.question and page.question.address
]
MODELS = ["lite/llb", "lite/joint"]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_every_figure_is_what_the_shipped_results_have(page: LessonPage) -> None:
    assert wrong_facts(page.facts) == []


@every_page
def test_a_stated_figure_is_a_checked_one(page: LessonPage) -> None:
    options = "\n".join(page.question.options) if page.question else ""  # what a reader may guess is no statement
    stated = set(re.findall(r"(?<![\d.])[+-]?\d+\.\d+", page.everything.replace(options, "")))
    assert stated == {fact.written for fact in page.facts}


def test_a_wrong_figure_is_seen() -> None:
    assert wrong_facts([Fact("0.99", "bee", ("lite/llb", "lite/joint"))]) != []


@every_page
def test_a_page_is_short(page: LessonPage) -> None:
    assert page.words <= MOST_WORDS


@pytest.mark.parametrize(("name", "address"), ADDRESSES)
def test_a_page_s_address_is_one_that_the_page_itself_writes(name: str, address: str) -> None:
    query = dict(parse_qsl(address))
    link = ViewLink.from_query(query, EXAMPLES, MODELS)
    assert link is not None
    assert address.startswith(link.query()), "so that it is known as the comparison that is on show"
    assert query.get("box", "memory") in BOXES


def test_names_are_different_and_three_pages_at_least_ask_before_they_show() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert sum(bool(page.question and page.question.address) for page in PAGES) >= 3
    assert sum(page.exercise is not None for page in PAGES) == EXERCISES


@every_page
def test_a_page_does_not_open_as_done(page: LessonPage) -> None:
    query = dict(parse_qsl(page.address))
    opened = {"frame": query.get("frame", ""), "box": query.get("box", ""), "pixel": "", "past": ""}
    if page.done.what == "box":
        assert opened["box"] not in page.done.value.split("|")
        assert set(page.done.value.split("|")) <= set(BOXES)
    if page.done.what == "frame":
        low, high = map(int, page.done.value.split("-"))
        assert not low <= int(opened["frame"]) <= high < 48


def test_the_numbers_of_steps_and_frames_are_the_engine_s() -> None:
    text = {page.name: page.text for page in PAGES}
    settings, engine = Settings(), InferenceConfig()
    assert f"{settings.steps_first} steps" in text["filter"]
    assert f"and {engine.steps_update} more" in text["filter"]
    assert f"Every {settings.interval}th frame" in text["memory"]
    assert f"At most {settings.memory_size} frames" in text["memory"]
    assert entry_name("lite/llb", "only-e1").split("~")[1] in KNOCK_OUTS
    assert len(BEE_THERE.split(",")) == 4
