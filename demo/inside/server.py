"""The server function of the live diagram: JSON in, JSON out; what goes wrong is one sentence under ``error``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo import text
from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.inside import views
from demo.inside.arithmetic import ArithmeticQuestion, arithmetic, filter_sum
from demo.inside.learner import LearnerQuestion, learner
from demo.inside.pixel import pixel
from demo.inside.questions import DetailQuestion, DiagramQuestion, PixelQuestion, Place
from demo.json_values import read_text
from demo.runs.fit_replays import FitReplays
from demo.runs.lookup import RunLookup
from demo.runs.questions import answer_in_words, reading_question
from demo.runs.run import Run


@dataclass(frozen=True)
class InsideServer:
    """Answers the live diagram."""

    runs: RunLookup
    fits: FitReplays

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a question: `token` is the visitor's, `run` a name from the player's value, `what` its kind.

        The other keys are those of `demo.inside.questions`.
        """
        return answer_in_words(lambda: dict(browser_json(self._answer(question))))

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        with reading_question():
            token, name, what = question["token"], read_text(question, "run"), question["what"]
        run = self.runs.find(token, name)
        clip = Clip.open(run.clip_folder)
        match what:
            case "learner":
                return learner(run, clip, LearnerQuestion.from_json(question), self.fits, str(token)).to_json()
            case "filter_sum":
                return filter_sum(run, ArithmeticQuestion.from_json(question), self.fits, str(token)).to_json()
            case _:
                return _answer(run, clip, what, question)


def _answer(run: Run, clip: Clip, what: object, question: dict[str, Any]) -> dict[str, Any]:
    """Answer a question about what a run has stored; raise ValueError for one of a kind that there is not."""
    match what:
        case "diagram":
            return views.diagram(run, clip, DiagramQuestion.from_json(question)).to_json()
        case "detail":
            return views.detail(run, clip, DetailQuestion.from_json(question)).to_json()
        case "channels":
            return views.channels(run, Place.from_json(question)).to_json()
        case "filmstrip":
            return views.filmstrip(run, clip, Place.from_json(question)).to_json()
        case "pixel":
            return pixel(run, clip, PixelQuestion.from_json(question)).to_json()
        case "arithmetic":
            return arithmetic(run, ArithmeticQuestion.from_json(question)).to_json()
        case _:
            raise ValueError(text.INCOMPLETE)
