"""The command `llb train`: which recipe it takes, what it says, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from llb.training.clip_sources import DataFolders
from llb.training.config import TrainConfig
from llb.training.plan import PlanOptions
from llb.training.recipes import lite_recipe, released_recipe
from llb.training.run_log import StepReport
from llb.training.trainer import RunOptions
from tests.support.command_line import run


@dataclass(frozen=True)
class Started:
    """What a trainer was made with."""

    config: TrainConfig
    data: DataFolders
    folder: Path
    options: RunOptions


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    seen: list[Started] = []

    class FakeTrainer:
        def __init__(self, config: TrainConfig, data: DataFolders, folder: Path, options: RunOptions) -> None:
            seen.append(Started(config, data, folder, options))
            self.accelerator, self.notes = SimpleNamespace(is_main_process=True), ("a.pth has nothing that fits x.",)

        def run(self, on_step: Callable[[StepReport], None], on_distilled: Callable[[int, int, float], None]) -> Path:
            on_distilled(1, 1, 0.5)
            on_step(StepReport(1, 28, 0, 0.5, 0.6, 0.1))
            return seen[0].folder / "model.safetensors"

    monkeypatch.setattr("llb.training.trainer.Trainer", FakeTrainer)
    return seen


def test_the_lite_recipe_decodes_its_images_and_reports_where_the_weights_are(
    started: list[Started], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[object] = []

    def fake_cache(data: Path, folder: Path, progress: Callable[[int, int], None], objects: Path) -> SimpleNamespace:
        progress(1, 1)
        seen.extend((data, objects))
        return SimpleNamespace(folder=folder)

    monkeypatch.setattr("llb.data.image_cache.build_cache", fake_cache)
    start = tmp_path / "shared.safetensors"
    start.write_bytes(b"weights")
    folders = ("--data", tmp_path, "--cache", tmp_path / "cache", "--objects", tmp_path / "objects")
    settings = ("--start", start, "--length", 0.02)
    assert run("train", "lite/joint", "--out", tmp_path / "run", *settings, *folders) == 0
    config = lite_recipe("lite/joint", 0, 0.02, start)
    assert started == [Started(config, DataFolders(cache=tmp_path / "cache"), tmp_path / "run", RunOptions())]
    assert seen == [tmp_path, tmp_path / "objects"]
    assert "model.safetensors" in capsys.readouterr().out


def test_a_stage_of_the_release_takes_its_folders_and_says_what_a_cpu_takes(
    started: list[Started], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("llb.training.plan.say_what_a_cpu_takes", lambda config: "There is no GPU here.")
    monkeypatch.setattr("llb.training.run_log.has_tensorboard", lambda: False)
    folders = ("--youtube-vos", tmp_path / "y", "--davis", tmp_path / "d", "--validate", tmp_path / "d")
    settings = ("--stage", 2, "--batch", 8, "--precision", "bf16", "--parts", 2, "--recompute", "--seed", 3)
    assert run("train", "paper/llb-3", "--out", tmp_path / "run", *settings, *folders) == 0
    config = released_recipe("paper/llb-3", 2, seed=3, batch_size=8, precision="bf16")
    options = RunOptions(workers=4, parts=2, recompute=True, validation=tmp_path / "d")
    data = DataFolders(youtube_vos=tmp_path / "y", davis=tmp_path / "d")
    assert started == [Started(config, data, tmp_path / "run", options)]
    errors = capsys.readouterr().err
    for text in ("There is no GPU here.", "nothing that fits x", "TensorBoard is not installed"):
        assert text in errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("lite/joint",), "pass its file as --start"),
        (("paper/joint",), "no short recipe"),
        (("paper/joint", "--stage", 1), "add --out"),
        (("paper/joint", "--stage", 4), "no stage 4"),
        (("lite/family", "--out", "run"), "add --data"),
        (("lite/family", "--init-encoder", "x"), "add --stage 1"),
        (("lite/family", "--length", 0), "above 0"),
        (("paper/joint", "--stage", 1, "--plan", "--gpu", "abacus"), "no figures"),
    ],
)
def test_what_is_missing_is_asked_for(
    arguments: tuple[object, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", *arguments) == 2
    assert sentence in capsys.readouterr().err


def test_a_plan_is_printed_and_nothing_is_trained(
    started: list[Started], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fake_plan(config: TrainConfig, options: PlanOptions) -> Iterator[str]:
        yield f"{config.steps} {options.count} {options.recompute}"

    monkeypatch.setattr("llb.training.plan.write_plan", fake_plan)
    assert run("train", "paper/llb", "--stage", 1, "--plan", "--gpus", 4, "--recompute") == 0
    assert capsys.readouterr().out == "50000 4 True\n"
    assert started == []


def test_without_accelerate_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run("train", "lite/family") == 2
    assert "pip install" in capsys.readouterr().err
