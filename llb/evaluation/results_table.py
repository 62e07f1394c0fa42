"""The ablation table: J&F of the shipped lite variants beside the paper's, with confidence intervals.

Everything is read from the committed results (``weights/results``), which `python -m llb evaluate --json` wrote.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llb.weight_files import WEIGHTS

RESULTS = WEIGHTS / "results"
BASELINE = "joint"
ORDER = ("joint", "llb-2", "llb-4", "llb-3", "llb-1", "llb")  # the paper's, from the lowest J&F to the highest
PAPER = {  # J&F, J, F on DAVIS 2017 val (Tables 3 and 4)
    "joint": (83.5, 80.8, 86.2),
    "llb-1": (84.2, 81.2, 87.1),
    "llb-2": (83.8, 81.0, 86.6),
    "llb-3": (84.1, 81.2, 87.1),
    "llb-4": (83.9, 81.0, 86.8),
    "llb": (84.6, 81.5, 87.7),
}
RESAMPLES = 10_000
SECOND_SEED = "-seed1"


@dataclass(frozen=True)
class Measured:
    """One model on the validation set, in per cent."""

    name: str
    jf: float
    j: float
    f: float
    sequences: dict[str, float]  # J&F of each
    milliseconds: float  # per frame


@dataclass(frozen=True)
class Row:
    """A variant in the table: figures in per cent; `interval` is the 95 % interval of the difference to JOINT.

    `second` is the same variant trained from another seed, where there is one.
    """

    variant: str
    paper: tuple[float, float, float]
    measured: Measured
    difference: float
    interval: tuple[float, float]
    second: Measured | None


def read_result(path: Path) -> Measured:
    """Read a result file that `python -m llb evaluate --json` wrote."""
    found = json.loads(path.read_text())
    return Measured(
        path.stem.removeprefix("lite_"),
        100 * found["J&F"],
        100 * found["J"],
        100 * found["F"],
        {sequence["name"]: 100 * sequence["J&F"] for sequence in found["sequences"]},
        1000 * found["seconds_per_frame"],
    )


def ablation(folder: Path = RESULTS) -> list[Row]:
    """Return a row for every variant that has a result, in the paper's order; empty without JOINT's.

    The interval is a bootstrap over sequences of the paired differences in J&F (10,000 draws, seed 0).
    """
    found = {path.stem.removeprefix("lite_"): read_result(path) for path in sorted(folder.glob("lite_*.json"))}
    if BASELINE not in found:
        return []
    base = found[BASELINE]
    rows = []
    for variant in ORDER:
        if variant in found:
            gains = np.array([found[variant].sequences[name] - base.sequences[name] for name in base.sequences])
            interval = bootstrap_interval(gains)
            second = found.get(variant + SECOND_SEED)
            rows.append(Row(variant, PAPER[variant], found[variant], float(gains.mean()), interval, second))
    return rows


def bootstrap_interval(gains: np.ndarray) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean of paired differences, one per sequence."""
    rng = np.random.default_rng(0)
    means = gains[rng.integers(len(gains), size=(RESAMPLES, len(gains)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def signed(points: float) -> str:
    """Write a difference with its sign, what rounds to nothing as +0.0.

    >>> signed(1.66), signed(-0.04)
    ('+1.7', '+0.0')
    """
    return f"{round(points, 1) + 0.0:+.1f}"


def markdown(rows: list[Row]) -> str:
    """Return the table as Markdown, with the second seed where a row has one."""
    seeds = ["J&F, second seed"] if any(row.second for row in rows) else []
    heads = ["model", "J&F", "J", "F", "ms", "to JOINT", "95 % interval", *seeds, "paper J&F", "paper J", "paper F"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for row in rows:
        own, base = row.measured, row.variant == BASELINE
        second = f"{row.second.jf:.1f}" if row.second else ""
        cells = [
            f"`lite/{row.variant}`",
            *(f"{value:.1f}" for value in (own.jf, own.j, own.f)),
            f"{own.milliseconds:.0f}",
            "" if base else signed(row.difference),
            "" if base else f"{signed(row.interval[0])} to {signed(row.interval[1])}",
            *(second for _ in seeds),
            *(f"{value:.1f}" for value in row.paper),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def latex(rows: list[Row]) -> str:
    """Return the table as LaTeX (booktabs), with the 95 % intervals of the differences to JOINT."""
    lines = [
        r"\begin{tabular}{lrrrrr}",
        r"\toprule",
        r"Model & $\mathcal{J}\&\mathcal{F}$ & $\mathcal{J}$ & $\mathcal{F}$ & to JOINT & 95\,\% interval \\",
        r"\midrule",
    ]
    for row in rows:
        own, gain, (low, high) = row.measured, signed(row.difference), row.interval
        compared = " & " if row.variant == BASELINE else f"${gain}$ & $[{signed(low)}, {signed(high)}]$"
        lines.append(rf"{row.variant} & {own.jf:.1f} & {own.j:.1f} & {own.f:.1f} & {compared} \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def by_sequence(rows: list[Row]) -> str:
    """Return J&F of every sequence as Markdown."""
    titles = [f"`{row.variant}`" for row in rows]
    lines = ["| sequence | " + " | ".join(titles) + " |", "|---" * (len(rows) + 1) + "|"]
    for name in rows[0].measured.sequences:
        lines.append(f"| {name} | " + " | ".join(f"{row.measured.sequences[name]:.1f}" for row in rows) + " |")
    return "\n".join(lines)
