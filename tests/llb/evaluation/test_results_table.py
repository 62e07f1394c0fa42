"""The ablation table's arithmetic."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llb.config import VARIANTS
from llb.evaluation.results_table import PAPER, ablation, bootstrap_interval, by_sequence, latex, markdown


def write(folder: Path, name: str, scores: list[float]) -> None:
    sequences = [{"name": f"s{number}", "J&F": score} for number, score in enumerate(scores)]
    mean = float(np.mean(scores))
    facts = {"J&F": mean, "J": mean + 0.01, "F": mean - 0.01, "seconds_per_frame": 0.05, "sequences": sequences}
    (folder / f"lite_{name}.json").write_text(json.dumps(facts))


def test_rows_stand_in_the_papers_order_with_paired_differences(tmp_path: Path) -> None:
    write(tmp_path, "llb", [0.80, 0.90])
    write(tmp_path, "joint", [0.70, 0.60])
    write(tmp_path, "llb-seed1", [0.80, 0.84])
    rows = ablation(tmp_path)
    assert [row.variant for row in rows] == ["joint", "llb"]
    assert rows[0].difference == 0
    assert rows[1].difference == pytest.approx(20)
    low, high = rows[1].interval
    assert (low, high) == (pytest.approx(10), pytest.approx(30))
    assert rows[1].second is not None
    assert rows[1].second.jf == pytest.approx(82)
    table = markdown(rows).splitlines()
    assert table[2].startswith("| `lite/joint` | 65.0 | 66.0 | 64.0 | 50 |  |  |")
    assert table[3] == "| `lite/llb` | 85.0 | 86.0 | 84.0 | 50 | +20.0 | +10.0 to +30.0 | 82.0 | 84.6 | 81.5 | 87.7 |"
    alone = markdown([replace(row, second=None) for row in rows]).splitlines()
    assert alone[3] == "| `lite/llb` | 85.0 | 86.0 | 84.0 | 50 | +20.0 | +10.0 to +30.0 | 84.6 | 81.5 | 87.7 |"
    lines = latex(rows).splitlines()
    assert lines[4] == r"joint & 65.0 & 66.0 & 64.0 &  &  \\"
    assert lines[5] == r"llb & 85.0 & 86.0 & 84.0 & $+20.0$ & $[+10.0, +30.0]$ \\"
    assert (lines[0], lines[-1]) == (r"\begin{tabular}{lrrrrr}", r"\end{tabular}")
    assert by_sequence(rows).splitlines()[-1] == "| s1 | 60.0 | 90.0 |"


def test_without_joint_there_is_no_table(tmp_path: Path) -> None:
    write(tmp_path, "llb", [0.80, 0.90])
    assert ablation(tmp_path) == []


def test_the_interval_tightens_around_the_mean_with_more_sequences() -> None:
    gains = np.random.default_rng(1).normal(2.0, 5.0, 40)
    low, high = bootstrap_interval(gains)
    assert low < gains.mean() < high
    wide = bootstrap_interval(gains[:8])
    assert high - low < wide[1] - wide[0]
    assert (low, high) == bootstrap_interval(gains)


def test_the_paper_ranks_every_variant() -> None:
    assert PAPER.keys() == VARIANTS.keys()
    assert max(PAPER, key=PAPER.__getitem__) == "llb"
