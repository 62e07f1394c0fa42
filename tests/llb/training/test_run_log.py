"""The log of a run: csv, pictures, and TensorBoard where it is installed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llb.data.clip import ClipBatch
from llb.training import run_log
from llb.training.run_log import RunLog, StepReport, draw_clip


def report(step: int, loss: float = 0.5) -> StepReport:
    return StepReport(step, 10, 0, loss, 0.6, 1.0, rate=1.0)


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture
def without_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log, "has_tensorboard", lambda: False)


@pytest.mark.usefixtures("without_tensorboard")
def test_a_log_that_is_opened_again_drops_what_the_run_will_do_again(tmp_path: Path) -> None:
    log = RunLog(tmp_path, 0)
    for step in (1, 2, 3, 4):
        log.write(report(step))
    again = RunLog(tmp_path, 2)
    again.write(report(3, loss=0.25))
    assert [(row["step"], row["loss"]) for row in rows(tmp_path)] == [("1", "0.5"), ("2", "0.5"), ("3", "0.25")]
    assert rows(tmp_path)[0]["jf"] == ""
    assert not (tmp_path / "tensorboard").exists()


def batch() -> tuple[ClipBatch, torch.Tensor]:
    rgb = torch.full((2, 3, 3, 16, 32), 100, dtype=torch.uint8)
    mask = torch.zeros(2, 3, 1, 16, 32, dtype=torch.uint8)
    mask[:, :, :, :8] = 1
    return ClipBatch(rgb, mask), torch.where(torch.arange(32) < 4, 1.0, -1.0).expand(2, 2, 16, 32)


def test_a_picture_shows_the_truth_above_the_prediction() -> None:
    picture = draw_clip(*batch())
    assert picture.shape == (32, 96, 3)
    red = picture[..., 0] > picture[..., 1]
    assert red[:8].all()
    assert not red[8:16].any()
    assert red[16:24, :32].all(), "the reference's mask was given"
    assert red[16:, 32:36].all()
    assert not red[16:, 36:64].any()


@pytest.mark.usefixtures("without_tensorboard")
def test_pictures_are_files(tmp_path: Path) -> None:
    RunLog(tmp_path, 0).draw(7, *batch())
    assert np.asarray(Image.open(tmp_path / "pictures" / "00000007.png")).shape == (32, 96, 3)


def test_tensorboard_gets_figures_and_pictures(tmp_path: Path) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    log = RunLog(tmp_path, 0)
    log.write(report(20))
    log.draw(20, *batch())
    log.close()
    found = events.EventAccumulator(str(tmp_path / "tensorboard"))
    found.Reload()
    assert [(item.step, item.value) for item in found.Scalars("train/loss")] == [(20, 0.5)]
    assert "train/jf" not in found.Tags()["scalars"]
    assert found.Tags()["images"] == ["predictions"]
