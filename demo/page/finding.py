"""What the ablation says in two sentences, whatever its figures are."""

from __future__ import annotations

from collections.abc import Sequence

from llb.evaluation.results_table import BASELINE, Row, signed


def finding(rows: Sequence[Row]) -> str:
    """Return how far the designs lie from JOINT and whether that is sure; empty where there is nothing to compare."""
    others = sorted((row for row in rows if row.variant != BASELINE), key=lambda row: row.difference)
    if len(others) < 2 or len(others) == len(rows):
        return ""
    lowest, highest = others[0], others[-1]
    said = (
        f"At this scale the designs lie {signed(lowest.difference)} ({_name(lowest)}) to {signed(highest.difference)} "
        f"points of J&F ({_name(highest)}) from JOINT. {_how_sure(others)}"
    )
    seeds = [row for row in rows if row.second]
    return said + (f" {_what_a_seed_does(max(seeds, key=_moved))}" if seeds else "")


def _how_sure(others: Sequence[Row]) -> str:
    """Say which differences have a 95 % interval without 0, as the table writes it."""
    sure = [_name(row) for row in others if round(row.interval[0], 1) > 0 or round(row.interval[1], 1) < 0]
    if not sure:
        return "No difference is sure on these clips: every 95 % interval reaches 0."
    if len(sure) == len(others):
        return "No 95 % interval reaches 0."
    return f"On these clips only {' and '.join(sure)} can be told from JOINT: every other 95 % interval reaches 0."


def _what_a_seed_does(most: Row) -> str:
    assert most.second is not None
    return (
        f"A second training seed moves {_name(most)} from {most.measured.jf:.1f} to {most.second.jf:.1f}, so a smaller "
        "difference may be that alone."
    )


def _moved(row: Row) -> float:
    return abs(row.second.jf - row.measured.jf) if row.second else 0.0


def _name(row: Row) -> str:
    return row.variant.upper()
