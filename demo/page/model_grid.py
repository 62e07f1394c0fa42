"""The variants as a grid: rows by what the label is made of, columns by fusion and label encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from demo import model_text, text
from demo.models.provider import ModelChoice
from demo.models.shipped import SCALE
from llb.config import VARIANTS, Variant

LABELS, FUSIONS, ENCODERS = ("mask", "bff"), ("sum", "adaptive"), ("cnn", "vitae")
COLUMNS = tuple(product(FUSIONS, ENCODERS))
TERMS = {  # of the glossary, for the heads
    "mask": "Mask",
    "bff": "BFF",
    "cnn": "CNN",
    "vitae": "ViTAE",
    "sum": "Branches added",
    "adaptive": "Gates γ1, γ2",
}
HEAD_ROWS = 2  # fusions, encoders; below them each row of cells has a head of its own


@dataclass(frozen=True)
class Cell:
    """A place in the CSS grid: with the name of the model whose box stands there, or with words (terms are marked)."""

    row: int
    column: int
    span: int = 1
    name: str = ""
    words: str = ""
    kind: str = ""


def in_grid_order(choices: Sequence[ModelChoice]) -> list[ModelChoice]:
    """Sort models as a reader goes through the grid; those that have no cell come last."""
    names = [f"{SCALE}/{name}" for place in product(LABELS, FUSIONS, ENCODERS) if (name := _variant_at(*place))]
    return sorted(choices, key=lambda choice: names.index(choice.name) if choice.name in names else len(names))


def grid(choices: Sequence[ModelChoice]) -> list[Cell]:
    """Return the cells: heads, the variants that can run, and why the others are empty."""
    able = {choice.name for choice in choices if not choice.reason}
    wide = len(ENCODERS)
    cells = [
        Cell(1, 1 + wide * i, wide, words=_term(it, model_text.FUSIONS), kind="head") for i, it in enumerate(FUSIONS)
    ]
    cells += [
        Cell(2, 1 + i, words=_term(encoder, model_text.ENCODERS), kind="head") for i, (_, encoder) in enumerate(COLUMNS)
    ]
    for number, label in enumerate(LABELS):
        row = HEAD_ROWS + 1 + 2 * number
        cells.append(Cell(row, 1, len(COLUMNS), words=_term(label, model_text.INPUTS), kind="side"))
        cells += [_cell(row + 1, 1 + i, label, *column, able) for i, column in enumerate(COLUMNS)]
    return cells


def _term(name: str, words: Mapping[str, str]) -> str:
    return f"[[{TERMS[name]}|{words[name]}]]"


def _cell(row: int, column: int, label: str, fusion: str, encoder: str, able: set[str]) -> Cell:
    variant = _variant_at(label, fusion, encoder)
    name = f"{SCALE}/{variant}"
    if variant and name in able:
        return Cell(row, column, name=name)
    return Cell(row, column, words=text.NO_WEIGHTS_HERE if variant else text.NOT_IN_PAPER, kind="empty")


def _variant_at(label: str, fusion: str, encoder: str) -> str | None:
    """Return the variant of a design; None if the paper has none."""

    def fits(kind: Variant) -> bool:
        return (kind.label_input, kind.fusion, kind.label_encoder) == (label, fusion, encoder)

    return next((name for name, kind in VARIANTS.items() if fits(kind)), None)
