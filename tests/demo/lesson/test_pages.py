"""What the lesson says is true of what is shipped, and what it opens is there."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from demo.clips.clip import Clip
from demo.clips.examples import EXAMPLES, ExampleShelf
from demo.clips.stories import STORIES
from demo.inside.answers import FilmstripAnswer, PixelAnswer
from demo.inside.arithmetic import ArithmeticAnswer, ArithmeticQuestion, MatchingSum, arithmetic
from demo.inside.diagram import BOXES
from demo.inside.pixel import pixel
from demo.inside.questions import PixelQuestion, Place
from demo.inside.views import filmstrip
from demo.lesson.facts import wrong_facts
from demo.lesson.page import MOST_WORDS, Fact, LessonPage
from demo.lesson.pages import BEE_THERE, EXERCISES, PAGES, clicked_frames
from demo.models.combined import models_of_examples
from demo.models.settings import KNOCK_OUTS, Settings, entry_name
from demo.page.view_link import ViewLink
from demo.runs.answers import Answers
from demo.runs.ready_file import ReadyFile
from demo.runs.run import Run
from demo.runs.run_cache import RunCache
from demo.runs.run_setup import RunRequest
from llb.config import InferenceConfig
from llb.inference.memory import is_memory_frame

ADDRESSES = [(page.name, address) for page in PAGES for address in page.addresses]
MODELS = ["lite/llb", "lite/joint"]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture(scope="module")
def greeting(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The bee's comparison as a server has it that has computed nothing yet; its clip is in `Run.clip_folder`."""
    root = tmp_path_factory.mktemp("lesson")
    shelf = ExampleShelf.own(root)
    clip = shelf.clip("bee")
    truth = clip.truth(0)
    assert truth is not None
    answers = Answers(RunCache(root / "runs", 10**9), models_of_examples(), shelf)
    found = answers.find(RunRequest(clip, {0: truth}, MODELS))
    assert found is not None
    return replace(found, clip_folder=clip.folder)


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


@pytest.mark.parametrize(("name", "address"), ADDRESSES)
def test_the_inside_that_a_page_opens_is_shipped(name: str, address: str) -> None:
    query = dict(parse_qsl(address))
    frame = int(query.get("frame", STORIES[query["clip"]].frame))
    columns = ReadyFile.of(query["clip"]).columns(query["models"].split(","))
    lacking = [column.entry for column in columns if column.entry in MODELS and frame not in column.traces]
    assert lacking == [], "run python -m scripts.prepare_examples --inside"


@pytest.mark.parametrize("model", MODELS)
def test_where_the_lesson_asks_for_a_click_all_that_it_shows_is_shipped(model: str, greeting: Run) -> None:
    clip, [frame] = Clip.open(greeting.clip_folder), clicked_frames("bee")
    left, top, width, height = map(int, BEE_THERE.split(","))
    question = PixelQuestion(Place(model, 1, frame), top + height // 2, left + width // 2)
    looked = pixel(greeting, clip, question)
    assert isinstance(looked, PixelAnswer)
    assert [picture.frame for picture in looked.memory] == [0, 3, 8, 13, 18, 23]
    assert sum(picture.attention or 0 for picture in looked.memory) == pytest.approx(1, abs=1e-3)
    sums = arithmetic(greeting, ArithmeticQuestion(question))
    assert isinstance(sums, ArithmeticAnswer)
    assert isinstance(sums.matching, MatchingSum)
    memory = filmstrip(greeting, clip, question.place)
    assert isinstance(memory, FilmstripAnswer)
    assert not memory.pending


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
    joining = [age for age in range(1, 14) if is_memory_frame(age, settings.interval)]
    assert f"Every {settings.interval}th frame ({', '.join(map(str, joining))}, …)" in text["memory"]
    assert f"At most {settings.memory_size} frames" in text["memory"]
    assert entry_name("lite/llb", "only-e1").split("~")[1] in KNOCK_OUTS
    assert len(BEE_THERE.split(",")) == 4
