"""Parity with the release on all recorded fixtures: the thinned ones always, the whole ones where ../shared is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from llb.model.network import LLB
from tests.parity import command as parity
from tests.parity.command import FIXTURES, check_fixture, load_model, main, read_fixture
from tests.parity.network import _forward, check_network
from tests.parity.training import check_training
from tests.support import sampled
from tests.support.thin_fixtures import thin

WHOLE = Path(__file__).parents[3] / "shared" / "reference"
KINDS = ("engine", "joint", "joint_training", "llb", "llb_training")

cached_model = cache(load_model)


@pytest.fixture(autouse=True)
def _load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parity, "load_model", cached_model)


def joint_model() -> LLB:
    return cached_model(FIXTURES / "joint_keys.json", 0)


def whole(kind: str) -> Path:
    path = WHOLE / f"{kind}_fixture.npz"
    if not path.exists():
        pytest.skip("no ../shared/reference on this machine; the thinned fixture is checked instead")
    return path


def test_thinned_fixtures_are_small() -> None:
    assert sum(path.stat().st_size for path in FIXTURES.iterdir()) < 2_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_thinned_fixture(kind: str) -> None:
    assert [check for check in check_fixture(FIXTURES / f"{kind}_thin.npz") if not check.ok] == []


@pytest.mark.parametrize("kind", ["llb", "joint"])
def test_whole_fixture(kind: str) -> None:
    assert [check for check in check_fixture(whole(kind)) if not check.ok] == []


@pytest.mark.parametrize("kind", KINDS)
def test_thinned_fixture_is_a_part_of_the_whole_one(kind: str) -> None:
    again, kept = thin(read_fixture(whole(kind))), read_fixture(FIXTURES / f"{kind}_thin.npz")
    assert again.keys() == kept.keys()
    for name in kept:
        np.testing.assert_array_equal(again[name], kept[name])


def test_one_changed_weight_is_noticed_where_it_acts_and_nowhere_else() -> None:
    model = joint_model()
    weight = model.transduction.self_attention.attention.key.weight
    before = weight.detach().clone()
    with torch.no_grad():
        weight[0] += 0.5
    try:
        checks = check_network(read_fixture(FIXTURES / "joint_thin.npz"), model)
    finally:
        weight.data.copy_(before)
    over = {check.name for check in checks if not check.ok}
    assert {"memory_encoded", "transduction"} <= over <= {"memory_encoded", "transduction", "fused", "logits"}


def test_true_gradient_differs_from_the_releases_only_below_the_instance_norm() -> None:
    arrays = read_fixture(FIXTURES / "joint_training_thin.npz")
    over = [check.name for check in check_training(arrays, joint_model(), release_defect=False) if not check.ok]
    assert any(name.startswith("transduction.adjust") for name in over)
    below = ("grad_norms", "transduction.adjust.", "transduction.self_attention.", "backbone.")
    assert [name for name in over if not name.startswith(below)] == []


@pytest.mark.parametrize("kind", ["joint", "llb"])
def test_a_step_that_computes_activations_again_is_the_released_one(kind: str) -> None:
    arrays, model = (
        read_fixture(FIXTURES / f"{kind}_training_thin.npz"),
        cached_model(FIXTURES / f"{kind}_keys.json", 0),
    )
    assert [check for check in check_training(arrays, model, recompute=True) if not check.ok] == []


def test_other_sizes_numbers_of_frames_and_steps(rng: np.random.Generator) -> None:
    """A fixture that this project makes of itself at another size passes; its shapes come from the arrays alone."""
    arrays = {
        "rgb": rng.integers(0, 256, (3, 3, 64, 96), np.uint8),
        "mask": rng.random((3, 1, 64, 96), np.float32),
        "temporal_weight": np.array([0.7, 0.3], np.float32),
        "loss_first": np.zeros(5),
        "loss_updated": np.zeros(3),
    }
    with torch.inference_mode():
        made = {name: value.numpy() for name, value in _forward(arrays, joint_model()).items()}
    assert made["loss_first"].shape == (5,)
    assert made["memory_encoded"].shape == (2, 512, 4, 6)
    assert all(check.ok for check in check_network({**arrays, **made}, joint_model()))


def test_command_reports_every_entry_and_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    fixture = str(FIXTURES / "joint_thin.npz")
    assert main([fixture]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 18
    assert all(line.endswith("  ok") for line in lines)
    assert main([fixture, "--keys", str(FIXTURES / "joint_keys.json"), "--seed", "1"]) == 1
    assert "over" in capsys.readouterr().out


def test_command_says_what_is_wrong_with_its_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "other.npz", x=np.zeros(1))
    with pytest.raises(SystemExit):
        main([str(tmp_path / "other.npz")])
    assert "is no parity fixture" in capsys.readouterr().err


def test_sample_keeps_the_scale_and_tells_shapes_apart(rng: np.random.Generator) -> None:
    array = rng.standard_normal((7, 50)).astype(np.float32)
    kept = sampled.sample("x", array, 20)
    assert kept["x"].size <= 20
    assert np.abs(kept["x"]).max() == np.abs(array).max()
    assert sampled.largest_error(torch.from_numpy(array), kept, "x") == 0
    assert sampled.largest_error(torch.from_numpy(array.T.copy()), kept, "x") == float("inf")
    assert sampled.largest_error(torch.from_numpy(array + 1), kept, "x") > 0.1


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
