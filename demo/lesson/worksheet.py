"""The worksheet of the lesson: six questions to print, and their answers on a sheet of their own."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from demo.lesson.facts import wrong_facts
from demo.lesson.pages import PAGES
from demo.templates import template_environment

FILE = Path(__file__).with_name("worksheet.html")
ADDRESS = "/lesson/worksheet.html"
TEMPLATES = template_environment(Path(__file__).with_name("templates"))


def render() -> str:
    """Return the worksheet as HTML.

    Raises:
        ValueError: the lesson states a figure that the shipped results do not have.
    """
    numbered = [(number, page) for number, page in enumerate(PAGES, start=1) if page.exercise]
    wrong = wrong_facts(fact for _, page in numbered for fact in page.facts)
    if wrong:
        raise ValueError(f"The lesson's figures are not those of the results, mend demo/lesson/pages.py: {wrong}")
    return TEMPLATES.get_template("worksheet.html").render(exercises=numbered, questions=_three_questions()) + "\n"


def route() -> Route:
    """Return the route at which the page gives the worksheet out."""
    return Route(ADDRESS, _answer, methods=["GET"])


def _three_questions() -> list[str]:
    """Return the questions that the first page asks and the last one comes back to."""
    return [sentence.strip() + "?" for sentence in PAGES[0].text.partition(": ")[2].split("?")[:-1]]


def _answer(_request: Request) -> FileResponse:
    return FileResponse(FILE, media_type="text/html")
