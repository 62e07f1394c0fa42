"""The commands evaluate, predict, score and verify."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from llb.commands import options
from llb.commands.options import EngineOptions
from llb.config import InferenceConfig
from llb.evaluation.card import RunCard, noise_floor
from tests.support import benchmark_data as data
from tests.support.command_line import run
from tests.support.fakes import StubModel


@pytest.fixture(autouse=True)
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "load", lambda name, device, precision: StubModel(crop=(48, 80)))


def evaluated(root: Path) -> Path:
    data.davis(root / "data")
    assert run("evaluate", "--data", root / "data", "--interval", 3, "--out", root / "out") == 0
    return root / "out"


def test_evaluate_writes_everything_and_its_card_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = evaluated(tmp_path)
    assert "J: recall 100.0, decay" in capsys.readouterr().out
    names = {path.name for path in out.iterdir()}
    assert {"card.json", "card.bib", "report.html", "submission.zip", "per-sequence_results-val.csv"} <= names
    card = RunCard.read(out / "card.json")
    assert card.made["config"]["interval"] == 3
    assert "--interval 3" in card.command
    assert card.noise_floor == noise_floor("lite/llb", "fp32") > 0
    assert card.digest[:12] in (out / "card.bib").read_text()
    assert run("verify", out / "card.json") == 0
    assert "Verified: J&F" in capsys.readouterr().out
    (tmp_path / "data").rename(tmp_path / "moved")
    assert run("verify", out / "card.json", "--data", tmp_path / "moved") == 0


def test_verify_refuses_a_changed_setting_other_data_and_other_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = evaluated(tmp_path) / "card.json"
    whole = json.loads(path.read_text())
    whole["made"]["config"]["interval"] = 5
    path.write_text(json.dumps(whole))
    assert run("verify", path) == 2
    assert "was changed after it was written" in capsys.readouterr().err
    whole["made"]["config"]["interval"] = 3
    whole["found"]["J&F"] -= 0.02
    whole["digest"] = RunCard(**whole).computed_digest()
    path.write_text(json.dumps(whole))
    assert run("verify", path) == 2
    assert f"beyond the noise floor of {100 * noise_floor('lite/llb', 'fp32'):.2f}" in capsys.readouterr().err
    (tmp_path / "data/Annotations/480p/dog/00005.png").unlink()
    assert run("verify", path) == 2
    assert "are not those of the card" in capsys.readouterr().err
    assert run("verify", tmp_path / "data/ImageSets/2017/val.txt") == 2
    assert "is not the card of a run" in capsys.readouterr().err


def test_predict_needs_no_truth_and_zips_for_the_server(tmp_path: Path) -> None:
    data.youtube_vos(tmp_path / "data", truth=False)
    words = ("predict", "--data", tmp_path / "data", "--split", "valid", "--out", tmp_path / "out")
    assert run(*words) == 0
    with zipfile.ZipFile(tmp_path / "out/submission.zip") as archive:
        assert min(archive.namelist()) == "Annotations/aa/00000.png"
    assert not (tmp_path / "out/report.html").exists()


def test_score_gives_the_figures_of_evaluate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = evaluated(tmp_path)
    table = capsys.readouterr().out.splitlines()
    assert run("score", out / "submission.zip", "--data", tmp_path / "data", "--out", tmp_path / "score") == 0
    assert capsys.readouterr().out.splitlines()[:6] == table[:6]
    for name in ("global_results-val.csv", "frames-val.csv"):
        assert (tmp_path / "score" / name).read_bytes() == (out / name).read_bytes()


def test_as_released_is_the_releases_and_an_option_wins() -> None:
    released = EngineOptions(None, None, None, None, True)
    assert released.config() == InferenceConfig.as_released()
    assert released.config(davis=True).interval == 3
    config = EngineOptions(10, 7, None, 4.0, True).config(davis=True)
    assert (config.memory_size, config.interval, config.search_factor, config.exact_paste) == (10, 7, 4.0, False)
    assert EngineOptions(None, None, None, None, False).config(davis=True) == InferenceConfig()


def test_wrong_words_are_answered_with_the_right_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.davis(tmp_path / "data")
    assert run("evaluate", "--data", tmp_path / "data", "--resolution", "720p") == 2
    assert "choose 480p or full" in capsys.readouterr().err
    assert run("evaluate", "--data", tmp_path / "data", "--layout", "coco") == 2
    assert "choose one of auto, davis" in capsys.readouterr().err
    both = ("--out", tmp_path / "a", "--masks", tmp_path / "b")
    assert run("evaluate", "--data", tmp_path / "data", *both) == 2
    assert "Give --out or --masks" in capsys.readouterr().err
