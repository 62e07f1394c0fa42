"""A clicked cell in numbers: how E1*, E2* and E_tar come about in a channel.

The two answers use different channels, so each is shown in its own strongest one, unless a channel is asked for.

All numbers are those of the trace, which is kept in fp16: a sum of them may differ from the sum that the trace has in
its last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from demo import text
from demo.inside.diagram import Absence, not_predicted
from demo.inside.learner import check_channel, read_channel, replay_of
from demo.inside.pixel import KEYS_REPLACED, Cell, cell_of_pixel
from demo.inside.questions import PixelQuestion
from demo.inside.recorded import Recorded
from demo.runs.fit_replay import FitChanges
from demo.runs.fit_replays import FitReplays
from demo.runs.questions import reading_question
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.model.layers import TEMPERATURE

STRONGEST = 5  # terms of a sum that are shown one by one


@dataclass(frozen=True)
class ArithmeticQuestion:
    """A pixel, and a channel of the label features; without one it is each answer's strongest there."""

    pixel: PixelQuestion
    channel: int | None = None

    @classmethod
    @reading_question()
    def from_json(cls, entries: Mapping[str, Any]) -> ArithmeticQuestion:
        """Read the keys of `PixelQuestion`, and `channel`, which may lack."""
        return cls(PixelQuestion.from_json(entries), read_channel(entries))


@dataclass(frozen=True)
class Others:
    """The other terms of a sum, together."""

    count: int
    product: float
    attention: float | None = None


@dataclass(frozen=True)
class MatchedCell:
    """A cell of the memory: its dot product with the query, its part of the attention, and that part of its E1."""

    frame: int
    row: int
    column: int
    dot: float
    attention: float
    value: float
    product: float


@dataclass(frozen=True)
class MatchingSum:
    """E1* of a cell: `total` of the strongest memory cells and all others, and `answer`, what the trace has."""

    channel: int
    cells: Sequence[MatchedCell]
    others: Others
    total: float
    answer: float
    sharpness: float  # the factor on the dot products before the softmax


@dataclass(frozen=True)
class FusionSum:
    """E_tar of a cell: E1* and E2* by their gates (None for a plain sum), and `answer`, what the trace has."""

    channel: int
    transduced: float
    induced: float
    gate_transduced: float | None
    gate_induced: float | None
    total: float
    answer: float


@dataclass(frozen=True)
class ArithmeticAnswer:
    """A cell in numbers; `cell` is (row, column), and `fusions` are of the channels of both answers."""

    frame: int
    cell: Cell
    channels: int
    matching: MatchingSum | Absence
    fusions: Sequence[FusionSum]

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON values."""
        matching = self.matching.to_json() if isinstance(self.matching, Absence) else asdict(self.matching)
        return {**asdict(self), "cell": list(self.cell), "matching": matching}


@dataclass(frozen=True)
class FilterTerm:
    """A weight of τ (feature channel, row and column in the filter) times the feature under it."""

    feature: int
    row: int
    column: int
    tau: float
    x: float
    product: float


@dataclass(frozen=True)
class FilterSumAnswer:
    """E2* of a cell.

    Attributes:
        cell: (row, column).
        channel: of E2*.
        features: channels of X.
        grid: the sum over all features at each of the filter's 3 x 3 places.
        terms: the largest single products.
        others: all others.
        total: their sum.
        answer: what the trace has.
    """

    cell: Cell
    channel: int
    features: int
    grid: list[list[float]]
    terms: Sequence[FilterTerm]
    others: Others
    total: float
    answer: float

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON values."""
        return {**asdict(self), "cell": list(self.cell)}


def arithmetic(run: Run, question: ArithmeticQuestion) -> ArithmeticAnswer | Absence:
    """Return how E1* and E_tar of a clicked cell come about.

    Raises:
        ValueError: the run has no such place, or its features no such channel.
    """
    found = _predicted(run, question.pixel)
    if isinstance(found, Absence):
        return found
    recorded, cell = found
    trace = recorded.trace
    own = [_channel(question, trace, name, cell) for name in ("transduced", "induced")]
    fusions = [_fusion(trace, cell, channel) for channel in dict.fromkeys(own)]
    matching = _matching(recorded, cell, own[0])
    return ArithmeticAnswer(recorded.place.frame, cell, len(trace.features["fused"]), matching, fusions)


