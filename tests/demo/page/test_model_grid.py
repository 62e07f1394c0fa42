"""The grid of variants."""

from __future__ import annotations

from demo import text
from demo.models.provider import ModelChoice
from demo.models.shipped import ShippedModels
from demo.page.model_grid import Cell, grid, in_grid_order
from tests.support.page_fakes import FakeModels


def at(cells: list[Cell], row: int, column: int) -> Cell:
    return next(cell for cell in cells if (cell.row, cell.column) == (row, column))


def test_every_variant_has_its_place() -> None:
    cells = grid(ShippedModels().choices())
    assert [at(cells, 4, column).name for column in range(1, 5)] == ["lite/joint", "", "lite/llb-2", "lite/llb-4"]
    assert [at(cells, 6, column).name for column in range(1, 5)] == ["", "lite/llb-1", "lite/llb-3", "lite/llb"]
    assert {at(cells, 4, 2).words, at(cells, 6, 1).words} == {text.NOT_IN_PAPER}
    assert len({(cell.row, cell.column) for cell in cells}) == len(cells)


def test_a_variant_that_cannot_run_leaves_its_place_empty() -> None:
    assert at(grid(FakeModels().choices()), 6, 3).words == text.NO_WEIGHTS_HERE  # LLB-3


def test_boxes_are_reached_in_the_order_of_the_grid() -> None:
    other = ModelChoice("flow", "Optical flow", "not learnt")
    names = [choice.name for choice in in_grid_order([other, *FakeModels().choices()])]
    assert names == ["lite/joint", "lite/llb-2", "lite/llb-3", "lite/llb", "flow"]
