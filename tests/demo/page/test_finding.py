"""The sentence under the ablation's heading holds for the shipped figures, and goes where it would not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.page.finding import finding
from llb.evaluation.results_table import Measured, Row, ablation


def row(variant: str, difference: float, second: float | None = None) -> Row:
    measured = Measured(variant, 77.0 + difference, 77.0, 77.0, {}, 60.0)
    other = None if second is None else replace(measured, jf=second)
    return Row(variant, (84.0, 81.0, 87.0), measured, difference, (difference - 1, difference + 1), other)


ROWS = (row("joint", 0.0, second=79.2), row("llb-2", -0.1), row("llb-4", 1.2), row("llb", 2.0, second=79.1))


def test_the_shipped_figures_carry_the_sentence() -> None:
    rows = {found.variant: found for found in ablation()}
    sentence = finding(list(rows.values()))
    assert "richer labels help a little" in sentence, "the page's sentence about the ablation no longer holds"
    assert f"({rows['llb-2'].difference:+.1f})" in sentence
    assert "LLB-2" not in sentence


def test_the_sentence_has_the_figures() -> None:
    assert "+1.2 to +2.0 points" in finding(ROWS)
    assert "JOINT: 77.0 with one, 79.2 with the other" in finding(ROWS)


@pytest.mark.parametrize(
    "changed",
    [
        (row("llb", 7.0, second=79.1),),  # that is more than a little
        (row("llb-4", -0.3),),  # one of the richer labels does not help
        (row("llb-2", 2.5),),  # gates alone help
        (row("joint", 0.0, second=77.3),),  # the seed hardly matters
        (row("joint", 0.0), row("llb", 2.0)),  # there is no second seed
    ],
)
def test_other_figures_do_not_get_the_sentence(changed: tuple[Row, ...]) -> None:
    rows = {found.variant: found for found in (*ROWS, *changed)}
    assert finding(list(rows.values())) == ""