def filter_sum(run: Run, question: ArithmeticQuestion, fits: FitReplays, visitor: str) -> FilterSumAnswer | Absence:
    """Return how E2* of a clicked cell comes about in a channel; its τ has to be found first.

    Raises:
        ValueError: the run has no such place or its features no such channel, or the fit of τ cannot be repeated.
    """
    found = _predicted(run, question.pixel)
    if isinstance(found, Absence):
        return found
    recorded, cell = found
    replay = replay_of(run, question.pixel.place, FitChanges(), fits, visitor)
    if isinstance(replay, Absence):
        return replay
    assert replay.features is not None, "τ was tried out on this frame"
    channel = _channel(question, recorded.trace, "induced", cell)
    row, column = cell
    tau = replay.tau[channel].astype(np.float64)
    padded = np.pad(replay.features.astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    under = padded[:, row : row + 3, column : column + 3]
    products = tau * under
    places = [np.unravel_index(index, products.shape) for index in _largest(products.ravel())]
    terms = [
        FilterTerm(int(c), int(y), int(x), float(tau[c, y, x]), float(under[c, y, x]), float(products[c, y, x]))
        for c, y, x in places
    ]
    total = float(products.sum())
    rest = Others(products.size - len(terms), total - sum(term.product for term in terms))
    answer = float(recorded.trace.features["induced"][channel, row, column])
    grid = [[float(value) for value in line] for line in products.sum(0)]
    return FilterSumAnswer(cell, channel, len(tau), grid, terms, rest, total, answer)


def _predicted(run: Run, question: PixelQuestion) -> tuple[Recorded, Cell] | Absence:
    """Return the trace and the cell of a pixel that a model segmented."""
    recorded = Recorded.find(run, question.place)
    if isinstance(recorded, Absence):
        return recorded
    if not recorded.trace.predicted:
        return not_predicted(recorded.place.frame)
    cell = cell_of_pixel(question, recorded.trace)
    return Absence("not_kept", text.OUTSIDE_REGION) if cell is None else (recorded, cell)


def _channel(question: ArithmeticQuestion, trace: StoredTrace, name: str, cell: Cell) -> int:
    """Return the channel that is asked for, else a feature's strongest at a cell."""
    there = trace.features[name][:, cell[0], cell[1]].astype(np.float32)
    return int(np.abs(there).argmax()) if question.channel is None else check_channel(question.channel, len(there))


def _matching(recorded: Recorded, cell: Cell, channel: int) -> MatchingSum | Absence:
    """Return the sum over the memory that is E1*."""
    trace, run = recorded.trace, recorded.run
    keys = recorded.memory_keys()
    if keys is None:
        sentence = text.INSIDE_PENDING if run.inside_missing else KEYS_REPLACED
        return Absence("pending" if run.inside_missing else "not_kept", sentence)
    values = _memory_values(recorded, channel)
    if isinstance(values, Absence):
        return values
    query = trace.features["query"][:, cell[0], cell[1]].astype(np.float64)
    dots = np.einsum("k,tkhw->thw", query, keys.astype(np.float64))
    scores = np.exp((dots - dots.max()) / TEMPERATURE)
    attention = scores / scores.sum()
    products = attention * values
    cells = []
    for index in _largest(attention.ravel()):
        slot, row, column = (int(part) for part in np.unravel_index(index, attention.shape))
        numbers = (float(array[slot, row, column]) for array in (dots, attention, values, products))
        cells.append(MatchedCell(trace.memory_frames[slot], row, column, *numbers))
    total = float(products.sum())
    rest = Others(
        attention.size - len(cells),
        total - sum(each.product for each in cells),
        1.0 - sum(each.attention for each in cells),
    )
    answer = float(trace.features["transduced"][channel, cell[0], cell[1]])
    return MatchingSum(channel, cells, rest, total, answer, round(1 / TEMPERATURE, 6))


def _memory_values(recorded: Recorded, channel: int) -> Float[np.ndarray, "t h w"] | Absence:
    """Return a channel of E1 of the frames in the memory."""
    traces, place = recorded.run.traces(recorded.place.model), recorded.place
    found = []
    for frame in recorded.trace.memory_frames:
        trace = traces.read(frame, place.target)
        if trace is None or "value" not in trace.features:
            missing = recorded.run.inside_missing
            return Absence("pending", text.INSIDE_PENDING) if missing else Absence("not_kept", text.E1_NOT_KEPT)
        found.append(trace.features["value"][channel].astype(np.float64))
    return np.stack(found)


def _fusion(trace: StoredTrace, cell: Cell, channel: int) -> FusionSum:
    def number(name: str) -> float | None:
        feature = trace.features.get(name)
        return None if feature is None else float(feature[channel, cell[0], cell[1]])

    transduced, induced, answer = number("transduced"), number("induced"), number("fused")
    assert transduced is not None, "the frame is predicted"
    assert induced is not None, "the frame is predicted"
    assert answer is not None, "the frame is predicted"
    gates = number("gate_transduced"), number("gate_induced")
    first, second = (1.0 if gate is None else gate for gate in gates)
    return FusionSum(channel, transduced, induced, *gates, first * transduced + second * induced, answer)


def _largest(values: Float[np.ndarray, " n"]) -> list[int]:
    """Return the places of the largest numbers by size, the largest first."""
    return [int(index) for index in np.argsort(-np.abs(values), kind="stable")[:STRONGEST]]
