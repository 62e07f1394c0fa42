"""What a page of the lesson is made of; the browser shows it (demo/components/lesson)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MOST_WORDS = 80  # of a page's text and its task together


@dataclass(frozen=True)
class Done:
    """What a visitor does to have a page ticked off; the page sees it by itself.

    Attributes:
        what: ``frame`` (one of a range is shown), ``box`` (one of some is opened), ``pixel`` (one inside a rectangle is
            clicked), ``past`` (a past frame is chosen), ``answer`` (the page's question is answered) or ``comparison``
            (another one than the page's is on show).
        value: ``20-47``, ``region|frame``, ``x,y,width,height`` of the frame; empty where there is nothing to say.
    """

    what: Literal["frame", "box", "pixel", "past", "answer", "comparison"]
    value: str = ""


@dataclass(frozen=True)
class Fact:
    """A figure that a text states, as it stands there; ``demo.lesson.facts`` measures it again.

    Attributes:
        written: such as ``0.69``.
        clip: the example's name.
        entries: models and knock-outs of the comparison, in order; the figure is of the one at `place`.
        place: in `entries`.
        measure: ``j`` (region similarity) or ``area`` (pixels marked).
        frame: None is the mean over the clip.
        target: the object.
    """

    written: str
    clip: str
    entries: tuple[str, ...]
    place: int = 0
    measure: Literal["j", "area"] = "j"
    frame: int | None = None
    target: int = 1


@dataclass(frozen=True)
class TableFact:
    """A figure of the ablation table that a text states.

    Attributes:
        written: such as ``+1.7``.
        variant: such as ``llb-1``.
        column: its J&F, that of the second seed, its difference to JOINT, or an end of that difference's 95 % interval.
    """

    written: str
    variant: str
    column: Literal["jf", "second", "difference", "low", "high"]


@dataclass(frozen=True)
class Question:
    """A question that is asked before the page shows the answer.

    Attributes:
        text: the question.
        options: to choose from.
        right: place of the right one.
        answer: what is said after any choice.
        address: opened then; empty leaves everything as it is.
    """

    text: str
    options: tuple[str, ...]
    right: int
    answer: str
    address: str = ""


@dataclass(frozen=True)
class Exercise:
    """A question of the worksheet with its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class LessonPage:
    """A page of the lesson.

    Attributes:
        name: by which progress is kept; it stays the same when pages are reordered.
        title: of the page.
        text: what to know.
        task: what to do; it leads to `done`.
        address: the query of the view that the page opens; `done` is not yet true there.
        highlight: CSS selector of what the text is about.
        done: ticks the page off.
        question: asked before something is shown.
        exercise: of the worksheet.
        facts: the figures that text, question or exercise state.
    """

    name: str
    title: str
    text: str
    task: str
    address: str
    highlight: str
    done: Done
    question: Question | None = None
    exercise: Exercise | None = None
    facts: tuple[Fact | TableFact, ...] = ()

    @property
    def words(self) -> int:
        """How long text, task and question are together."""
        asked = self.question.text if self.question else ""
        return len(f"{self.text} {self.task} {asked}".split())

    @property
    def addresses(self) -> tuple[str, ...]:
        """The views that it opens: its own, and the one that a question's answer shows."""
        after = self.question.address if self.question else ""
        return (self.address, after) if after else (self.address,)

    @property
    def everything(self) -> str:
        """All that the page and the worksheet say."""
        question, exercise = self.question, self.exercise
        asked = (question.text, *question.options, question.answer) if question else ()
        trained = (exercise.question, exercise.answer) if exercise else ()
        return "\n".join((self.text, self.task, *asked, *trained))
