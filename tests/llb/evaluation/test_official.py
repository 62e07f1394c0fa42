"""The official figures against a second implementation, and the tables' layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llb.evaluation.evaluate import score_object
from llb.evaluation.metrics import Score
from llb.evaluation.official import Figures, Statistics
from llb.evaluation.result import EvaluationResult, FrameScore, ObjectScore, SequenceScore
from tests.support.clips import Array
from tests.support.second_metrics import second_f, second_j, second_statistics

SHAPE = (30, 44)
EMPTY, FULL = np.zeros(SHAPE, bool), np.ones(SHAPE, bool)


def random_mask(random: np.random.Generator) -> Array:
    """Blobs, noise, thin lines, single pixels, or what touches the border."""
    mask = EMPTY.copy()
    kind = random.integers(5)
    if kind == 0:
        return random.random(SHAPE) < random.random()
    for _ in range(random.integers(1, 4)):
        y, x = random.integers(SHAPE[0]), random.integers(SHAPE[1])
        height, width = (random.integers(1, 20, 2) if kind == 1 else ((1, 30), (25, 1), (1, 1))[kind - 2]).__iter__()
        mask[y : y + height, x : x + width] = True
    return mask


def pairs() -> list[tuple[Array, Array, Array]]:
    """Return 200 pairs with what is void, the first of them degenerate."""
    random = np.random.default_rng(3)
    point, corner = EMPTY.copy(), EMPTY.copy()
    point[12, 20] = corner[-1, -1] = True
    odd = [EMPTY, FULL, point, corner]
    found = [(a, b, void) for a in odd for b in odd for void in (EMPTY, FULL, point)]
    while len(found) < 200:
        void = random_mask(random) if random.random() < 0.5 else EMPTY
        found.append((random_mask(random), random_mask(random), void))
    return found


def test_200_pairs_agree_with_the_second_implementation() -> None:
    assert len(pairs()) == 200
    for predicted, truth, void in pairs():
        labels = np.where(void, 255, truth).astype(np.uint8)
        ours = score_object(predicted.astype(np.uint8), labels, 1)
        assert ours.j == pytest.approx(second_j(predicted, truth, void), abs=1e-12)
        assert ours.f == pytest.approx(second_f(predicted, truth, void), abs=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 48, 102, 1000])
def test_statistics_agree_with_the_second_implementation(count: int) -> None:
    values = np.random.default_rng(count).random(count).tolist()
    found = Statistics.of(values)
    assert (found.mean, found.recall, found.decay) == pytest.approx(second_statistics(values), abs=1e-12)


def test_recall_counts_what_is_above_one_half() -> None:
    assert Statistics.of([0.5, 0.51, 0.2]).recall == pytest.approx(1 / 3)


def result() -> EvaluationResult:
    def item(target: int, js: list[float]) -> ObjectScore:
        return ObjectScore(target, tuple(FrameScore(f"{n:05d}", Score(j, j / 2)) for n, j in enumerate(js, start=1)))

    sequences = (
        SequenceScore("dog", 4, 0.1, (item(1, [1.0, 0.6]), item(2, [0.4, 0.2]))),
        SequenceScore("bear", 4, 0.1, (item(1, [0.8, 0.8]),)),
    )
    return EvaluationResult("any", None, "val", None, sequences)


def test_tables_are_laid_out_as_davis2017_evaluation_does(tmp_path: Path) -> None:
    result().write_tables(tmp_path)
    assert (tmp_path / "global_results-val.csv").read_text() == (
        "J&F-Mean,J-Mean,J-Recall,J-Decay,F-Mean,F-Recall,F-Decay\n0.475,0.633,0.667,0.200,0.317,0.000,0.100\n"
    )
    assert (tmp_path / "per-sequence_results-val.csv").read_text() == (
        "Sequence,J-Mean,F-Mean\ndog_1,0.800,0.400\ndog_2,0.300,0.150\nbear_1,0.800,0.400\n"
    )
    assert (tmp_path / "sequence_means-val.csv").read_text().splitlines()[2] == (
        "bear,0.600,0.800,1.000,0.000,0.400,0.000,0.000"
    )
    assert (tmp_path / "objects-val.csv").read_text().splitlines()[3] == (
        "bear_1,0.600,0.800,1.000,0.000,0.400,0.000,0.000"
    )
    assert (tmp_path / "frames-val.csv").read_text().splitlines()[2] == "dog,1,00002,0.600,0.300"


def test_the_mean_is_over_objects_and_not_over_sequences() -> None:
    figures = Figures.mean_of(item.figures for sequence in result().sequences for item in sequence.objects)
    assert figures.mean == pytest.approx(result().score.mean)
    assert figures.j.mean == pytest.approx((0.8 + 0.3 + 0.8) / 3)


def test_sequences_survive_json() -> None:
    for sequence in result().sequences:
        assert SequenceScore.from_json(sequence.to_json()) == sequence
