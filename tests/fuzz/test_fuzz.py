"""A small part of the fuzz (`make fuzz` runs 10,000 inputs): nothing but ValueError comes out, and no file stays."""

from __future__ import annotations

from tests.fuzz.campaign import run


def test_damaged_inputs_are_read_or_refused() -> None:
    report = run(300, seed=1)
    assert [ending.outcome for ending in report.faults] == []
    assert len(report.endings) == 300
    assert {ending.outcome for ending in report.endings} == {"read", "refused"}
