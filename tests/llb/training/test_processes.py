"""Several processes train as one does, and a run that is killed goes on with another number of them."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from llb.training.networks import build_networks
from tests.support.tiny_datasets import make_coco
from tests.support.train_process import STEPS, config, launch, train

pytestmark = pytest.mark.slow

LOSS_LIMIT = 1e-5  # of the loss: the order of sums differs
WEIGHT_LIMIT = 5e-3  # of what the weights moved: Adam makes large steps of small gradients, so rounding grows there


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
    first = build_networks(config())[0].state_dict()
    for kind in ("model.", "average."):
        names = [name for name in one if name.startswith(kind)]
        moved = norm([one[name] - first[name.removeprefix(kind)] for name in names])
        assert norm([one[name] - other[name] for name in names]) < WEIGHT_LIMIT * moved


def norm(tensors: list[torch.Tensor]) -> float:
    return float(torch.cat([tensor.flatten() for tensor in tensors]).double().norm())


def wait(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors


def test_two_processes_that_are_killed_go_on_as_one(coco: Path, alone: Path, tmp_path: Path) -> None:
    processes = launch(2, coco, tmp_path)
    first = processes[0]
    assert first.stdout is not None
    steps = iter(first.stdout.readline, "")  # a busy machine may read a step when the next ones are done
    assert any(line.strip() == "3" for line in steps), first.stderr.read() if first.stderr else ""
    for process in processes:
        process.kill()
        process.communicate()
    assert train(coco, tmp_path) is not None
    check_alike(tmp_path, alone)


def test_one_process_goes_on_as_two(coco: Path, alone: Path, tmp_path: Path) -> None:
    assert train(coco, tmp_path, stop_at=2) is None
    wait(launch(2, coco, tmp_path))
    check_alike(tmp_path, alone)
