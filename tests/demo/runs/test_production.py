"""The way a server runs: shipped models side by side on threads, led by the first one, with traces of everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from demo import text
from demo.runs.run import Run
from demo.runs.trace_file import FEATURES
from llb.evaluation.metrics import region_similarity
from llb.weight_files import shipped_models
from tests.support.production_run import FAILS_AT, FRAMES, LATE, NAMES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shipped_models()["lite/llb"].available, reason="the weights are not here"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("production")


@pytest.fixture(scope="module")
def printed(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "tests.support.production_run", str(folder)]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def expected(folder: Path, printed: list[str]) -> dict[str, np.ndarray]:
    with np.load(folder / "one_by_one.npz") as arrays:
        return dict(arrays)


def test_side_by_side_the_masks_are_those_of_one_model_after_the_other(
    folder: Path, expected: dict[str, np.ndarray]
) -> None:
    run = Run.open(folder / "side-by-side")
    assert (run.state, run.frames, run.settings.shared_regions) == ("done", FRAMES, True)
    for name in NAMES:
        for index in range(FRAMES):
            np.testing.assert_array_equal(run.labels(name, index), expected[f"{name} {index}"], f"{name} {index}")
        last = run.labels(name, FRAMES - 1)
        assert region_similarity(last == 1, run.labels(NAMES[0], FRAMES - 1) == 1) > 0.5
        assert (run.labels(name, LATE - 1) != 2).all()
        assert (last == 2).any()


def test_the_time_of_the_features_that_all_models_use_is_not_the_first_ones_alone(
    folder: Path, expected: dict[str, np.ndarray]
) -> None:
    shared = {name: sum(float(expected[f"{name} {index} shared"]) for index in range(FRAMES)) for name in NAMES}
    assert shared.pop(NAMES[0]) > 0
    assert set(shared.values()) == {0.0}
    run = Run.open(folder / "side-by-side")
    paces = [record.seconds_per_frame or 0.0 for record in run.variants]
    assert min(paces) > 0
    assert run.cpu_share is not None
    assert 0 < run.cpu_share < 1.05


def test_the_stored_traces_are_the_engines(folder: Path, expected: dict[str, np.ndarray]) -> None:
    run = Run.open(folder / "side-by-side")
    compared = 0
    for name in NAMES:
        for index in (LATE, FRAMES - 1):
            for target in (1, 2):
                trace = run.traces(name).read(index, target)
                assert trace is not None
                place = f"{name} {index} {target}"
                features = {feature for feature in FEATURES if f"{place} {feature}" in expected}
                assert trace.features.keys() == features
                for feature, found in trace.features.items():
                    close(found, expected[f"{place} {feature}"])
                    compared += 1
                keys = run.traces(name).memory_keys(trace.keys_frame, target)
                assert keys is not None
                assert len(keys) == len(trace.memory_frames)
                if f"{place} memory_keys" in expected:
                    close(keys, expected[f"{place} memory_keys"])
    assert compared > 50


def close(found: np.ndarray, exact: np.ndarray) -> None:
    """Compare an array in fp16 with the engine's."""
    np.testing.assert_allclose(found.astype(np.float32), exact, rtol=1e-3, atol=1e-3 * float(np.abs(exact).max()))


def test_a_model_that_fails_ends_the_run_in_words_and_all_threads_with_it(folder: Path, printed: list[str]) -> None:
    run = Run.open(folder / "failed")
    assert (run.state, run.frames) == ("stopped", FAILS_AT)
    assert len(run.frame_stats()) == FAILS_AT
    assert printed == [text.model_failed("JOINT", FAILS_AT), "True"]
