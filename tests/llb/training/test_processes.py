"""Several processes train as one does, and a run that is killed goes on with another number of them."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tests.support.tiny_datasets import make_coco
from tests.support.train_process import STEPS, config, launch, train

pytestmark = pytest.mark.slow

LOSS_LIMIT = 1e-5  # of the loss: the order of sums differs
WEIGHT_LIMIT = 5e-2  # of what a weight can move in the run: Adam makes steps of one size of the smallest gradients


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_coco(tmp_path_factory.mktemp("coco"))


@pytest.fixture(scope="module")
def alone(coco: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unbroken run in one process."""
    folder = tmp_path_factory.mktemp("alone")
    assert train(coco, folder) is not None
    return folder


def losses(folder: Path) -> list[float]:
    with (folder / "log.csv").open() as file:
        return [float(row["lovasz"]) + float(row["cosine"]) for row in csv.DictReader(file)]


def check_alike(folder: Path, alone: Path) -> None:
    assert losses(folder) == pytest.approx(losses(alone), rel=LOSS_LIMIT)
    assert len(losses(alone)) == STEPS
    one, other = load_file(alone / "checkpoint.safetensors"), load_file(folder / "checkpoint.safetensors")
    assert one.keys() == other.keys()
    moved = STEPS * max(rate.lr for rate in config().rates)
    for name, value in one.items():
        if name.startswith(("model.", "average.")):
            assert (value - other[name]).abs().max() <= WEIGHT_LIMIT * moved, name


def wait(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors


def test_two_processes_give_the_losses_and_weights_of_one(coco: Path, alone: Path, tmp_path: Path) -> None:
    wait(launch(2, coco, tmp_path))
    check_alike(tmp_path, alone)


def test_a_killed_run_goes_on_with_another_number_of_processes(coco: Path, alone: Path, tmp_path: Path) -> None:
    (process,) = launch(1, coco, tmp_path)
    assert process.stdout is not None
    while process.stdout.readline().strip() != "3":
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
    process.kill()
    process.communicate()
    wait(launch(2, coco, tmp_path))
    check_alike(tmp_path, alone)


def test_two_processes_go_on_as_one(coco: Path, alone: Path, tmp_path: Path) -> None:
    wait(launch(2, coco, tmp_path, stop_at=2))
    assert train(coco, tmp_path) is not None
    check_alike(tmp_path, alone)
