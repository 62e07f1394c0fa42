"""What the ablation says in one sentence, as far as its figures carry it."""

from __future__ import annotations

from collections.abc import Sequence

from llb.config import VARIANTS
from llb.evaluation.results_table import BASELINE, Row

LITTLE = 5.0  # points of J&F
AS_MUCH = 0.9  # of the largest difference between designs


def finding(rows: Sequence[Row]) -> str:
    """Return what richer labels, gates and another training seed did; empty where the figures do not say it."""
    richer = [row for row in rows if _has_richer_label(row.variant)]
    gated = [row for row in rows if _has_gates_alone(row.variant)]
    seeds = [row for row in rows if row.second]
    if not richer or not gated or not seeds:
        return ""
    gains = [row.difference for row in richer]
    most = max(seeds, key=_moved)
    helps = min(gains) > 0 and max(gains) < LITTLE
    gates_do_not = all(row.difference <= 0 or row.interval[0] <= 0 for row in gated)
    if not helps or not gates_do_not or _moved(most) < AS_MUCH * max(gains):
        return ""
    return (
        f"At this scale richer labels help a little ({min(gains):+.1f} to {max(gains):+.1f} points of J&F over JOINT), "
        f"gates alone do not ({gated[0].difference:+.1f}), and a second training seed moves a figure as much as any of "
        f"them ({_seeds(most)})."
    )


def _moved(row: Row) -> float:
    return abs(row.second.jf - row.measured.jf) if row.second else 0.0


def _seeds(row: Row) -> str:
    assert row.second is not None
    return f"{row.variant.upper()}: {row.measured.jf:.1f} with one, {row.second.jf:.1f} with the other"


def _has_richer_label(variant: str) -> bool:
    kind, plain = VARIANTS[variant], VARIANTS[BASELINE]
    return (kind.label_input, kind.label_encoder) != (plain.label_input, plain.label_encoder)


def _has_gates_alone(variant: str) -> bool:
    return not _has_richer_label(variant) and VARIANTS[variant].fusion != VARIANTS[BASELINE].fusion
