"""The terms that are explained where they stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo import glossary, text
from demo.components import words
from demo.models.provider import ModelChoice
from demo.page.model_grid import grid


def sentences(found: object) -> Iterator[str]:
    """Yield all texts of a module's or a dictionary's values."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from sentences(value)
    elif isinstance(found, tuple | list):
        for value in found:
            yield from sentences(value)


COMPONENTS = {name: value for name, value in vars(words).items() if name.endswith("_WORDS")}
PAGE = {name: value for name, value in vars(text).items() if name.isupper()}


def test_every_marked_term_of_the_page_has_an_explanation() -> None:
    marked = [found[1] for sentence in sentences(PAGE) for found in glossary.MARK.finditer(sentence)]
    assert {"J", "Knock-out", "Few-shot learner"} <= set(marked)
    assert set(marked) <= glossary.TERMS.keys()


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_gets_the_terms_that_its_sentences_mark(name: str) -> None:
    marked = {found[1] for sentence in sentences(COMPONENTS[name]) for found in glossary.MARK.finditer(sentence)}
    assert marked == COMPONENTS[name].get("terms", {}).keys()


def test_the_heads_of_the_grid_are_explained() -> None:
    heads = [cell.words for cell in grid([ModelChoice("lite/llb", "LLB", "")]) if cell.kind in ("head", "side")]
    assert len(heads) == 8
    assert all("aria-description" in glossary.explained(head) for head in heads)


def test_a_sentence_is_escaped_and_its_terms_are_buttons() -> None:
    found = glossary.explained("<b> **[[J&F]]** and [[E1, E2|E1]]")
    assert found.startswith("&lt;b&gt; <b><button")
    assert ">J&amp;F</button></b> and " in found
    assert ">E1</button>" in found
    assert glossary.TERMS["J&F"] in found


def test_what_is_asked_for_is_in_the_list() -> None:
    wanted = ("J", "F", "J&F", "IoU", "DLGM", "BFF", "W", "E1, E2", "E1*, E2*", "Gates γ1, γ2", "Temporal weight")
    wanted += ("Feature cell", "Knock-out", "Ablation", "Few-shot learner", "Memory", "Search region")
    assert set(wanted) <= glossary.TERMS.keys()
