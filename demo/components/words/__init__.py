"""The words that the page's components show; each gets its own dictionary as `props.words`."""

from demo.components.words.canvas import CANVAS_WORDS, TRIM_WORDS
from demo.components.words.common import NOT_LOADED, UNREACHABLE
from demo.components.words.guide import ADDRESS_WORDS, LESSON_WORDS
from demo.components.words.inside import INSIDE_WORDS
from demo.components.words.learner import ARITHMETIC_WORDS, LEARNER_WORDS
from demo.components.words.player import PLAYER_WORDS, SEQUENCES_WORDS

__all__ = [
    "ADDRESS_WORDS",
    "ARITHMETIC_WORDS",
    "CANVAS_WORDS",
    "INSIDE_WORDS",
    "LEARNER_WORDS",
    "LESSON_WORDS",
    "NOT_LOADED",
    "PLAYER_WORDS",
    "SEQUENCES_WORDS",
    "TRIM_WORDS",
    "UNREACHABLE",
]
