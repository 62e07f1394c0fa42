"""Measures again what the lesson states: from the shipped results of the examples, and from the ablation table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from demo.lesson.page import Fact, TableFact
from demo.runs.ready_file import Column, ReadyFile
from llb.evaluation.results_table import ablation, signed


def measured(fact: Fact | TableFact) -> str:
    """Return a fact as today's results have it, written as the lesson writes it.

    Raises:
        ValueError: there is no such result.
    """
    return _of_table(fact) if isinstance(fact, TableFact) else _of_clip(fact)


def wrong_facts(facts: Iterable[Fact | TableFact]) -> list[str]:
    """Return what the lesson states and the results do not: both figures of each."""
    pairs = [(fact, measured(fact)) for fact in facts]
    return [f"{fact}: measured {value}" for fact, value in pairs if fact.written != value]


def _of_clip(fact: Fact) -> str:
    series = []
    for stats in _columns(fact.clip, fact.entries)[fact.place].stats:
        found = stats.objects.get(fact.target)
        series.append(getattr(found, fact.measure) if found else None)
    chosen = series if fact.frame is None else series[fact.frame : fact.frame + 1]
    known = [value for value in chosen if value is not None]
    if not known:
        raise ValueError(f"The results of {fact.clip} have no {fact.measure} for {fact}.")
    value = float(np.mean(known))
    return f"{value:.2f}" if fact.measure == "j" else f"{value:,.0f}"


@lru_cache(maxsize=20)
def _columns(clip: str, entries: tuple[str, ...]) -> list[Column]:
    return ReadyFile.of(clip).columns(entries)


def _of_table(fact: TableFact) -> str:
    for row in ablation():
        if row.variant == fact.variant:
            low, high = row.interval
            written = {
                "jf": f"{row.measured.jf:.1f}",
                "second": f"{row.second.jf:.1f}" if row.second else "",
                "difference": signed(row.difference),
                "low": signed(low),
                "high": signed(high),
            }
            return written[fact.column]
    raise ValueError(f"The table has no {fact.variant!r}.")
