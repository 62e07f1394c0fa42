"""The sentences under the ablation's heading are those of the figures below them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.page.finding import finding
from llb.evaluation.results_table import Measured, Row, ablation


def row(variant: str, difference: float, second: float | None = None, spread: float = 1.0) -> Row:
    measured = Measured(variant, 77.0 + difference, 77.0, 77.0, {}, 60.0)
    other = None if second is None else replace(measured, jf=second)
    return Row(variant, (84.0, 81.0, 87.0), measured, difference, (difference - spread, difference + spread), other)


JOINT, WORSE, BETTER = row("joint", 0.0), row("llb-4", -0.3), row("llb", 2.0)


def test_the_shipped_figures_are_in_the_sentence() -> None:
    rows = {found.variant: found for found in ablation()}
    sentence = finding(list(rows.values()))
    differences = [found.difference for name, found in rows.items() if name != "joint"]
    assert f"{min(differences):+.1f} (" in sentence
    assert f"{max(differences):+.1f} points" in sentence


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            (JOINT, WORSE, BETTER),
            "lie -0.3 (LLB-4) to +2.0 points of J&F (LLB) from JOINT. On these clips only LLB can",
        ),
        ((JOINT, WORSE, row("llb", 0.9)), "No difference is sure"),
        ((JOINT, WORSE, row("llb", 1.04)), "No difference is sure"),  # an interval that the table writes as +0.0
        ((JOINT, row("llb-4", -1.5), BETTER), "No 95 % interval reaches 0."),
        ((row("joint", 0.0, second=79.2), WORSE, row("llb", 2.0, 79.1)), "moves JOINT from 77.0 to 79.2"),
    ],
)
def test_the_sentence_says_how_sure_it_is(rows: tuple[Row, ...], said: str) -> None:
    assert said in finding(rows)


def test_a_seed_is_named_only_where_there_is_a_second_one() -> None:
    assert "seed" not in finding((JOINT, WORSE, BETTER))


def test_nothing_is_said_without_designs_to_compare() -> None:
    assert finding(()) == ""
    assert finding((JOINT, BETTER)) == ""
    assert finding((WORSE, BETTER)) == ""
